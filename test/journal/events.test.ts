import { describe, expect, it } from 'vitest';
import { openMemoryBus } from '../../bus/memory.ts';
import { checkEvent, EVENT_KINDS, type FarmEvent, seasonsOf } from '../../journal/events.ts';
import { startJournalKeeper } from '../../journal/keeper.ts';
import { inForce, touches } from '../../journal/record.ts';
import { openRecordBook } from '../../journal/record-book.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { eventually } from '../eventually.ts';

const DAY = 86_400_000;
const T0 = Date.parse('2026-03-01T08:00:00+08:00');
const quiet = { info() {}, warn() {}, error() {} };

function event(id: string, extra: Partial<FarmEvent> = {}): Omit<FarmEvent, 'recordedAt'> {
  return {
    id: `event-000${id}`,
    park: 'daoyu',
    site: 'pond-1',
    kind: 'feeding',
    at: T0,
    by: 'li',
    values: { kg: 5 },
    ...extra,
  };
}

async function open() {
  let now = T0 + DAY;
  const [bus, kv] = [openMemoryBus(), openMemoryKv()];
  const book = await openRecordBook<FarmEvent>('event', { bus, kv, clock: () => (now += 1000), log: quiet });
  return { bus, kv, book };
}

describe('a record', () => {
  it('is written once, however often it is sent; its id never stands for another', async () => {
    const { book } = await open();
    const first = await book.add(event('1'));
    expect(await book.add(event('1'))).toEqual(first);
    await expect(book.add(event('1', { values: { kg: 6 } }))).rejects.toMatchObject({ code: 'RECORD_ID_REUSED' });
    expect([...book.all()]).toEqual([first]);
  });

  it('is superseded by a later one, once; what was known before stays to be asked for', async () => {
    const { book } = await open();
    const first = await book.add(event('1'));
    const second = await book.add(event('2', { supersedes: 'event-0001', values: { kg: 6 } }));
    await expect(book.add(event('3', { supersedes: 'event-0001' }))).rejects.toMatchObject({
      code: 'RECORD_SUPERSEDED',
    });
    await expect(book.add(event('3', { supersedes: 'event-0009' }))).rejects.toMatchObject({ code: 'RECORD_UNKNOWN' });
    expect(inForce(book.all())).toEqual([second]);
    expect(inForce(book.all(), first.recordedAt)).toEqual([first]);
    expect(inForce(book.all(), first.recordedAt - 1)).toEqual([]);
    await book.add(event('4', { supersedes: 'event-0002', isWithdrawn: true }));
    expect(inForce(book.all())).toEqual([]);
    expect(inForce(book.all(), second.recordedAt)).toEqual([second]);
  });

  it('of two that supersede the same at once one is refused', async () => {
    const { book } = await open();
    await book.add(event('1'));
    const both = await Promise.allSettled(['2', '3'].map((id) => book.add(event(id, { supersedes: 'event-0001' }))));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is found by a process that opens later, and by one that was open already', async () => {
    const { bus, kv, book } = await open();
    const other = await openRecordBook<FarmEvent>('event', { bus, kv, clock: () => T0, log: quiet });
    const added = await book.add(event('1'));
    await eventually(() => [...other.all()].length === 1);
    expect([...other.all()]).toEqual([added]);
    const later = await openRecordBook<FarmEvent>('event', { bus, kv, clock: () => T0, log: quiet });
    expect([...later.all()]).toEqual([added]);
  });

  it('that only the log has, because its writer died, is carried over; what is none of ours is passed over', async () => {
    const { bus, kv } = await open();
    const failing = { ...kv, put: () => Promise.reject(new Error('gone')) };
    const book = await openRecordBook<FarmEvent>('event', { bus, kv: failing, clock: () => T0 + DAY, log: quiet });
    await bus.append([{ subject: 'daoyu.journal.daoyu', data: '{"version":1,"is":"event","record":{"id":"x"}}' }]);
    const added = await book.add(event('1'));
    expect(await kv.get('journal/event/daoyu/event-0001')).toBeUndefined();
    const keeper = await startJournalKeeper({ bus, kv, log: quiet });
    expect((await eventually(() => kv.get('journal/event/daoyu/event-0001')))?.value).toEqual(added);
    await keeper.close();
  });

  it('touches a time that it reaches into', () => {
    const moment = { ...event('1'), recordedAt: T0 };
    expect([touches(moment, T0, T0 + 1), touches(moment, T0 - 1, T0)]).toEqual([true, false]);
    const long = { ...moment, until: T0 + 10 };
    expect([touches(long, T0 + 9, T0 + 20), touches(long, T0 + 10, T0 + 20)]).toEqual([true, false]);
  });
});

describe('kinds of events', () => {
  it('have names once, labels in both languages, ranges that rise', () => {
    for (const [name, kind] of EVENT_KINDS) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(kind.places.length).toBeGreaterThan(0);
      for (const { label, range } of [{ label: kind.label, range: undefined }, ...kind.fields]) {
        expect(label.zh).toMatch(/\p{Script=Han}/u);
        expect(label.en.length).toBeGreaterThan(2);
        if (range !== undefined) expect(range[0]).toBeLessThan(range[1]);
      }
    }
    expect(EVENT_KINDS.size).toBeGreaterThan(20);
  });

  it.each([
    ['a kind there is none of', { kind: 'dancing' }, /known: feeding/],
    ['a value that is missing', { values: {} }, /values.kg is missing/],
    ['a value beyond its range', { values: { kg: 1e7 } }, /from 0 to 5000 kg/],
    ['a text for a number', { values: { kg: '5' } }, /must be a number/],
    ['a value that the kind has not', { values: { kg: 5, litres: 1 } }, /litres.*it takes kg, feed/],
    ['tomorrow', { at: T0 + 2 * DAY }, /future/],
    ['an end before its beginning', { until: T0 }, /until/],
  ])('refuse %s and say what would be right', (_what, extra, message) => {
    expect(() => checkEvent(event('1', extra), T0 + DAY)).toThrow(message);
    expect(checkEvent(event('1'), T0 + DAY).name).toBe('feeding');
  });
});

describe('the season of a site', () => {
  it('runs from the first stocking to the last harvest before the next one', () => {
    const at = (day: number, kind: string, site = 'pond-1'): FarmEvent => ({
      ...event(`${kind}-${day}-${site}`, { kind, at: T0 + day * DAY, site }),
      recordedAt: T0,
    });
    const events = [at(200, 'harvest'), at(0, 'stocking'), at(30, 'stocking'), at(180, 'harvest'), at(400, 'stocking')];
    expect(seasonsOf([...events, at(5, 'sowing', 'paddy-1'), at(6, 'feeding')])).toEqual([
      { park: 'daoyu', site: 'pond-1', from: T0, to: T0 + 200 * DAY },
      { park: 'daoyu', site: 'paddy-1', from: T0 + 5 * DAY },
      { park: 'daoyu', site: 'pond-1', from: T0 + 400 * DAY },
    ]);
  });
});
