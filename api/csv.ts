/** Series as CSV for spreadsheets, pandas and R: Beijing times with their offset, units in the header. */
import { type Cell, csvLine } from '../base/csv.ts';
import { timeText } from '../exports/csv.ts';
import type { TimeText } from '../exports/describe.ts';
import type { Field } from '../sensors/kind.ts';
import type { Reading } from '../sensors/reading.ts';
import type { Series } from '../store/store.ts';
import type { Coverage } from './coverage.ts';

/** Text is handed on in pieces of about this many characters. */
const PIECE = 65_536;

interface Row {
  readonly cells: Map<string, number>;
  readonly flags: Set<string>;
}

/** A series of windows with their coverage. */
type CoveredSeries = Series & Partial<Coverage>;

/**
 * One line per window, in order of time for each device; one column per field and aggregate, and for each field the coverage and the number of
 * doubtful values left out. A window of doubtful values only has a line without a value.
 */
export function csvOfSeries(
  series: readonly CoveredSeries[],
  fields: ReadonlyMap<string, Field>,
  time: TimeText = 'iso',
): Generator<string> {
  return inPieces(linesOfSeries(series, fields, time));
}

function* linesOfSeries(
  series: readonly CoveredSeries[],
  fields: ReadonlyMap<string, Field>,
  form: TimeText,
): Generator<readonly Cell[]> {
  const columns = new Map(series.map((each) => [columnOf(each), headerOf(each, fields)]));
  for (const { field, coverage, excluded } of series) {
    if (coverage !== undefined) columns.set(`${field}_coverage`, `${field}_coverage`);
    if (excluded !== undefined) columns.set(`${field}_excluded`, `${field}_excluded`);
  }
  yield ['time', 'park', 'site', 'device', ...columns.values(), 'flags'];
  const devices = new Map<string, CoveredSeries[]>();
  for (const each of series) {
    const key = `${each.park}/${each.site}/${each.device}`;
    const group = devices.get(key);
    if (group === undefined) devices.set(key, [each]);
    else group.push(each);
  }
  for (const group of devices.values()) {
    const rows = new Map<number, Row>();
    const rowAt = (time: number, field: string, flags: readonly string[]) => {
      const row = rows.get(time) ?? { cells: new Map<string, number>(), flags: new Set<string>() };
      rows.set(time, row);
      for (const flag of flags) row.flags.add(`${field}:${flag}`);
      return row.cells;
    };
    for (const each of group) {
      const { field, coverage, excluded } = each;
      const share = (cells: Map<string, number>, name: string, number: number | undefined) => {
        if (number !== undefined) cells.set(`${field}_${name}`, number);
      };
      for (const [index, [time, value, flags = []]] of each.points.entries()) {
        const cells = rowAt(time, field, flags);
        cells.set(columnOf(each), value);
        share(cells, 'coverage', coverage?.[index]);
        share(cells, 'excluded', excluded?.[index]);
      }
      for (const [time, number, flags] of each.doubted ?? []) {
        const cells = rowAt(time, field, flags);
        share(cells, 'coverage', coverage && 0);
        share(cells, 'excluded', number);
      }
    }
    const { park = '', site = '', device = '' } = group[0] ?? {};
    for (const [time, { cells, flags }] of [...rows].sort(([a], [b]) => a - b)) {
      const values = [...columns.keys()].map((name) => cells.get(name) ?? '');
      yield [timeText(time, form), park, site, device, ...values, [...flags].join(' ')];
    }
  }
}

/** Raw readings, as they come from the store. */
export async function* csvOfReadings(
  readings: AsyncIterable<Reading & { readonly corrected?: readonly string[] }>,
  names: readonly string[],
  fields: ReadonlyMap<string, Field>,
  form: TimeText = 'iso',
): AsyncGenerator<string> {
  const headers = names.map((field) => headerOf({ field, aggregate: 'raw' }, fields));
  let text = csvLine(['time', 'received', 'park', 'site', 'device', ...headers, 'flags']);
  for await (const { time, receivedAt, park, site, device, values, flags = {}, corrected = [] } of readings) {
    const flagged = names.flatMap((field) => [
      ...(flags[field] ?? []).map((flag) => `${field}:${flag}`),
      ...(corrected.includes(field) ? [`${field}:corrected`] : []),
    ]);
    const cells = names.map((name) => values[name] ?? '');
    text += csvLine([
      timeText(time, form),
      timeText(receivedAt, form),
      park,
      site,
      device,
      ...cells,
      flagged.join(' '),
    ]);
    if (text.length < PIECE) continue;
    yield text;
    text = '';
  }
  yield text;
}

function* inPieces(rows: Iterable<readonly Cell[]>): Generator<string> {
  let text = '';
  for (const row of rows) {
    text += csvLine(row);
    if (text.length < PIECE) continue;
    yield text;
    text = '';
  }
  yield text;
}

function columnOf({ field, aggregate }: Pick<Series, 'field' | 'aggregate'>): string {
  return aggregate === 'raw' || aggregate === 'mean' ? field : `${field}_${aggregate}`;
}

/** `dissolved_oxygen_min [mg/L]`; a bare number or a count has no unit. */
function headerOf(of: Pick<Series, 'field' | 'aggregate'>, fields: ReadonlyMap<string, Field>): string {
  const unit = of.aggregate === 'count' ? '1' : (fields.get(of.field)?.unit ?? '1');
  return unit === '1' ? columnOf(of) : `${columnOf(of)} [${unit}]`;
}
