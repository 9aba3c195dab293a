/** Series as CSV (RFC 4180) for spreadsheets, pandas and R: Beijing times with their offset, units in the header, nothing a spreadsheet would run. */
import type { Field } from '../sensors/kind.ts';
import type { Reading } from '../sensors/reading.ts';
import type { Series } from '../store/store.ts';
import { formatBeijing } from './time-range.ts';

/** One line a window or reading, one column a field and aggregate. */
export function* csvOfSeries(series: readonly Series[], fields: ReadonlyMap<string, Field>): Generator<string> {
  const names = [...new Set(series.map(columnOf))];
  yield line(['time', 'park', 'site', 'device', ...names.map((name) => header(name, fields)), 'flags']);
  const lines = new Map<
    string,
    { readonly of: Series; readonly time: number; readonly cells: Map<string, number>; readonly flags: Set<string> }
  >();
  for (const each of series) {
    for (const [time, value, flags = []] of each.points) {
      const key = `${each.park}/${each.site}/${each.device}/${time}`;
      const row = lines.get(key) ?? { of: each, time, cells: new Map(), flags: new Set<string>() };
      lines.set(key, row);
      row.cells.set(columnOf(each), value);
      for (const flag of flags) row.flags.add(`${each.field}:${flag}`);
    }
  }
  for (const { of, time, cells, flags } of lines.values()) {
    yield line([
      formatBeijing(time),
      of.park,
      of.site,
      of.device,
      ...names.map((name) => cells.get(name) ?? ''),
      [...flags].join(' '),
    ]);
  }
}

/** Raw readings, as they are read from the store. */
export async function* csvOfReadings(
  readings: AsyncIterable<Reading>,
  names: readonly string[],
  fields: ReadonlyMap<string, Field>,
): AsyncGenerator<string> {
  let text = line([
    'time',
    'received',
    'park',
    'site',
    'device',
    ...names.map((name) => header(name, fields)),
    'flags',
  ]);
  for await (const { time, receivedAt, park, site, device, values, flags = {} } of readings) {
    const flagged = Object.entries(flags).flatMap(([field, each]) => each.map((flag) => `${field}:${flag}`));
    text += line([
      formatBeijing(time),
      formatBeijing(receivedAt),
      park,
      site,
      device,
      ...names.map((name) => values[name] ?? ''),
      flagged.join(' '),
    ]);
    if (text.length < 65_536) continue;
    yield text;
    text = '';
  }
  yield text;
}

function columnOf({ field, aggregate }: Series): string {
  return aggregate === 'raw' || aggregate === 'mean' ? field : `${field}_${aggregate}`;
}

/** `dissolved_oxygen [mg/L]` */
function header(column: string, fields: ReadonlyMap<string, Field>): string {
  const field = fields.get(column) ?? [...fields.values()].find(({ name }) => column.startsWith(`${name}_`));
  if (field === undefined || column.endsWith('_count')) return column;
  return `${column} [${field.unit}]`;
}

export function line(cells: readonly (string | number)[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

/** Numbers are ours and stay; a text that a spreadsheet would take for a formula gets an apostrophe (CWE-1236). */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r\0]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
