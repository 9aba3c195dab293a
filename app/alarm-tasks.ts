/** Alarm tasks that one process at a time runs: the clock writer, the engine, and the keeper of transitions. */
import { startClockWriter } from '../alarms/clock-writer.ts';
import { startAlarmEngine } from '../alarms/engine-task.ts';
import { startAlarmKeeper } from '../alarms/keeper.ts';
import { alarmToken, LINK_MS } from '../alarms/notify/alarm-link.ts';
import type { Intent } from '../alarms/notify/follow-up.ts';
import { createNotice } from '../alarms/notify/notice-text.ts';
import { startNotifier } from '../alarms/notify/notifier.ts';
import { openOutbox } from '../alarms/notify/outbox.ts';
import type { Task } from '../cluster/task-assignment.ts';
import type { Store } from '../store/store.ts';
import { createPlatformReport } from './platform-report.ts';
import type { Services } from './services.ts';
import { keepSirensQuiet } from './siren.ts';

export function alarmTasks(services: Services, store: Store): readonly Task[] {
  const { bus, kv, kinds, registry, log, clock, installation } = services;
  const report = createPlatformReport(services, store);
  return [
    { name: 'alarm-clock', start: () => startClockWriter({ bus, registry, log, clock, report }) },
    { name: 'alarms', start: () => startAlarmEngine({ bus, kv, kinds, log }) },
    { name: 'alarm-notifier', start: () => startNotifications(services) },
    { name: 'alarm-keeper', start: () => startAlarmKeeper({ bus, kv, log, clock: () => installation.retentionNow() }) },
  ];
}

/** Sends notices first that a previous process left unsent. */
async function startNotifications(services: Services): Promise<{ close(): Promise<void> }> {
  const { bus, kv, registry, channelBook: book, log, clock, sessionSecret } = services;
  const siteLabel = (park: string, site: string) => registry.site(park, site)?.label;
  const linkOf = ({ alarms: [alarm], about }: Intent) => {
    const { publicUrl } = book.plan();
    if (publicUrl === undefined || alarm === undefined || about === 'digest') return publicUrl;
    const token = alarmToken(sessionSecret, alarm.id, clock() + LINK_MS);
    return `${publicUrl.replace(/\/$/, '')}/a/${token}`;
  };
  const noticeOf = (intent: Intent) => createNotice(intent, siteLabel, linkOf(intent));
  const outbox = await openOutbox({ kv, book, noticeOf, clock, log });
  const notifier = await startNotifier({ bus, kv, book, outbox, log });
  const sirens = keepSirensQuiet(services, book);
  return {
    async close() {
      sirens.close();
      await notifier.close();
      await outbox.close();
    },
  };
}
