/** The rows of a planned file → readings on the log, by the same rules as what devices send; in a dry run everything but the log. */
import { isAscii } from 'node:buffer';
import { deviceKey } from '../base/keys.ts';
import { type DeviceTopic, subjects } from '../base/topics.ts';
import type { CreateRecord } from '../bus/quarantine-record.ts';
import { type Classified, classifyReadings } from '../ingest/classify.ts';
import type { RawReading } from '../ingest/decode.ts';
import { DeviceMemory, type Values } from '../ingest/device-memory.ts';
import type { Group } from '../ingest/gathering.ts';
import type { GroupCommit } from '../ingest/group-commit.ts';
import { createKeyMap } from '../ingest/map.ts';
import type { Device } from '../registry/registry.ts';
import { isDoubtful } from '../sensors/flag.ts';
import type { Kind } from '../sensors/kind.ts';
import { withLayout } from '../tables/csv.ts';
import { numberOf, pointed } from '../tables/decimals.ts';
import type { Cells } from '../tables/records.ts';
import { createRemarks } from '../tables/remarks.ts';
import { rowsFilter } from './owners.ts';
import type { Plan } from './plan.ts';
import type { Source } from './source.ts';
import type { StoredReadings } from './stored-readings.ts';
import type { Tally } from './tally.ts';

export interface TakeOptions {
  readonly source: Source;
  readonly plan: Plan;
  readonly device: Device;
  readonly kind: Kind;
  readonly time?: readonly string[] | undefined;
  readonly rows?: Readonly<Record<string, string>> | undefined;
  /** Absent: a dry run. */
  readonly commit?: GroupCommit | undefined;
  readonly stored: StoredReadings;
  readonly record: CreateRecord;
  readonly retainMs?: number | undefined;
  readonly clock: () => number;
  readonly tally: Tally;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((rows: number) => void) | undefined;
}

export interface Span {
  readonly first?: number;
  readonly last?: number;
}

/** Rows that are looked up and appended together. */
const BATCH_ROWS = 4000;
/** An entry of the log takes half a megabyte. */
const APPENDED_TOGETHER = 500;
/** Appends under way: the next rows are read meanwhile. */
const IN_FLIGHT = 3;
/** Rows of the file that are remembered: a repeat of an older one is found by the store. */
const REMEMBERED = 100_000;

/** What people and spreadsheets write where nothing was measured. */
const EMPTY =
  /^(?:-+|—+|\/|\\|n\/?a|#(?:n\/a|div\/0!|value!|ref!|num!|null!|name\?)|nan|null|none|nil|\*+|无|空|缺测|缺失|未测|未检测)?$/i;

interface Row {
  readonly number: number;
  readonly raw: RawReading;
  readonly time: number;
}

/** Resolves when every row has its verdict and what is taken is on disk. */
export async function takeRows(options: TakeOptions): Promise<Span> {
  const { source, plan, tally, signal, onProgress } = options;
  const { rows } = await withLayout(source.records(), options.time);
  const taker = createTaker(options);
  const read = valuesReader(plan);
  const timeOf = plan.times.reader();
  const isRemark = createRemarks(plan.layout.headers);
  const isAsked = rowsFilter(plan.layout.headers, options.rows);
  let batch: Row[] = [];
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for await (const cells of rows) {
    tally.counts.rows += 1;
    const number = tally.counts.rows;
    const time = timeOf(cells);
    if (!isAsked(cells)) {
      tally.counts.others += 1;
      continue;
    }
    if (time === undefined && isRemark(cells)) {
      tally.counts.remarks += 1;
      continue;
    }
    if (time === undefined) {
      tally.counts.timeless += 1;
      tally.note(timeless(plan, cells), number);
      continue;
    }
    const values = read(cells);
    if (values === undefined) {
      tally.counts.empty += 1;
      continue;
    }
    if (time < first) first = time;
    if (time > last) last = time;
    batch.push({ number, time, raw: rawOf(time, values, batch.length) });
    if (batch.length < BATCH_ROWS) continue;
    signal?.throwIfAborted();
    await taker.take(batch);
    batch = [];
    onProgress?.(number);
  }
  signal?.throwIfAborted();
  await taker.take(batch);
  await taker.finish();
  onProgress?.(tally.counts.rows);
  return first <= last ? { first, last } : {};
}

function rawOf(time: number, values: Record<string, unknown>, position: number): RawReading {
  // A number that small may be taken for seconds.
  const at = time >= 1e12 ? time : new Date(time).toISOString();
  return { position, time: at, age: undefined, seq: undefined, values, isVendors: false };
}

function createTaker({ device, kind, commit, stored, record, retainMs, clock, tally }: TakeOptions) {
  const address: DeviceTopic = { park: device.park, device: device.id, channel: 'telemetry' };
  const topic = `daoyu/${device.park}/${device.id}/telemetry`;
  const subject = subjects.readings(address, device.kind);
  const quarantine = subjects.quarantine(address);
  const sentinels = device.mapping?.sentinels;
  const keyMap = createKeyMap(kind, { acceptStrings: true, ...(sentinels !== undefined && { sentinels }) });
  const own = new Map<number, Values>();
  let ofStore: ReadonlyMap<number, Values> = new Map();
  const memory = new DeviceMemory((time) => own.get(time) ?? ofStore.get(time));
  const intervalMs = device.intervalMs ?? kind.intervalMs;
  let appends: Promise<void>[] = [];

  const counted = (received: number, duplicate: number, quarantined: number) => ({
    ...{ park: device.park, device: device.id },
    ...{ received, duplicate, quarantined },
  });
  const addressed = { key: deviceKey(device.park, device.id), park: device.park, device: device.id };

  /** Together where the text is ASCII, so that its length is its size. */
  function addAll(group: Group, { readings, objects }: Classified): void {
    for (let from = 0; from < readings.length; from += APPENDED_TOGETHER) {
      const texts = readings.slice(from, from + APPENDED_TOGETHER);
      const text = texts.join(',');
      const parsed = objects.slice(from, from + APPENDED_TOGETHER);
      if (isAscii(Buffer.from(text))) group.addReadings(subject, text, addressed, parsed);
      else for (const each of texts) group.add(subject, 'readings', each, counted(1, 0, 0));
    }
  }

  async function append(sorted: Classified): Promise<void> {
    if (commit === undefined) return;
    const durable = commit.submit((group) => {
      addAll(group, sorted);
      if (sorted.duplicate > 0) group.count(subject, 'readings', counted(sorted.duplicate, sorted.duplicate, 0));
      for (const { text, counted: share } of sorted.records)
        group.add(quarantine, 'records', text, counted(share, 0, share));
    });
    appends.push(durable);
    // Refused once the others are awaited; until then nobody else looks.
    durable.catch(() => {});
    if (appends.length < IN_FLIGHT) return;
    await appends[0];
    appends = appends.slice(1);
  }

  return {
    async take(batch: readonly Row[]): Promise<void> {
      if (batch.length === 0) return;
      ofStore = await stored.around(batch.map(({ time }) => time));
      const receivedAt = clock();
      const message = { ...address, topic, receivedAt, isResend: false };
      const raws = batch.map(({ raw }) => raw);
      const sorted = classifyReadings(raws, { message, device, keyMap, intervalMs, retainMs, memory, record });
      sorted.remember();
      let doubted = 0;
      for (const { time, values, flags } of sorted.objects) {
        const earlier = own.get(time);
        own.set(time, earlier === undefined ? values : { ...values, ...earlier });
        doubted += Object.values(flags ?? {}).filter(isDoubtful).length;
      }
      for (const time of own.keys()) {
        if (own.size <= REMEMBERED) break;
        own.delete(time);
      }
      tally.counts.new += sorted.readings.length;
      tally.counts.duplicate += sorted.duplicate;
      tally.counts.refused += sorted.quarantined;
      tally.addValues(sorted.values, doubted);
      for (const reason of sorted.reasons) tally.note(reason, batch[reason.position ?? 0]?.number ?? 0);
      await append(sorted);
      await new Promise((resolve) => setImmediate(resolve));
    },
    finish: async () => void (await Promise.all(appends)),
  };
}

/** Undefined: nothing in any column that is taken. */
function valuesReader({ columns, decimal }: Plan): (cells: Cells) => Record<string, unknown> | undefined {
  const taken = columns.flatMap(({ index, field, attribute, unit }) => {
    const name = field?.name ?? attribute;
    return name === undefined ? [] : [{ index, name, unit, isText: attribute !== undefined }];
  });
  return (cells) => {
    const values: Record<string, unknown> = {};
    let count = 0;
    for (const { index, name, unit, isText } of taken) {
      const cell = (cells[index] ?? '').trim();
      if (EMPTY.test(cell)) continue;
      if (isText) {
        values[name] = cell;
        continue;
      }
      count += 1;
      const number = numberOf(cell, decimal);
      // JSON has no -0.
      const value = number === 0 ? 0 : (number ?? pointed(cell, decimal));
      values[name] = unit === undefined ? value : { value, unit };
    }
    return count === 0 ? undefined : values;
  };
}

function timeless({ times, layout }: Plan, cells: Cells) {
  const shown = times.columns.map((name) => cells[layout.headers.indexOf(name)] ?? '').join(' ');
  return {
    code: 'TIME_INVALID' as const,
    field: times.columns.join(', '),
    message: `"${shown.slice(0, 60)}" is no time that can be read, or its zone is not known`,
  };
}
