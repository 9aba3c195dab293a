import { expect, it, onTestFinished } from 'vitest';
import { startAlarmEngine } from '../../alarms/engine-task.ts';
import { parseTransition } from '../../alarms/keeper.ts';
import { codeOf } from '../../base/errors.ts';
import type { Bus } from '../../bus/bus.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { eventually } from '../eventually.ts';
import { silent } from '../ingest/parts.ts';
import { kinds, MINUTE, newLog, START } from './log.ts';

const isAppended = (bus: Bus, subject: string, data: string) =>
  bus.append([{ subject, data }]).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) !== 'BUS_FULL') throw error;
      return false;
    },
  );

it('a log without room for a new alarm is not held full by it: the alarm waits, also over a restart, and is told when there is', async () => {
  const log = newLog();
  for (const [index, value] of [6, 2, 2, 2].entries()) {
    log.readings(
      [{ time: START + index * 5 * MINUTE, values: { dissolved_oxygen: value } }],
      START + index * 5 * MINUTE,
    );
    log.tick(START + index * 5 * MINUTE + 5000);
  }
  const size = log.entries.reduce((sum, { data }) => sum + data.length, 0);
  const [bus, kv] = [openMemoryBus({ maxBytes: size + 5, reserveBytes: 0 }), openMemoryKv()];
  const begin = () => startAlarmEngine({ bus, kv, kinds, log: silent, keepMs: 20 });
  // A store that is away: what it has not taken keeps the log full.
  const store = await bus.consume({ name: 'store-writer', subjects: ['daoyu.>'], from: 'first' });
  const engine = await begin();
  for (const { subject, data } of log.entries) expect(await isAppended(bus, subject, data)).toBe(true);
  const isTaken = ({ name, pending }: { readonly name: string; readonly pending: number }) =>
    name === 'alarms' && pending === 0;
  await eventually(async () => (await bus.status()).consumers.some(isTaken));
  expect((await bus.status()).lastPosition).toBe(log.entries.length);

  await engine.close();
  const next = await begin();
  onTestFinished(() => next.close());
  const alarms = await bus.consume({ subjects: ['daoyu.alarms.>'], from: 'new' });
  onTestFinished(() => alarms.close());
  for await (const delivery of store) {
    delivery.ack();
    if (delivery.position === log.entries.length) break;
  }
  await store.close();
  await bus.forget('store-writer');
  const { data } = log.entries[2] ?? { data: '' };
  await eventually(() => isAppended(bus, 'daoyu.clock', data));
  const told: unknown[] = [];
  for await (const delivery of alarms) {
    const transition = parseTransition(delivery.data);
    told.push([transition?.alarm.rule, transition?.change]);
    if (told.length === 1) break;
  }
  expect(told).toEqual([['dissolved_oxygen_low', 'opened']]);
});
