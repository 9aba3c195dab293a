import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DaoyuError } from '../../../base/errors.ts';
import type { Kv } from '../../../kv/kv.ts';
import { openMemoryKv } from '../../../kv/memory.ts';
import type { Reading } from '../../../sensors/reading.ts';
import { openInfluxStore } from '../../../store/influx/influx.ts';
import { openMemoryStore } from '../../../store/memory.ts';
import type { Batch, RejectedReading, Series, Store } from '../../../store/store.ts';
import { DEFAULT_WRITER, QUALITIES, type Quality } from '../../../store/store.ts';
import { parseEvery } from '../../../store/window.ts';
import { query, reading, T0, tally, testKind } from '../../contract/store/fixtures.ts';
import { describeStore } from '../../contract/store.ts';
import { eventually } from '../../eventually.ts';
import { hasInflux, type InfluxServer, startInflux } from '../../servers/influx.ts';

const kinds = new Map([[testKind.name, testKind]]);

interface Place {
  readonly server: InfluxServer;
  readonly kv: Kv;
}
const places = new WeakMap<Store, Place>();

async function open(place?: Place, url?: string): Promise<Store> {
  const { server, kv } = place ?? { server: await startInflux(), kv: openMemoryKv() };
  const store = await openInfluxStore({ url: url ?? server.url(), kinds, kv });
  places.set(store, { server, kv });
  onTestFinished(() => store.close());
  return store;
}

async function reopen(store: Store): Promise<Store> {
  const place = places.get(store);
  await store.close();
  await place?.server.kill();
  await place?.server.start();
  return await open(place);
}

const batchOf = (...readings: readonly Reading[]): Batch => ({ readings, tallies: [tally(readings.length)] });

describe.runIf(hasInflux())('with a real influxd', () => {
  describeStore('InfluxDB store', { reopen }, () => open());

  describe('against the reference', () => {
    const step = fc.record({
      readings: fc.array(
        fc.record({
          minute: fc.integer({ min: 0, max: 60 * 24 * 50 }),
          device: fc.constantFrom('probe-1', 'probe-2'),
          oxygen: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
          ph: fc.option(fc.double({ min: 5, max: 9, noNaN: true }), { nil: undefined }),
          flag: fc.constantFrom(undefined, 'spike' as const, 'clock' as const),
        }),
        { maxLength: 25 },
      ),
      /** Which put of the shared state fails: none, the one before the points, the one behind them; before or after it took effect. */
      failing: fc.constantFrom(0, 0, 1, 2),
      isApplied: fc.boolean(),
      /** A new process goes on after the failure. */
      isReopened: fc.boolean(),
    });

    it('answers the same whatever comes late, doubled, merged, and wherever it crashed', async () => {
      const server = await startInflux();
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 1, maxLength: 5 }),
          fc.constantFrom('1m', '10m', '6h', '1d', '3d', '1w', '1mo', '3mo'),
          fc.constantFrom(...QUALITIES),
          fc.integer({ min: 0, max: 60 * 24 * 50 }),
          fc.integer({ min: 0, max: 60 * 24 * 60 }),
          async (steps, every, quality, fromMinute, minutes) => {
            run += 1;
            const faulty = faultyState();
            const url = server.url(`run_${run}`);
            let store = await openInfluxStore({ url, kinds, kv: faulty.kv });
            const reference = openMemoryStore();
            for (const [index, { readings, failing, isApplied, isReopened }] of steps.entries()) {
              const batch = batchOf(...readings.flatMap(readingOf));
              faulty.failAt(failing, isApplied);
              const expected = await reference.write(batch, index + 1);
              const first = await store.write(batch, index + 1).catch(() => undefined);
              faulty.failAt(0, false);
              if (isReopened) store = await openInfluxStore({ url, kinds, kv: faulty.kv });
              const again = await store.write(batch, index + 1);
              // Answered by the first, or by the second; an answer of the first that was lost stays unknown.
              if (first !== undefined) expect([first, again]).toEqual([expected, { stored: 0, duplicate: 0 }]);
              else if (!isApplied || failing === 1) expect(again).toEqual(expected);
              expect(await ledgerOf(store)).toEqual(await ledgerOf(reference));
            }
            const question = query({
              fields: ['oxygen', 'ph'],
              every: parseEvery(every),
              quality,
              aggregates: ['mean', 'min', 'max', 'first', 'last', 'count', 'sum'],
              from: T0 + fromMinute * 60_000,
              to: T0 + (fromMinute + minutes) * 60_000,
            });
            expect(sorted(await store.series(question))).toEqual(sorted(await reference.series(question)));
            const { every: _every, ...raw } = question;
            expect(sorted(await store.series(raw))).toEqual(sorted(await reference.series(raw)));
            expect(byDevice(await store.latest({}))).toEqual(byDevice(await reference.latest({})));
            expect(await exported(store)).toEqual(await exported(reference));
          },
        ),
        { numRuns: 40 },
      );
    }, 120_000);
  });

  describe('a poisoned point among good ones', () => {
    it('is set aside with its reason and counted as quarantined; its neighbours are stored', async () => {
      const store = await open();
      const server = places.get(store)?.server;
      // Somebody else made a text of a field of ours: InfluxDB refuses numbers for it as long as this shard lives.
      await server?.write(`test_pond,park=daoyu,site=pond-1,device=other ph="acid" ${T0}`);
      const good = Array.from({ length: 60 }, (_, index) => reading(T0 + index * 1000, { oxygen: index }));
      const poisoned = [17, 18, 40].map((index) => reading(T0 + index * 1000 + 500, { oxygen: 1, ph: 7 }));
      const refused: RejectedReading[] = [];
      store.rejectedPoints?.onRejected(DEFAULT_WRITER, async (readings) => void refused.push(...readings));
      const batch = batchOf(...[...good, ...poisoned].sort((a, b) => a.time - b.time));
      expect(await store.write(batch, 1)).toEqual({ stored: 60, duplicate: 0, refused: 3 });
      expect(refused.map((each) => each.reading)).toEqual(poisoned);
      expect(refused[0]?.reason).toContain('field type conflict');
      const [series] = await store.series(query());
      expect(series?.points).toEqual(good.map(({ time, values }) => [time, values.oxygen]));
      expect((await store.committed()).ledger).toMatchObject([{ received: 63, stored: 60, quarantined: 3 }]);
      expect((await store.status()).isWritable).toBe(true);
    });

    it('of a name that no line may hold is set aside without asking', async () => {
      const store = await open();
      const forged = reading(T0, { oxygen: 5 }, { device: 'a b,c=d\nforged value=1' });
      const refused: RejectedReading[] = [];
      store.rejectedPoints?.onRejected(DEFAULT_WRITER, async (readings) => void refused.push(...readings));
      const outcome = await store.write(batchOf(reading(T0, { oxygen: 5 }), forged), 1);
      expect(outcome).toEqual({ stored: 1, duplicate: 0, refused: 1 });
      expect(refused).toMatchObject([{ reading: forged, reason: expect.stringContaining('1 to 64') }]);
    });
  });

  describe('a process that only reads', () => {
    it('shows a reading that came a day late and was the last for a long time', async () => {
      const [server, kv] = [await startInflux(), openMemoryKv()];
      let now = T0 + 1000;
      const clock = () => now;
      const writes = await openInfluxStore({ url: server.url(), kinds, kv, clock });
      const reads = await openInfluxStore({ url: server.url(), kinds, kv, clock });
      for (const store of [writes, reads]) onTestFinished(() => store.close());
      const shown = async () => (await reads.latest({})).map(({ device }) => device).sort();
      await writes.write(batchOf(reading(T0, { oxygen: 5 })), 1);
      expect(await shown()).toEqual(['probe-1']);
      now += 5000;
      await writes.write(batchOf(reading(T0 - 86_400_000, { oxygen: 4 }, { device: 'late' })), 2);
      await shown();
      // Nobody writes any more.
      now += 61_000;
      expect(await shown()).toEqual(['late', 'probe-1']);
    });
  });

  describe('a server in trouble', () => {
    it('that is down at the start is waited for, and what to do is said', async () => {
      const server = await startInflux({ isStarted: false });
      const store = await open({ server, kv: openMemoryKv() });
      expect(await store.committed()).toEqual({ writers: {}, ledger: [] });
      expect(await store.status()).toMatchObject({
        isWritable: false,
        problem: { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('start InfluxDB') },
      });
      const batch = batchOf(reading(T0, { oxygen: 5 }));
      await expect(store.write(batch, 1)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await expect(store.series(query())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await server.start();
      expect(await store.write(batch, 1)).toEqual({ stored: 1, duplicate: 0 });
      expect((await store.status()).isWritable).toBe(true);
    });

    it('killed again and again while it is written to holds every reading once', async () => {
      const store = await open();
      const server = places.get(store)?.server;
      let [position, isDone] = [0, false];
      const writing = (async () => {
        while (!isDone) {
          const readings = Array.from({ length: 200 }, (_, index) =>
            // Every fifth reading comes late, every tenth comes twice.
            reading(T0 + (position * 200 + index - (index % 5 === 0 ? 700 : 0)) * 1000, { oxygen: index % 20 }),
          );
          const batch = batchOf(...readings, ...readings.filter((_, index) => index % 10 === 0));
          await eventually(() => store.write(batch, position + 1).then(Boolean, () => false), Boolean, 20_000);
          position += 1;
        }
      })();
      for (let kill = 0; kill < 6; kill++) {
        const before = position;
        await eventually(() => position > before + 2, Boolean, 20_000);
        await server?.kill();
        await server?.start();
      }
      isDone = true;
      await writing;
      const { ledger, writers } = await store.committed();
      expect(writers[DEFAULT_WRITER]).toEqual({ position });
      const [count] = await store.series(query({ every: parseEvery('1mo'), aggregates: ['count'] }));
      const rows = count?.points.reduce((sum, [, value]) => sum + value, 0);
      expect(ledger).toMatchObject([{ received: position * 220, stored: rows }]);
      expect(ledger[0]?.stored).toBe(distinctTimes(position));
    }, 60_000);

    it('without the right to make its database says how to make it, then goes on', async () => {
      const server = await startInflux({ needsLogin: true });
      await server.ask(`CREATE USER "root" WITH PASSWORD 'secret' WITH ALL PRIVILEGES`);
      await server.ask(`CREATE USER "writer" WITH PASSWORD 'pass word'`, 'root:secret');
      const store = await open({ server, kv: openMemoryKv() }, server.url('farm', 'writer:pass%20word'));
      const batch = batchOf(reading(T0, { oxygen: 5 }));
      await expect(store.write(batch, 1)).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        message: expect.stringContaining('"farm"'),
      });
      await server.ask('CREATE DATABASE "farm"; GRANT ALL ON "farm" TO "writer"', 'root:secret');
      expect(await store.write(batch, 1)).toEqual({ stored: 1, duplicate: 0 });
      expect((await store.series(query()))[0]?.points).toEqual([[T0, 5]]);
    });

    it('that does not know the login says which setting to correct, and never shows the password', async () => {
      const server = await startInflux({ needsLogin: true });
      await server.ask(`CREATE USER "root" WITH PASSWORD 'secret' WITH ALL PRIVILEGES`);
      const store = await open({ server, kv: openMemoryKv() }, server.url('farm', 'root:wr0ng'));
      const { problem } = await store.status();
      expect(problem).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('DAOYU_STORE_URL') });
      expect(problem?.message).not.toContain('wr0ng');
    });

    it('that takes only small writes gets them in halves', async () => {
      const server = await startInflux({ maxBodyBytes: 3000 });
      const store = await open({ server, kv: openMemoryKv() });
      const readings = Array.from({ length: 200 }, (_, index) => reading(T0 + index * 1000, { oxygen: index }));
      expect(await store.write(batchOf(...readings), 1)).toEqual({ stored: 200, duplicate: 0 });
      expect((await store.series(query()))[0]?.points).toHaveLength(200);
    });
  });

  describe('two processes', () => {
    it('do not write as the same writer: the older one is told, and nothing is counted twice', async () => {
      const first = await open();
      const second = await open(places.get(first));
      const batch = batchOf(reading(T0, { oxygen: 5 }));
      await first.write(batch, 1);
      expect(await second.write(batch, 1)).toEqual({ stored: 0, duplicate: 0 });
      expect(await second.write(batchOf(reading(T0 + 1000, { oxygen: 6 })), 2)).toEqual({ stored: 1, duplicate: 0 });
      const late = batchOf(reading(T0 + 500, { oxygen: 7 }), reading(T0 + 1000, { oxygen: 9 }));
      await expect(first.write(late, 3)).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
      expect(await first.write(late, 3)).toEqual({ stored: 1, duplicate: 1 });
      expect((await second.committed()).ledger).toMatchObject([{ received: 4, stored: 3, duplicate: 1 }]);
      expect((await second.series(query()))[0]?.points).toEqual([
        [T0, 5],
        [T0 + 500, 7],
        [T0 + 1000, 6],
      ]);
    });

    it('that hand a device over count what the other stored meanwhile', async () => {
      const first = await open();
      const second = await open(places.get(first));
      await first.write(batchOf(reading(T0, { ph: 7 })), 1, { writer: 'zero' });
      // From now on the second knows how far the devices of this kind were.
      await second.write(batchOf(reading(T0, { ph: 7 }, { device: 'other' })), 2, { writer: 'one' });
      await first.write(batchOf(reading(T0 + 1000, { ph: 7 })), 3, { writer: 'zero' });
      const again = batchOf(reading(T0 + 1000, { ph: 7 }));
      expect(await second.write(again, 4, { writer: 'zero' })).toEqual({ stored: 0, duplicate: 1 });
    });

    it('that share the work have one ledger, of any number of devices', async () => {
      const first = await open();
      const second = await open(places.get(first));
      const write = (store: Store, writer: string, position: number, from: number) =>
        store.write(
          {
            readings: Array.from({ length: 200 }, (_, index) =>
              reading(T0 + position * 1000, { oxygen: 1 }, { device: `d-${from + index}` }),
            ),
            tallies: Array.from({ length: 200 }, (_, index) => tally(1, { device: `d-${from + index}` })),
          },
          position,
          { writer },
        );
      for (let position = 1; position <= 6; position++) {
        const from = position % 2 === 0 ? 200 : 0;
        await Promise.all([write(first, 'a', position, from), write(second, 'b', position, 1000 + from)]);
      }
      const { ledger, writers } = await first.committed();
      expect(writers).toEqual({ a: { position: 6 }, b: { position: 6 } });
      expect(ledger).toHaveLength(800);
      expect(ledger.reduce((sum, row) => sum + row.stored, 0)).toBe(2 * 200 * 6);
      expect(ledger.every((row) => row.received === row.stored)).toBe(true);
      expect((await (await open(places.get(first))).committed()).ledger).toEqual(ledger);
    });
  });

  it('the newest values are those of every process, new ones at once and late ones by and by', async () => {
    const { server, kv } = { server: await startInflux(), kv: openMemoryKv() };
    let now = T0 + 3_600_000;
    const clock = () => now;
    const openOne = () => openInfluxStore({ url: server.url(), kinds, kv, clock });
    const [first, second, asked] = [await openOne(), await openOne(), await openOne()];
    const values = async () => byDevice(await asked.latest({})).map((each) => each.values);
    expect(await values()).toEqual([]);
    await first.write(batchOf(reading(now, { oxygen: 5 })), 1, { writer: 'a' });
    await second.write(batchOf(reading(now, { oxygen: 6 }, { device: 'probe-2' })), 1, { writer: 'b' });
    now += 2000;
    expect(await values()).toEqual([{ oxygen: 5 }, { oxygen: 6 }]);
    expect(byDevice(await first.latest({}))).toEqual(byDevice(await asked.latest({})));
    await second.write(batchOf(reading(T0, { ph: 7 }, { device: 'probe-2' })), 2, { writer: 'b' });
    now += 61_000;
    expect(await values()).toEqual([{ oxygen: 5 }, { oxygen: 6, ph: 7 }]);
  });

  it('points of an earlier version, which hold doubted values in the field itself, are left out all the same', async () => {
    const store = await open();
    const server = places.get(store)?.server;
    await store.write(
      batchOf(reading(T0, { oxygen: 4 }), reading(T0 + 1, { oxygen: 30 }, { flags: { oxygen: ['spike'] } })),
      1,
    );
    const earlier = (ms: number, fields: string) =>
      `test_pond,park=daoyu,site=pond-1,device=probe-1 ${fields},received_at=${T0 + ms + 500} ${T0 + ms}`;
    await server?.write(
      [earlier(2, 'oxygen=20,oxygen:stuck=1,oxygen:clock=1'), earlier(3, 'oxygen=6,oxygen:late=1')].join('\n'),
    );
    const window = async (quality: Quality) =>
      await store.series(query({ every: parseEvery('1h'), aggregates: ['mean', 'max', 'last'], quality }));
    expect((await window('good')).map(({ points, used, excluded }) => [points[0]?.[1], used, excluded])).toEqual(
      [5, 6, 6].map((value) => [value, [2], [2]]),
    );
    expect((await window('all')).map(({ points, used }) => [points[0]?.[1], used])).toEqual(
      [15, 30, 6].map((value) => [value, [4]]),
    );
    expect(await store.latest({})).toMatchObject([{ values: { oxygen: 6 } }]);
  });

  it('a stopped query says so', async () => {
    const store = await open();
    const controller = new AbortController();
    controller.abort();
    await expect(store.series(query({ signal: controller.signal }))).rejects.toMatchObject({ code: 'QUERY_STOPPED' });
    await expect(store.series(query({ fields: ['oxygen" FROM x; DROP DATABASE daoyu --'] }))).rejects.toMatchObject({
      code: 'FIELD_UNKNOWN',
    });
  });

  it('texts of a filter cannot leave their quotes', async () => {
    const store = await open();
    await store.write(batchOf(reading(T0, { oxygen: 5 })), 1);
    expect(await store.series(query({ device: `x' OR 'a' = 'a` }))).toEqual([]);
    expect(await store.latest({ site: `x\\' OR 1=1 --` })).toEqual([]);
  });
});

/** As many different times as the writes under load hold. */
function distinctTimes(batches: number): number {
  const times = new Set<number>();
  for (let batch = 0; batch < batches; batch++)
    for (let index = 0; index < 200; index++) times.add(batch * 200 + index - (index % 5 === 0 ? 700 : 0));
  return times.size;
}

function readingOf(drawn: {
  readonly minute: number;
  readonly device: string;
  readonly oxygen: number | undefined;
  readonly ph: number | undefined;
  readonly flag: 'spike' | 'clock' | undefined;
}): Reading[] {
  const { minute, device, oxygen, ph, flag } = drawn;
  const values = { ...(oxygen !== undefined && { oxygen }), ...(ph !== undefined && { ph }) };
  if (Object.keys(values).length === 0) return [];
  const flags = flag && oxygen !== undefined ? { flags: { oxygen: [flag, 'late' as const] } } : {};
  return [reading(T0 + minute * 60_000 + 7, values, { device, seq: minute, ...flags })];
}

/** A shared state whose next puts fail on demand, as the network to NATS would. */
function faultyState() {
  const memory = openMemoryKv();
  let countdown = 0;
  let isApplied = false;
  const kv: Kv = {
    ...memory,
    async put(key, value, expected) {
      countdown -= 1;
      if (countdown !== 0) return await memory.put(key, value, expected);
      if (isApplied) await memory.put(key, value, expected);
      throw new DaoyuError('STATE_UNAVAILABLE', 'the connection broke');
    },
  };
  return {
    kv,
    failAt(put: number, applied: boolean) {
      countdown = put;
      isApplied = applied;
    },
  };
}

const sorted = (series: readonly Series[]) =>
  [...series]
    .sort((a, b) => `${a.device}${a.field}${a.aggregate}`.localeCompare(`${b.device}${b.field}${b.aggregate}`))
    // Sums of the same numbers in another order differ in the last bits.
    .map((each) => ({
      ...each,
      points: each.points.map(([time, value, flags]) => [time, Math.round(value * 1e9) / 1e9, flags]),
    }));
const ledgerOf = async (store: Store) => byDevice((await store.committed()).ledger);
const byDevice = <T extends { readonly device: string }>(rows: readonly T[]) =>
  [...rows].sort((a, b) => a.device.localeCompare(b.device));

async function exported(store: Store): Promise<string[]> {
  const lines: string[] = [];
  for await (const { time, device, site, receivedAt, values, flags } of store.export(
    query({ fields: ['oxygen', 'ph'] }),
  ))
    lines.push(JSON.stringify([time, device, site, receivedAt, values.oxygen, values.ph, flags?.oxygen ?? []]));
  return lines.sort();
}
