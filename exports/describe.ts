/** What a table holds, as a Frictionless data package: units, zone, formulas, versions, and the proof that it is complete. */
import { TIMEZONE } from '../base/beijing-time.ts';
import type { LedgerRow } from '../store/store.ts';
import { EVENT_COLUMNS } from './events-csv.ts';
import type { ExportColumn, ExportRequest } from './table.ts';

export interface Completeness {
  /** Epoch ms. */
  readonly at: number;
  /** Newest entry of the log then, and how far the store had come. */
  readonly log: { readonly lastPosition: number };
  readonly store: { readonly positions: Readonly<Record<string, number>> };
  /** Of the devices in the table: received = stored + duplicate + quarantined + pending. */
  readonly ledger: readonly (LedgerRow & { readonly pending: number })[];
  /** Every entry of the log is counted, and none of these devices waits on it. */
  readonly isComplete: boolean;
}

export interface Described {
  readonly request: ExportRequest;
  readonly columns: readonly ExportColumn[];
  readonly version: string;
  readonly completeness: Completeness;
  readonly values: 'raw' | 'corrected';
  readonly asOf?: number | undefined;
  /** A file of events lies beside the readings. */
  readonly hasEvents: boolean;
}

/** The form of the time in a text file. */
export const TIME_TEXTS = ['iso', 'utc', 'epoch'] as const;
export type TimeText = (typeof TIME_TEXTS)[number];

export function dataPackage(
  { request, columns, version, completeness, values, asOf, hasEvents }: Described,
  time: TimeText,
) {
  const { kind, from, to, shape, quality, corrections, devices } = request;
  const iso = (at: number) => new Date(at).toISOString();
  return {
    $schema: 'https://datapackage.org/profiles/2.0/datapackage.json',
    name: `daoyu-${kind.name.replaceAll('_', '-')}`,
    title: `${kind.label.en} ${kind.label.zh}`,
    created: iso(completeness.at),
    version: '1',
    sources: [{ title: 'daoyu', version }],
    resources: [
      resourceOf(
        'readings',
        columns.map((column) => fieldOf(column, time)),
      ),
      ...(hasEvents ? [resourceOf('events', EVENT_COLUMNS)] : []),
    ],
    daoyu: {
      kind: kind.name,
      devices: devices.map(({ park, device }) => `${park}.${device}`),
      from: iso(from),
      to: iso(to),
      timezone: TIMEZONE,
      ...{ shape, quality, values },
      ...(asOf !== undefined && { asOf: iso(asOf) }),
      corrections: corrections.map(({ id, park, device, field, method, reason, by, recordedAt, at, until }) => ({
        ...{ id, park, device, field, method, reason, by },
        ...{ from: iso(at), to: iso(until), recordedAt: iso(recordedAt) },
      })),
      completeness,
    },
  };
}

const resourceOf = <Fields>(name: string, fields: Fields) => ({
  ...{ name, path: `${name}.csv`, format: 'csv', mediatype: 'text/csv', encoding: 'utf-8' },
  schema: { fields, missingValues: [''] },
});

function fieldOf({ name, type, field, description }: ExportColumn, time: TimeText) {
  if (type === 'time')
    return time === 'epoch'
      ? { name, type: 'integer', description: `${description}, milliseconds since 1970-01-01 UTC` }
      : { name, type: 'datetime', format: 'any', description: `${description}, ISO 8601 with its offset` };
  return {
    name,
    type: type === 'text' ? 'string' : 'number',
    description,
    ...(field !== undefined && {
      title: `${field.label.zh} ${field.label.en}`,
      unit: field.unit,
      unitLabel: field.symbol,
      constraints: { minimum: field.physical[0], maximum: field.physical[1] },
      ...(field.derived !== undefined && { formula: field.derived.source, derivedFrom: field.derived.from }),
    }),
  };
}
