/** Sends notices: each ends as delivered, failed with its reason, or expired. Survives a crash, after which a notice may come twice with the same key. */
import { codeOf } from '../../base/errors.ts';
import type { Log } from '../../base/logger.ts';
import { pause } from '../../base/pause.ts';
import type { Kv } from '../../kv/kv.ts';
import type { Notice, Outcome } from '../channels/channel.ts';
import type { ChannelBook } from './channel-book.ts';
import { noteHealth } from './channel-health.ts';
import type { Intent } from './follow-up.ts';

export const DUE_PREFIX = 'notify/due/';
export const OUTCOME_PREFIX = 'notify/outcome/';
/** Beyond this many waiting, notices expire at once, warnings first: a storm must not fill the disk. */
const MAX_DUE = 2000;

/** The outcome of a notice, stored beside its alarm. */
export interface NoticeOutcome {
  readonly id: string;
  readonly alarms: readonly string[];
  readonly channel: string;
  readonly people: readonly string[];
  readonly about: Intent['about'];
  readonly result: 'delivered' | 'failed' | 'expired';
  readonly code?: string;
  readonly why?: string;
  readonly attempts: number;
  /** Epoch ms. */
  readonly decidedAt: number;
  readonly endedAt: number;
}

interface Due {
  readonly intent: Intent;
  readonly attempts: number;
}

export interface OutboxOptions {
  readonly kv: Kv;
  readonly book: Pick<ChannelBook, 'open' | 'names'>;
  readonly noticeOf: (intent: Intent) => Notice;
  readonly clock: () => number;
  readonly log: Log;
  readonly onOutcome?: (outcome: NoticeOutcome) => void;
}

export interface Outbox {
  /** Durable when it resolves; a notice that already has an outcome is not sent again. */
  add(intents: readonly Intent[]): Promise<void>;
  waiting(): number;
  close(): Promise<void>;
}

export const outcomeKey = (alarm: string, id: string) => `${OUTCOME_PREFIX}${alarm}/${id}`;

/** Of one alarm, in the order in which they ended. */
export async function noticesOf(kv: Pick<Kv, 'list'>, alarm: string): Promise<readonly NoticeOutcome[]> {
  const found: NoticeOutcome[] = [];
  for await (const { value } of kv.list<NoticeOutcome>(`${OUTCOME_PREFIX}${alarm}/`)) found.push(value);
  return found.sort((one, other) => one.endedAt - other.endedAt);
}

/** Continues with notices that a previous process left unsent. */
export async function openOutbox(options: OutboxOptions): Promise<Outbox> {
  const { kv, book, noticeOf, clock, log, onOutcome = () => undefined } = options;
  const due = new Map<string, Due>();
  const lanes = new Map<string, Promise<void>>();
  /** Channels whose last answer was to try again later. */
  const busy = new Set<string>();
  const stopping = new AbortController();
  const { signal } = stopping;

  for await (const { value } of kv.list<Due>(DUE_PREFIX)) due.set(value.intent.id, value);

  async function end({ intent, attempts }: Due, result: NoticeOutcome['result'], outcome?: Outcome): Promise<void> {
    const { id, alarms, channel, people, about, decidedAt } = intent;
    const record: NoticeOutcome = {
      ...{ id, alarms: alarms.map((alarm) => alarm.id), channel, people, about, result, attempts, decidedAt },
      ...(outcome?.code !== undefined && { code: outcome.code }),
      ...(outcome !== undefined && 'why' in outcome && { why: outcome.why }),
      endedAt: clock(),
    };
    for (const alarm of record.alarms) await kv.put(outcomeKey(alarm, id), record);
    await kv.delete(DUE_PREFIX + id);
    due.delete(id);
    onOutcome(record);
    if (result !== 'delivered')
      log.warn({ notice: id, channel, code: record.code, why: record.why }, `notice ${result}`);
  }

  /** The next channel to the same people. */
  async function standIn({ intent }: Due): Promise<void> {
    const [channel, ...standIns] = intent.standIns.filter((name) => book.names().includes(name));
    if (channel === undefined) return;
    await add([{ ...intent, id: `${intent.id}>${channel}`, channel, standIns }]);
  }

  /** Everything behind it waits as long as this channel is busy. A notice that has a stand-in already gets no second one. */
  async function handOn(channel: string): Promise<void> {
    busy.add(channel);
    const isWaiting = ({ intent }: Due) => intent.channel === channel && intent.severity === 'critical';
    const waiting = [...due.values()].filter(isWaiting);
    for (const item of waiting) await standIn(item);
  }

  async function sendOne(item: Due): Promise<number> {
    const { intent } = item;
    if (clock() > intent.notAfter) {
      await end(item, 'expired');
      return 0;
    }
    const opened = book.open(intent.channel);
    if (opened === undefined) {
      await end(item, 'failed', { is: 'broken', code: 'CHANNEL_UNKNOWN', why: 'the channel has been removed' });
      await standIn(item);
      return 0;
    }
    const tried = { intent, attempts: item.attempts + 1 };
    due.set(intent.id, tried);
    const outcome = await opened.channel.send(noticeOf(intent), signal);
    if (signal.aborted && outcome.is === 'retry') return 0;
    await noteHealth(kv, intent.channel, outcome, clock());
    if (outcome.is !== 'retry') busy.delete(intent.channel);
    if (outcome.is === 'delivered') {
      await end(tried, 'delivered', outcome);
      return 60_000 / opened.perMinute;
    }
    if (outcome.is === 'retry') {
      const isTooLate = clock() + outcome.afterMs > intent.notAfter;
      // Somebody must be notified now: if one channel is busy, use the next.
      await handOn(intent.channel);
      if (isTooLate) await end(tried, 'expired', outcome);
      else await kv.put(DUE_PREFIX + intent.id, tried);
      return outcome.afterMs;
    }
    await end(tried, 'failed', outcome);
    await standIn(tried);
    return 0;
  }

  /** One at a time per channel, critical ones first; ends when none is left. */
  async function run(channel: string): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const mine = [...due.values()].filter(({ intent }) => intent.channel === channel);
      const next = mine.sort((one, other) => urgency(one) - urgency(other))[0];
      if (next === undefined) return;
      try {
        const waitMs = await sendOne(next);
        if (waitMs > 0) await pause(waitMs, signal);
        failures = 0;
      } catch (error) {
        failures += 1;
        log.warn({ channel, code: codeOf(error) }, 'a notice cannot be handled; trying again');
        await pause(Math.min(30_000, 1000 * 2 ** failures), signal);
      }
    }
  }

  function wake(channel: string): void {
    if (lanes.has(channel) || signal.aborted) return;
    const lane = run(channel).finally(() => {
      lanes.delete(channel);
      // A notice may have arrived between the last look and the end.
      if ([...due.values()].some(({ intent }) => intent.channel === channel)) wake(channel);
    });
    lanes.set(channel, lane);
  }

  async function add(intents: readonly Intent[]): Promise<void> {
    for (const intent of intents) {
      const [alarm] = intent.alarms;
      if (due.has(intent.id)) continue;
      if (alarm !== undefined && (await kv.get(outcomeKey(alarm.id, intent.id))) !== undefined) continue;
      const item = { intent, attempts: 0 };
      if (due.size >= MAX_DUE && intent.severity === 'warning') {
        await end(item, 'expired', {
          is: 'refused',
          code: 'OUTBOX_FULL',
          why: `${MAX_DUE} notices are already waiting`,
        });
        continue;
      }
      await kv.put(DUE_PREFIX + intent.id, item);
      due.set(intent.id, item);
      if (busy.has(intent.channel) && intent.severity === 'critical') await standIn(item);
      wake(intent.channel);
    }
  }

  for (const { intent } of due.values()) wake(intent.channel);

  return {
    add,
    waiting: () => due.size,
    async close() {
      stopping.abort();
      await Promise.all(lanes.values());
    },
  };
}

const urgency = ({ intent }: Due) =>
  (intent.severity === 'critical' ? 0 : Number.MAX_SAFE_INTEGER / 2) + intent.decidedAt;
