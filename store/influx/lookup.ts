/** Looks up which late readings are already stored, because InfluxDB would silently overwrite them. */
import type { Reading } from '../../sensors/reading.ts';
import type { Found } from './checkpoint.ts';
import type { InfluxHttp } from './http.ts';
import { name, text } from './influxql.ts';
import { doubtedField, RECEIVED } from './lines.ts';

/** Late readings of a device no further apart than this are looked up in one range, which reads little in vain. */
const MAX_GAP_MS = 10 * 60_000;
const STATEMENTS_PER_REQUEST = 200;

export const seriesKey = ({ kind, park, device }: Pick<Reading, 'kind' | 'park' | 'device'>) =>
  `${kind}/${park}/${device}`;

/** Newest stored time of each device and kind, at any site. */
export async function newestTimes(http: InfluxHttp, kind: string): Promise<Map<string, number>> {
  const newest = new Map<string, number>();
  const statement = `SELECT last(${name(RECEIVED)}) FROM ${name(kind)} GROUP BY "park", "device"`;
  for await (const { tags, values } of http.query(statement)) {
    const { park = '', device = '' } = tags;
    newest.set(seriesKey({ kind, park, device }), Number(values[0]?.[0]));
  }
  return newest;
}

interface Range {
  readonly key: string;
  readonly fields: readonly string[];
  readonly wanted: ReadonlySet<number>;
  readonly statement: string;
}

export async function findStored(http: InfluxHttp, late: readonly Reading[]): Promise<Found> {
  const found: Record<string, Record<string, readonly [string, readonly string[]]>> = {};
  const ranges = rangesOf(late);
  for (let start = 0; start < ranges.length; start += STATEMENTS_PER_REQUEST) {
    const asked = ranges.slice(start, start + STATEMENTS_PER_REQUEST);
    for await (const { statement, values } of http.query(asked.map((range) => range.statement).join(';'))) {
      const range = asked[statement];
      if (range === undefined) continue;
      for (const [time, site, , ...cells] of values) {
        if (!range.wanted.has(Number(time))) continue;
        const isHere = (cell: unknown) => cell !== null && cell !== undefined;
        const present = range.fields.filter((_, index) => isHere(cells[index * 2]) || isHere(cells[index * 2 + 1]));
        const times = found[range.key] ?? {};
        found[range.key] = times;
        times[String(time)] = [String(site), present];
      }
    }
  }
  return found;
}

function rangesOf(late: readonly Reading[]): Range[] {
  const devices = new Map<string, Reading[]>();
  for (const reading of late) {
    const key = seriesKey(reading);
    devices.set(key, [...(devices.get(key) ?? []), reading]);
  }
  return [...devices].flatMap(([key, readings]) => {
    const fields = [...new Set(readings.flatMap(({ values }) => Object.keys(values)))];
    const sorted = [...readings].sort((a, b) => a.time - b.time);
    const runs: Reading[][] = [];
    for (const reading of sorted) {
      const run = runs.at(-1);
      const last = run?.at(-1);
      if (run !== undefined && last !== undefined && reading.time - last.time <= MAX_GAP_MS) run.push(reading);
      else runs.push([reading]);
    }
    return runs.map((run) => rangeOf(key, fields, run));
  });
}

function rangeOf(key: string, fields: readonly string[], run: readonly Reading[]): Range {
  const [first, last] = [run[0], run.at(-1)];
  if (first === undefined || last === undefined) throw new Error('a range holds a reading');
  const { kind, park, device } = first;
  const columns = [
    '"site"::tag',
    name(RECEIVED),
    ...fields.flatMap((field) => [name(field), name(doubtedField(field))]),
  ].join(', ');
  const where = `"park" = ${text(park)} AND "device" = ${text(device)} AND time >= ${first.time}ms AND time <= ${last.time}ms`;
  return {
    key,
    fields,
    wanted: new Set(run.map(({ time }) => time)),
    statement: `SELECT ${columns} FROM ${name(kind)} WHERE ${where}`,
  };
}
