import { describe, expect, it, onTestFinished } from 'vitest';
import type { Bus } from '../../bus/bus.ts';
import type { AuditAction, AuditEntry } from '../../bus/events.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import { startAuditKeeper } from '../../consumers/audit/keeper.ts';
import { AUDIT_PREFIX, type AuditQuery, createAuditTrail } from '../../consumers/audit/trail.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { eventually } from '../eventually.ts';

const quiet = { info() {}, warn() {}, error() {} };
const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 28);
const everything = () => true;

function trail(bus: Bus = openMemoryBus()) {
  const kv = openMemoryKv();
  const time = { now: START };
  const logged: object[] = [];
  const log = { ...quiet, error: (fields: object) => void logged.push(fields) };
  const audit = createAuditTrail({ bus, kv, clock: () => time.now, log });
  const limits = { retainMs: 10 * DAY, maxEntries: 1000 };
  return {
    ...{ bus, kv, time, audit, logged },
    async start(change: Partial<typeof limits> = {}) {
      const keeper = await startAuditKeeper({ bus, kv, log: quiet, clock: () => time.now, ...limits, ...change });
      onTestFinished(() => keeper.close());
      return keeper;
    },
    note: (what: AuditAction, name: string, where?: string) =>
      audit.note({ who: { kind: 'person', id: name, name }, what, ...(where !== undefined && { where }) }),
    async list(query: Partial<AuditQuery> = {}) {
      const found: AuditEntry[] = [];
      for await (const entry of audit.list({ sees: everything, ...query })) found.push(entry);
      return found.map(({ what, who }) => `${what} ${who.name}`);
    },
    async count() {
      let count = 0;
      for await (const _ of kv.list(AUDIT_PREFIX)) count += 1;
      return count;
    },
  };
}

describe('the audit trail', () => {
  it('is on the log when it is noted, and found newest first by who, what, where and when', async () => {
    const { start, note, list, time, count } = trail();
    await start();
    for (const [what, name, where] of [
      ['device.add', 'Wang', 'tianyu/probe'],
      ['device.change', 'Wang', 'tianyu/probe'],
      ['command.send', 'li', 'tianyu/pump/valve'],
    ] as const) {
      await note(what, name, where);
      time.now += 1000;
    }
    await eventually(async () => (await count()) === 3);
    expect(await list()).toEqual(['command.send li', 'device.change Wang', 'device.add Wang']);
    expect(await list({ who: 'wan' })).toEqual(['device.change Wang', 'device.add Wang']);
    expect(await list({ what: 'device' })).toEqual(['device.change Wang', 'device.add Wang']);
    expect(await list({ what: 'device.add' })).toEqual(['device.add Wang']);
    expect(await list({ where: 'PUMP' })).toEqual(['command.send li']);
    expect(await list({ from: START + 1000, to: START + 2000 })).toEqual(['device.change Wang']);
    expect(await list({ sees: ({ what }) => what === 'device.add' })).toEqual(['device.add Wang']);
  });

  it('is kept once, however often its consumer starts again, and never changed', async () => {
    const { start, note, count, bus } = trail();
    const keeper = await start();
    await note('sign-in', 'wang');
    await eventually(async () => (await count()) === 1);
    await keeper.close();
    await bus.forget('audit');
    await start();
    await note('sign-out', 'wang');
    await eventually(async () => (await count()) === 2);
  });

  it('forgets the oldest when there are too many, and what is too old', async () => {
    const { start, note, list, time } = trail();
    await start({ maxEntries: 3, retainMs: 2 * DAY });
    for (const name of ['a', 'b', 'c', 'd']) {
      await note('sign-in', name);
      time.now += 1000;
    }
    await eventually(async () => (await list()).length === 3);
    expect(await list()).toEqual(['sign-in d', 'sign-in c', 'sign-in b']);
    time.now += 3 * DAY;
    await note('sign-in', 'e');
    await eventually(async () => (await list()).join() === 'sign-in e');
  });

  it('takes from the log only what has its form', async () => {
    const { start, note, count, bus, list } = trail();
    await start();
    const forged = {
      version: 1,
      id: '../../registry/park/x',
      at: START,
      who: { kind: 'person', id: 'x', name: 'x' },
      what: 'sign-in',
    };
    await bus.append([
      { subject: 'daoyu.audit', data: '{' },
      { subject: 'daoyu.audit.tianyu', data: JSON.stringify(forged) },
    ]);
    await note('sign-in', 'wang');
    await eventually(async () => (await count()) === 1);
    expect(await list()).toEqual(['sign-in wang']);
  });

  it('stands whole in the log of the program when the event log does not take it', async () => {
    const { audit, logged } = trail({
      ...openMemoryBus(),
      append: async () => Promise.reject(Object.assign(new Error('full'), { code: 'BUS_FULL' })),
    });
    await audit.note({ who: { kind: 'person', id: 'wang', name: 'wang' }, what: 'park.remove', where: 'tianyu' });
    expect(logged).toEqual([
      { code: 'BUS_FULL', audit: expect.objectContaining({ what: 'park.remove', where: 'tianyu' }) },
    ]);
  });
});
