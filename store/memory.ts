/** Time series in memory: the simple reference of the contract, for tests; nothing survives the process. Shares no code with the stores tested against it. */

import { FLAGS, type Flag, isDoubtful } from '../sensors/flag.ts';
import { unpacked } from '../sensors/packed-reading.ts';
import { isNewer, type Reading } from '../sensors/reading.ts';
import type { StoreDriver } from './drivers.ts';
import { contradicted } from './merge.ts';
import { tooLarge } from './query-size.ts';
import {
  type Aggregate,
  type ConflictingReading,
  DEFAULT_WRITER,
  type Holding,
  type Latest,
  type Point,
  type Series,
  type SeriesFilter,
  type SeriesQuery,
  type Store,
} from './store.ts';
import { applyChanges, LedgerChanges, type LedgerCounts, ledgerRows, writersAt } from './tallies.ts';
import { windowStart } from './window.ts';
import { refuseGap } from './write-order.ts';

interface Sample {
  readonly time: number;
  readonly receivedAt: number;
  readonly value: number;
  readonly flags: readonly Flag[];
}

export const memoryStore: StoreDriver = {
  schemes: ['memory'],
  form: 'memory',
  isShared: false,
  capabilities: [],
  validate() {},
  open: async () => openMemoryStore(),
};

/** The values of a device at one time: the first of each field. */
interface Kept {
  readonly reading: Reading;
  readonly samples: Map<string, Sample>;
}

/** The newest reading of a device, and the newest value of each field. */
interface Newest {
  reading: Reading;
  readonly samples: Map<string, Sample>;
}

function toReading({
  reading: { values: _, flags: __, ...rest },
  samples,
}: Pick<Kept, 'reading' | 'samples'>): Reading {
  const flagged = [...samples].filter(([, sample]) => sample.flags.length > 0);
  return {
    ...rest,
    values: Object.fromEntries([...samples].map(([field, sample]) => [field, sample.value])),
    ...(flagged.length > 0 && { flags: Object.fromEntries(flagged.map(([field, { flags }]) => [field, flags])) }),
  };
}

function toLatest({ reading, samples }: Newest): Latest {
  const older = [...samples].filter(([, sample]) => sample.time < reading.time);
  return {
    ...toReading({ reading, samples }),
    ...(older.length > 0 && { olderFields: Object.fromEntries(older.map(([field, { time }]) => [field, time])) }),
  };
}

export function openMemoryStore(): Store {
  /** By `park/device`, then time. */
  const devices = new Map<string, Map<number, Kept>>();
  const latest = new Map<string, Newest>();
  const sums = new Map<string, LedgerCounts>();
  const positions = new Map<string, number>();

  function matching(
    filter: Partial<SeriesFilter>,
    from = Number.NEGATIVE_INFINITY,
    to = Number.POSITIVE_INFINITY,
  ): Reading[] {
    return [...devices.values()]
      .flatMap((readings) => [...readings.values()])
      .map(toReading)
      .filter((reading) => matches(reading, filter) && reading.time >= from && reading.time < to)
      .sort((a, b) => a.time - b.time);
  }

  return {
    async write(batch, upTo, { writer = DEFAULT_WRITER, after, onConflict } = {}) {
      const recorded = positions.get(writer) ?? 0;
      if (upTo <= recorded) return { stored: 0, duplicate: 0 };
      refuseGap(after, recorded);
      const changes = new LedgerChanges();
      const outcome = { stored: 0, duplicate: 0, refused: 0 };
      const conflicting: ConflictingReading[] = [];
      for (const judged of batch.readings) {
        const reading = unpacked(judged);
        const { park, device, kind, time, receivedAt } = reading;
        const key = `${park}/${device}`;
        const readings = devices.get(key) ?? new Map<number, Kept>();
        devices.set(key, readings);
        const kept = readings.get(time) ?? { reading, samples: new Map<string, Sample>() };
        readings.set(time, kept);
        const newest = latest.get(`${key}/${kind}`) ?? { reading, samples: new Map<string, Sample>() };
        const before = toReading(kept);
        let isStored = false;
        for (const [field, value] of Object.entries(reading.values)) {
          if (kept.samples.has(field)) continue;
          isStored = true;
          const sample = { time, receivedAt, value, flags: reading.flags?.[field] ?? [] };
          kept.samples.set(field, sample);
          const known = newest.samples.get(field);
          if (known === undefined || isNewer(sample, known)) newest.samples.set(field, sample);
        }
        const stored = contradicted(before, reading);
        const isConflict = stored !== undefined && onConflict !== undefined;
        if (isConflict) conflicting.push({ reading, stored, isWhole: !isStored });
        const what = isStored ? 'stored' : isConflict ? 'quarantined' : 'duplicate';
        changes.addOutcome(park, device, what);
        outcome[what === 'quarantined' ? 'refused' : what] += 1;
        if (isNewer(reading, newest.reading)) newest.reading = reading;
        if (isStored) latest.set(`${key}/${kind}`, newest);
      }
      changes.addTallies(batch.tallies);
      if (conflicting.length > 0) await onConflict?.(conflicting);
      applyChanges(sums, changes);
      positions.set(writer, upTo);
      const { refused, ...counted } = outcome;
      return refused === 0 ? counted : outcome;
    },
    async committed() {
      return { writers: writersAt(positions), ledger: ledgerRows(sums) };
    },
    async series(query) {
      const series = query.fields.flatMap((field) => seriesOf(matching(query, query.from, query.to), field, query));
      const points = series.reduce((sum, each) => sum + each.points.length, 0);
      if (points > query.maxPoints) throw tooLarge(query);
      return series;
    },
    async latest(filter) {
      return [...latest.values()].map(toLatest).filter((reading) => matches(reading, filter));
    },
    async *export({ fields, from, to, quality, ...filter }) {
      for (const reading of matching(filter, from, to)) {
        const { values, flags, ...rest } = reading;
        const isWanted = (field: string) =>
          fields.includes(field) && !(quality === 'good' && isDoubtful(flags?.[field]));
        const only = <T>(of: Readonly<Record<string, T>>) =>
          Object.fromEntries(Object.entries(of).filter(([field]) => isWanted(field)));
        const [wanted, flagged] = [only(values), only(flags ?? {})];
        if (Object.keys(wanted).length === 0) continue;
        yield { ...rest, values: wanted, ...(Object.keys(flagged).length > 0 && { flags: flagged }) };
      }
    },
    async forget({ raw = Number.NEGATIVE_INFINITY }) {
      for (const readings of devices.values())
        for (const time of readings.keys()) if (time < raw) readings.delete(time);
    },
    async holding({ park, device }) {
      const times = [...(devices.get(`${park}/${device}`)?.keys() ?? [])];
      return holdingOf(times);
    },
    async remove({ park, device }) {
      devices.delete(`${park}/${device}`);
      for (const key of latest.keys()) if (key.startsWith(`${park}/${device}/`)) latest.delete(key);
    },
    async status() {
      const readings = [...devices.values()].reduce((sum, each) => sum + each.size, 0);
      return { isWritable: true, readings, sizeBytes: 0 };
    },
    async close() {
      devices.clear();
    },
  };
}

function holdingOf(times: readonly number[]): Holding {
  if (times.length === 0) return { readings: 0 };
  return { readings: times.length, first: Math.min(...times), last: Math.max(...times) };
}

function matches(reading: Reading, { kind, park, site, device }: Partial<SeriesFilter>): boolean {
  return (
    (kind === undefined || reading.kind === kind) &&
    (park === undefined || reading.park === park) &&
    (site === undefined || reading.site === site) &&
    (device === undefined || reading.device === device)
  );
}

function seriesOf(readings: readonly Reading[], field: string, query: SeriesQuery): Series[] {
  const groups = new Map<string, { readonly reading: Reading; readonly samples: Sample[] }>();
  for (const reading of readings) {
    const value = reading.values[field];
    if (value === undefined) continue;
    const key = `${reading.park}/${reading.site}/${reading.device}`;
    const group = groups.get(key) ?? { reading, samples: [] };
    groups.set(key, group);
    group.samples.push({
      time: reading.time,
      receivedAt: reading.receivedAt,
      value,
      flags: reading.flags?.[field] ?? [],
    });
  }
  return [...groups.values()].flatMap(({ reading: { park, site, device }, samples }) => {
    const aggregates: readonly Series['aggregate'][] = query.every === undefined ? ['raw'] : query.aggregates;
    return aggregates
      .map((aggregate) => ({ park, site, device, field, aggregate, ...pointsOf(samples, query, aggregate) }))
      .filter(({ points, doubted = [] }) => points.length > 0 || doubted.length > 0);
  });
}

function pointsOf(
  samples: readonly Sample[],
  { every, quality }: SeriesQuery,
  aggregate: Series['aggregate'],
): Pick<Series, 'points' | 'used' | 'excluded' | 'doubted'> {
  const isGood = ({ flags }: Sample) => quality !== 'good' || !isDoubtful(flags);
  if (every === undefined || aggregate === 'raw')
    return { points: samples.filter(isGood).map(({ time, value, flags }) => point(time, value, flags)) };
  const windows = new Map<number, Sample[]>();
  for (const sample of samples) {
    const start = windowStart(sample.time, every);
    windows.set(start, [...(windows.get(start) ?? []), sample]);
  }
  const found = [...windows].map(([start, inside]) => {
    const good = inside.filter(isGood);
    const flags = met(inside.flatMap((sample) => sample.flags));
    return { start, good, excluded: inside.length - good.length, flags };
  });
  const answered = found.filter(({ good }) => good.length > 0);
  const doubted = found.filter(({ good }) => good.length === 0);
  return {
    points: answered.map(({ start, good, flags }) => point(start, reduce(good, aggregate), flags)),
    used: answered.map(({ good }) => good.length),
    excluded: answered.map(({ excluded }) => excluded),
    ...(doubted.length > 0 && { doubted: doubted.map(({ start, excluded, flags }) => [start, excluded, flags]) }),
  };
}

function reduce(samples: readonly Sample[], aggregate: Aggregate): number {
  const values = samples.map((sample) => sample.value);
  const sum = values.reduce((total, value) => total + value, 0);
  switch (aggregate) {
    case 'mean':
      return sum / values.length;
    case 'sum':
      return sum;
    case 'count':
      return values.length;
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'first':
      return values[0] ?? Number.NaN;
    case 'last':
      return values.at(-1) ?? Number.NaN;
  }
}

function point(time: number, value: number, flags: readonly Flag[]): Point {
  return flags.length === 0 ? [time, value] : [time, value, met(flags)];
}

/** Flags once each, in the order of their definition. */
function met(flags: readonly Flag[]): readonly Flag[] {
  return (Object.keys(FLAGS) as Flag[]).filter((flag) => flags.includes(flag));
}
