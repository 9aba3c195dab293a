/** Readings as one table, the same in every format: wide, a row a reading and a column a field; or long, a row a value. */
import { correctedReadings } from '../corrections/corrected-series.ts';
import type { Correction } from '../corrections/correction.ts';
import type { Field, Kind } from '../sensors/kind.ts';
import type { Reading } from '../sensors/reading.ts';
import type { Quality, Store } from '../store/store.ts';
import type { Surroundings } from './surroundings.ts';

/** Of a time epoch ms; undefined: nothing was measured, or nothing is to be said. */
export type ExportCell = number | string | undefined;

export interface ExportColumn {
  readonly name: string;
  readonly type: 'time' | 'number' | 'text';
  /** What the column holds, where it is a field. */
  readonly field?: Field;
  readonly description: string;
}

export interface ExportTable {
  readonly columns: readonly ExportColumn[];
  rows(signal?: AbortSignal): AsyncGenerator<readonly ExportCell[]>;
  /** The same, of one device alone. */
  rowsOf(device: ExportDevice, signal?: AbortSignal): AsyncGenerator<readonly ExportCell[]>;
}

export interface ExportDevice {
  readonly park: string;
  readonly device: string;
}

export const SHAPES = ['wide', 'long'] as const;
export const EXTRAS = ['stage', 'season', 'events'] as const;

export interface ExportRequest {
  readonly kind: Kind;
  readonly fields: readonly Field[];
  /** One after the other, each in order of time. */
  readonly devices: readonly ExportDevice[];
  /** Only what was measured there; absent: wherever the device stood. */
  readonly sites?: ReadonlySet<string> | undefined;
  /** Epoch ms, from (inclusive) to (exclusive). */
  readonly from: number;
  readonly to: number;
  readonly shape: (typeof SHAPES)[number];
  readonly quality: Quality;
  /** In force; none where raw values are asked for. */
  readonly corrections: readonly Correction[];
  readonly extras: readonly (typeof EXTRAS)[number][];
}

type Read = Reading & { readonly corrected?: readonly string[] };

export function exportTable(
  store: Pick<Store, 'export'>,
  request: ExportRequest,
  surroundings: Surroundings,
): ExportTable {
  const { kind, fields, shape, sites, extras } = request;
  const names = fields.map(({ name }) => name);

  async function* rowsOf(place: ExportDevice, signal?: AbortSignal): AsyncGenerator<readonly ExportCell[]> {
    const { from, to, quality, corrections } = request;
    const query = { kind: kind.name, ...place, fields: names, from, to, quality, ...(signal && { signal }) };
    const beside = surroundings.follow();
    for await (const reading of correctedReadings(store, query, corrections)) {
      if (sites !== undefined && !sites.has(`${reading.park}/${reading.site}`)) continue;
      const more = extras.length === 0 ? [] : beside(reading, extras);
      if (shape === 'wide') yield wideRow(reading, names, more);
      else yield* longRows(reading, fields, more);
    }
  }

  return {
    columns: columnsOf(request),
    rowsOf,
    async *rows(signal) {
      for (const device of request.devices) yield* rowsOf(device, signal);
    },
  };
}

function wideRow(reading: Read, names: readonly string[], more: readonly ExportCell[]): readonly ExportCell[] {
  const { time, receivedAt, park, site, device, values, flags = {}, corrected = [] } = reading;
  const flagged = names.flatMap((field) => (flags[field] ?? []).map((flag) => `${field}:${flag}`));
  const touched = names.filter((field) => corrected.includes(field));
  return [
    ...[time, receivedAt, park, site, device],
    ...names.map((name) => values[name]),
    ...[flagged.join(' '), touched.join(' ')],
    ...more,
  ];
}

function* longRows(reading: Read, fields: readonly Field[], more: readonly ExportCell[]) {
  const { time, receivedAt, park, site, device, values, flags = {}, corrected = [] } = reading;
  for (const { name, unit } of fields) {
    const value = values[name];
    if (value === undefined) continue;
    const own = (flags[name] ?? []).join(' ');
    const isCorrected = corrected.includes(name) ? name : '';
    yield [time, receivedAt, park, site, device, name, value, unit, own, isCorrected, ...more];
  }
}

const text = (name: string, description: string): ExportColumn => ({ name, type: 'text', description });

function columnsOf({ fields, shape, extras }: ExportRequest): readonly ExportColumn[] {
  const more = {
    stage: text('stage', 'threshold profile in force at the site'),
    season: { name: 'season_day', type: 'number', description: 'day of the season of the site, the first is 1' },
    events: text('events', 'kinds of events since the reading before'),
  } as const;
  const values: readonly ExportColumn[] =
    shape === 'wide'
      ? [
          ...fields.map((field) => ({ name: field.name, type: 'number' as const, field, description: field.label.en })),
          text('flags', 'field:flag of values that are suspect or came late'),
          text('corrected', 'fields whose values a correction changed'),
        ]
      : [
          text('field', 'name of the field'),
          { name: 'value', type: 'number', description: 'in the unit beside it' },
          text('unit', 'UCUM'),
          text('flags', 'why the value is suspect, or that it came late'),
          text('corrected', 'the field, where a correction changed its value'),
        ];
  return [
    { name: 'time', type: 'time', description: 'measured' },
    { name: 'received', type: 'time', description: 'when the platform had it' },
    ...[text('park', 'id'), text('site', 'id'), text('device', 'id')],
    ...values,
    ...extras.map((extra) => more[extra]),
  ];
}

/** So many rows together, column by column. */
export async function* batched(
  rows: AsyncIterable<readonly ExportCell[]>,
  columns: number,
  size: number,
): AsyncGenerator<readonly ExportCell[][]> {
  let batch: ExportCell[][] = Array.from({ length: columns }, () => []);
  let count = 0;
  for await (const row of rows) {
    for (const [index, cells] of batch.entries()) cells.push(row[index]);
    count += 1;
    if (count < size) continue;
    yield batch;
    batch = Array.from({ length: columns }, () => []);
    count = 0;
  }
  if (count > 0) yield batch;
}
