/** The query of an export, read against the registry: which devices, fields and columns, in which form. */
import { type Static, Type } from 'typebox';
import { DaoyuError } from '../base/errors.ts';
import { type Correction, correctionsKnown } from '../corrections/correction.ts';
import { relevantTo } from '../corrections/moves.ts';
import { type Completeness, TIME_TEXTS } from '../exports/describe.ts';
import { EXTRAS, type ExportDevice, type ExportRequest, SHAPES } from '../exports/table.ts';
import type { Registry } from '../registry/registry.ts';
import type { Kind } from '../sensors/kind.ts';
import { QUALITIES } from '../store/store.ts';
import { checkPlace, kindNamed } from './query-names.ts';
import { Exact, OneOf, Text, Where } from './schemas.ts';
import { parseRange, parseTime } from './time-range.ts';

export const FORMATS = {
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.stream',
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  datapackage: 'application/zip',
} as const;
export type Format = keyof typeof FORMATS;
/** Of the file name. */
export const ENDINGS: Readonly<Record<Format, string>> = {
  ...{ parquet: 'parquet', arrow: 'arrows', csv: 'csv', xlsx: 'xlsx', datapackage: 'zip' },
};

export const ExportQuery = Exact({
  format: OneOf(Object.keys(FORMATS) as Format[], {
    description: 'datapackage: a ZIP with CSV, events and a Frictionless datapackage.json',
  }),
  describe: Type.Optional({ ...OneOf(['true']), description: 'answer with the datapackage.json only' }),
  kind: Text('name of a sensor kind', 64),
  park: Where.park,
  site: Type.Optional(Text('ids of sites, separated by commas', 2000)),
  device: Type.Optional(Text('ids of devices, separated by commas; absent: all, including removed ones', 2000)),
  fields: Type.Optional(Text('comma-separated field names; absent: all of the kind', 2000)),
  from: Text('RFC 3339 with offset, epoch ms, or relative (-30d)', 40),
  to: Type.Optional(Text('the same, exclusive; default now', 40)),
  shape: Type.Optional(OneOf(SHAPES, { description: 'wide (default): one row per reading; long: one row per value' })),
  values: Type.Optional(OneOf(['corrected', 'raw'], { description: 'default corrected' })),
  quality: Type.Optional(OneOf(QUALITIES, { description: 'default all, with a column of flags' })),
  as_of: Type.Optional(Text('use only corrections and events recorded by this time', 40)),
  with: Type.Optional(Text(`additional columns, comma-separated: ${EXTRAS.join(', ')}`, 40)),
  time: Type.Optional(
    OneOf(TIME_TEXTS, {
      description: 'form of times in text formats: iso with +08:00 (default), utc with Z, epoch in ms',
    }),
  ),
  bom: Type.Optional({ ...OneOf(['true']), description: 'CSV with a byte order mark, for Excel' }),
});
export type ExportQuery = Static<typeof ExportQuery>;

type SeenRegistry = Pick<Registry, 'parks' | 'sites' | 'devices'>;

export interface ExportContext {
  readonly kinds: ReadonlyMap<string, Kind>;
  /** The part of the registry that the client may see. */
  readonly seen: SeenRegistry;
  readonly seesPark: (park: string) => boolean;
  /** Also has the devices that were removed but left readings. */
  readonly ledger: Completeness['ledger'];
  readonly corrections: Iterable<Correction>;
  readonly now: number;
}

/** Throws `KIND_UNKNOWN`, `PARK_UNKNOWN`, `SITE_UNKNOWN`, `DEVICE_UNKNOWN`, `FIELD_UNKNOWN`, `TIME_INVALID`, `REQUEST_INVALID`. */
export function readExportQuery(
  query: ExportQuery,
  { kinds, seen, seesPark, ledger, corrections, now }: ExportContext,
): { readonly asked: ExportRequest; readonly asOf: number | undefined } {
  const kind = kindNamed(kinds, query.kind);
  const asOf = query.as_of === undefined ? undefined : parseTime('as_of', query.as_of, now);
  const range = parseRange(query.from, query.to ?? 'now', now);
  const devices = devicesOf(query, kind, { seen, seesPark, ledger });
  const known = query.values === 'raw' ? [] : correctionsKnown(corrections, asOf);
  const asked: ExportRequest = {
    ...{ kind, devices, ...range },
    fields: fieldsOf(kind, query.fields),
    sites: sitesOf(query, seen),
    shape: query.shape ?? 'wide',
    quality: query.quality ?? 'all',
    corrections: ofDevices(known, devices),
    extras: extrasOf(query.with),
  };
  return { asked, asOf };
}

/** Corrections of these devices and of devices that they were swapped with, in the order of application. */
function ofDevices(known: readonly Correction[], devices: readonly ExportDevice[]): readonly Correction[] {
  const found = new Set(devices.flatMap(({ park, device }) => relevantTo(known, park, device)));
  return known.filter((each) => found.has(each));
}

const listOf = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

/** Registered devices of the kind, and removed ones that left readings. */
function devicesOf(
  { park, device }: ExportQuery,
  kind: Kind,
  { seen, seesPark, ledger }: Pick<ExportContext, 'seen' | 'seesPark' | 'ledger'>,
): readonly ExportDevice[] {
  const named = listOf(device);
  checkPlace(seen, { park });
  const registered = seen.devices(park === undefined ? {} : { park });
  const known = new Set(registered.map(({ park: of, id }) => `${of}/${id}`));
  const removed = ledger.filter(
    (row) =>
      seesPark(row.park) &&
      (park === undefined || row.park === park) &&
      row.stored > 0 &&
      !known.has(`${row.park}/${row.device}`),
  );
  const found = [
    ...registered.filter((each) => each.kind === kind.name).map(({ park: of, id }) => ({ park: of, device: id })),
    ...removed.map(({ park: of, device: id }) => ({ park: of, device: id })),
  ];
  if (named.length === 0) return found;
  for (const id of named) {
    if (found.some((each) => each.device === id)) continue;
    checkPlace(seen, { park, device: id });
    throw new DaoyuError('DEVICE_UNKNOWN', `device "${id}" is not of the kind ${kind.name}`);
  }
  return found.filter((each) => named.includes(each.device));
}

function sitesOf(query: ExportQuery, seen: SeenRegistry) {
  const named = listOf(query.site);
  if (named.length === 0) return undefined;
  for (const site of named) checkPlace(seen, { park: query.park, site });
  return new Set(
    seen
      .sites(query.park)
      .filter(({ id }) => named.includes(id))
      .map(({ park, id }) => `${park}/${id}`),
  );
}

function fieldsOf(kind: Kind, text: string | undefined) {
  const names = listOf(text);
  const unknown = names.filter((name) => !kind.fields.some((field) => field.name === name));
  if (unknown.length > 0)
    throw new DaoyuError(
      'FIELD_UNKNOWN',
      `${kind.name} has no field "${unknown.join(', ')}"; it has ${kind.fields.map(({ name }) => name).join(', ')}`,
    );
  return names.length === 0 ? kind.fields : kind.fields.filter(({ name }) => names.includes(name));
}

function extrasOf(text: string | undefined) {
  const names = listOf(text);
  const unknown = names.filter((name) => !EXTRAS.some((extra) => extra === name));
  if (unknown.length > 0)
    throw new DaoyuError('REQUEST_INVALID', `with=${unknown.join(',')} is unknown; known: ${EXTRAS.join(', ')}`);
  return EXTRAS.filter((extra) => names.includes(extra));
}
