import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DaoyuError } from '../../base/errors.ts';
import { subjectMatches, subjects } from '../../base/topics.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import type { QuarantineRecord } from '../../bus/rejection.ts';
import { startQuarantineKeeper } from '../../consumers/quarantine/keeper.ts';
import type { Kv } from '../../kv/kv.ts';
import { openLmdbKv } from '../../kv/lmdb.ts';
import { eventually } from '../eventually.ts';
import { NOW, openParts, silent } from '../ingest/parts.ts';

/** On disk, because order and paging are the storage's. */
const openKv = () => openLmdbKv({ folder: mkdtempSync(join(tmpdir(), 'daoyu-quarantine-')) });

describe('quarantine', () => {
  it('lists the newest first, page by page, by device and code', async () => {
    const { addDevice, publish, quarantine, records } = await openParts({ kv: await openKv() });
    await addDevice('a');
    await addDevice('b');
    for (let count = 0; count < 3; count++) await publish('a', { ph: 99 }, { receivedAt: NOW + count });
    await publish('b', '{broken', { receivedAt: NOW + 10 });
    await records(4);
    const first = await quarantine.list({ limit: 2 });
    expect(first.map(({ device }) => device)).toEqual(['b', 'a']);
    const rest = await quarantine.list({ limit: 10, before: first[1]?.id ?? '' });
    expect(rest.map(({ receivedAt }) => receivedAt)).toEqual([NOW + 1, NOW]);
    expect(await quarantine.list({ device: 'a', limit: 10 })).toHaveLength(3);
    expect(await quarantine.list({ code: 'PAYLOAD_NOT_JSON', limit: 10 })).toHaveLength(1);
    expect(await quarantine.list({ park: 'elsewhere', limit: 10 })).toEqual([]);
  });

  it('survives a restart', async () => {
    const first = await openParts();
    const { bus, kv, store } = first;
    await first.publish('ghost', { ph: 7 });
    await first.records(1);
    await first.close();
    const second = await openParts({ bus, kv, store });
    expect(await second.records(1)).toMatchObject([{ device: 'ghost' }]);
  });

  it('grows old by the age of the installation, whatever the clock said of its receipt and says now', async () => {
    const [bus, kv] = [openMemoryBus(), await openKv()];
    const YEAR = 365 * 86_400_000;
    const parts = await openParts({ bus, kv });
    for (const receivedAt of [NOW - YEAR, NOW, NOW + YEAR]) await parts.publish('ghost', { ph: 7 }, { receivedAt });
    await parts.records(3);
    await parts.close();
    for await (const { key, value } of kv.list<QuarantineRecord>('quarantine/'))
      await kv.put(key, { ...value, keptAt: 1000 });
    const open = async (clock: number, age: number) => {
      const limits = { clock: () => clock, age: () => age, retainMs: 5000 };
      const keeper = await startQuarantineKeeper({ bus, kv, log: silent, ...limits });
      await keeper.close();
      return (await parts.quarantine.list({ limit: 10 })).length;
    };
    expect(await open(NOW + 10 * YEAR, 5999)).toBe(3);
    expect(await open(NOW - 10 * YEAR, 6001)).toBe(0);
  });

  it('forgets what is too old and what is too much', async () => {
    const [bus, kv] = [openMemoryBus(), await openKv()];
    const parts = await openParts({ bus, kv });
    for (let count = 0; count < 6; count++) await parts.publish('ghost', { ph: 7 }, { receivedAt: NOW - count * 1000 });
    await parts.records(6);
    await parts.close();
    // As if each had been kept when it was received.
    for await (const { key, value } of kv.list<QuarantineRecord>('quarantine/'))
      await kv.put(key, { ...value, keptAt: value.receivedAt });
    const open = async (limits: { maxRecords?: number; maxBytes?: number; retainMs?: number }) => {
      const keeper = await startQuarantineKeeper({ bus, kv, log: silent, clock: () => NOW, ...limits });
      await keeper.close();
      return (await parts.quarantine.list({ limit: 10 })).map(({ receivedAt }) => NOW - receivedAt);
    };
    expect(await open({ maxRecords: 4 })).toEqual([0, 1000, 2000, 3000]);
    expect(await open({ maxBytes: 3 * '{"ph":7}'.length })).toEqual([0, 1000, 2000]);
    expect(await open({ retainMs: 1500 })).toEqual([0, 1000]);
  });
});

describe('a keeper that cannot make room', () => {
  it('keeps what is refused all the same, says so, and removes the oldest once it can', async () => {
    const [bus, kv] = [openMemoryBus(), await openKv()];
    const parts = await openParts({ bus, kv });
    for (let count = 0; count < 3; count++) await parts.publish('ghost', { ph: 7 }, { receivedAt: NOW + count });
    await parts.records(3);
    await parts.close();
    let isStuck = true;
    let tried = 0;
    const stuck: Kv = {
      ...kv,
      async delete(key) {
        tried += 1;
        if (isStuck) throw new DaoyuError('STATE_UNAVAILABLE', 'read-only');
        await kv.delete(key);
      },
    };
    const keeper = await startQuarantineKeeper({
      ...{ bus, kv: stuck, log: silent, clock: () => NOW, maxRecords: 2, backOff: { firstMs: 1, maxMs: 1 } },
    });
    onTestFinished(() => keeper.close());
    const record = { ...(await parts.quarantine.list({ limit: 1 }))[0], id: 'zz-newest', receivedAt: NOW + 9 };
    const data = JSON.stringify({ version: 1, records: [record], tallies: [] });
    await bus.append([{ subject: subjects.quarantine({ park: 'tianyu', device: 'ghost' }), data }]);
    const times = async () => (await parts.quarantine.list({ limit: 10 })).map(({ receivedAt }) => receivedAt - NOW);
    await eventually(async () => (await times())[0] === 9 && tried > 3);
    expect(await times()).toEqual([9, 2, 1, 0]);
    isStuck = false;
    await eventually(async () => (await times()).length === 2);
    expect(await times()).toEqual([9, 2]);
  });
});

describe('a replay after the mapping was mended', () => {
  it('joins a withheld value to its reading', async () => {
    const { addDevice, publish, records, registry, quarantine, stored, row } = await openParts();
    await addDevice('probe');
    await publish('probe', { time: NOW - 5000, dissolved_oxygen: 653, water_temperature: 20 });
    const [record] = await records(1);
    const id = record?.id ?? '';
    await registry.setMapping('tianyu', 'probe', {
      keys: { dissolved_oxygen: { field: 'dissolved_oxygen', scale: 0.01 } },
    });
    expect(await quarantine.replay(id)).toEqual({ accepted: 1, duplicate: 0, refused: [] });
    expect(await stored()).toMatchObject([
      { time: NOW - 5000, receivedAt: NOW, values: { dissolved_oxygen: 6.53, water_temperature: 20 } },
    ]);
    const { received, stored: kept, duplicate, quarantined } = await row('probe');
    expect(received).toBe(kept + duplicate + quarantined);
    expect(await quarantine.get(id)).toMatchObject({ replayedAt: NOW });
    await expect(quarantine.replay(id)).rejects.toMatchObject({ code: 'QUARANTINE_REPLAYED' });
  });

  it('meets the very reading even when the device had no clock', async () => {
    const { addDevice, publish, records, registry, quarantine, stored } = await openParts();
    await addDevice('probe');
    await publish('probe', { ph: 7 });
    await publish('probe', { ph: 7, reg1: 653 });
    const [record] = await records(1);
    await registry.setMapping('tianyu', 'probe', { keys: { reg1: { field: 'dissolved_oxygen', scale: 0.01 } } });
    await quarantine.replay(record?.id ?? '');
    expect((await stored()).map(({ values }) => values)).toEqual([{ ph: 7 }, { ph: 7, dissolved_oxygen: 6.53 }]);
  });

  it('moves a whole message in the ledger from quarantined to what became of it', async () => {
    const { addDevice, publish, records, registry, quarantine, row } = await openParts();
    await addDevice('probe');
    const day = '2026-07-20 11:5';
    await publish('probe', [
      { ts: `${day}0:00`, reg1: 653 },
      { ts: `${day}1:00`, reg1: 650 },
      { ts: 'noon', reg1: 1 },
    ]);
    expect(await row('probe')).toEqual({ received: 3, stored: 0, duplicate: 0, quarantined: 3 });
    const list = await records(3);
    await registry.setMapping('tianyu', 'probe', {
      keys: { reg1: { field: 'dissolved_oxygen', scale: 0.01 } },
      utcOffsetMinutes: 480,
    });
    const outcomes = await Promise.all(list.map(({ id }) => quarantine.replay(id)));
    expect(outcomes.map(({ accepted }) => accepted).sort()).toEqual([0, 1, 1]);
    expect(outcomes.flatMap(({ refused }) => refused.map(({ code }) => code))).toEqual(['TIME_INVALID']);
    expect(await row('probe')).toEqual({ received: 3, stored: 2, duplicate: 0, quarantined: 1 });
  });

  it('of a message from a device that was made since takes each of its readings', async () => {
    const { addDevice, publish, records, quarantine, row } = await openParts();
    await publish('late', [
      { time: NOW, ph: 7 },
      { time: NOW - 1000, ph: 7.1 },
      { time: NOW - 2000, ph: 99 },
    ]);
    expect(await row('late')).toEqual({ received: 1, stored: 0, duplicate: 0, quarantined: 1 });
    const [record] = await records(1);
    await addDevice('late');
    const outcome = await quarantine.replay(record?.id ?? '');
    expect(outcome).toMatchObject({ accepted: 2, duplicate: 0, refused: [{ code: 'VALUE_OUT_OF_RANGE' }] });
    expect(await row('late')).toEqual({ received: 3, stored: 2, duplicate: 0, quarantined: 1 });
    await records(2);
  });

  it('that is refused again changes nothing and may be tried again', async () => {
    const { addDevice, publish, records, quarantine, row } = await openParts();
    await addDevice('probe');
    await publish('probe', { ph: 99 });
    const [record] = await records(1);
    for (let count = 0; count < 2; count++) {
      const outcome = await quarantine.replay(record?.id ?? '');
      expect(outcome).toMatchObject({ accepted: 0, refused: [{ code: 'VALUE_OUT_OF_RANGE' }] });
    }
    expect(await row('probe')).toEqual({ received: 1, stored: 0, duplicate: 0, quarantined: 1 });
    await records(1);
  });

  it('stays marked when the log gives the record again as it was before', async () => {
    const { addDevice, publish, records, registry, quarantine, bus } = await openParts();
    await addDevice('probe');
    await publish('probe', { time: NOW, acidity: 7.5 });
    const [record] = await records(1);
    await registry.setMapping('tianyu', 'probe', { keys: { acidity: 'ph' } });
    await quarantine.replay(record?.id ?? '');
    // As from a keeper that was frozen with it in its hands; the other record shows that it has come through.
    const other = { ...record, id: `${record?.id}-other` };
    const data = JSON.stringify({ version: 1, records: [record, other], tallies: [] });
    await bus.append([{ subject: subjects.quarantine({ park: 'tianyu', device: 'probe' }), data }]);
    await records(2);
    expect(await quarantine.get(record?.id ?? '')).toHaveProperty('replayedAt');
  });

  it('that breaks off anywhere on the log can be asked for again, and the ledger stays true', async () => {
    for (const failing of [subjects.allReadings, subjects.allQuarantine]) {
      const memory = openMemoryBus();
      let isFailing = false;
      /** As a server that has room for one of two entries, or died between them. */
      const bus: typeof memory = {
        ...memory,
        async append(entries) {
          const isLost = ({ subject }: { readonly subject: string }) => isFailing && subjectMatches(failing, subject);
          const kept = entries.filter((entry) => !isLost(entry));
          const position = await memory.append(kept);
          if (kept.length < entries.length) throw new DaoyuError('BUS_FULL', 'full');
          return position;
        },
      };
      const { addDevice, publish, records, registry, quarantine, stored, row } = await openParts({ bus });
      await addDevice('probe');
      await publish('probe', { time: NOW, acidity: 7.5 });
      const [record] = await records(1);
      await registry.setMapping('tianyu', 'probe', { keys: { acidity: 'ph' } });
      isFailing = true;
      await expect(quarantine.replay(record?.id ?? '')).rejects.toMatchObject({ code: 'BUS_FULL' });
      isFailing = false;
      expect(await quarantine.get(record?.id ?? '')).not.toHaveProperty('replayedAt');
      await quarantine.replay(record?.id ?? '');
      expect(await stored()).toMatchObject([{ time: NOW, values: { ph: 7.5 } }]);
      const isInStoreAlready = failing === subjects.allQuarantine;
      const duplicate = isInStoreAlready ? 1 : 0;
      expect(await row('probe')).toEqual({ received: 1 + duplicate, stored: 1, duplicate, quarantined: 0 });
    }
  });

  it('asked for twice at the same time happens once', async () => {
    const { addDevice, publish, records, quarantine, row } = await openParts();
    await publish('probe', { time: NOW, ph: 7 });
    const [record] = await records(1);
    await addDevice('probe');
    const outcomes = await Promise.allSettled([1, 2].map(() => quarantine.replay(record?.id ?? '')));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await row('probe')).toEqual({ received: 1, stored: 1, duplicate: 0, quarantined: 0 });
  });

  it('of an unknown id says so', async () => {
    const { quarantine } = await openParts();
    await expect(quarantine.replay('nothing')).rejects.toMatchObject({ code: 'QUARANTINE_UNKNOWN' });
    await expect(quarantine.replay('../registry')).rejects.toMatchObject({ code: 'QUARANTINE_UNKNOWN' });
  });
});
