/** Exports: raw readings of several devices as one table, in the format of the reader's tool, with what it takes to understand and trust it. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { TIMEZONE } from '../../base/beijing-time.ts';
import { DaoyuError } from '../../base/errors.ts';
import type { BusStatus } from '../../bus/bus.ts';
import type { Ledger } from '../../consumers/ledger.ts';
import { type Correction, correctionsKnown } from '../../corrections/correction.ts';
import { relevantTo } from '../../corrections/moves.ts';
import { arrowOf } from '../../exports/arrow.ts';
import { csvOf } from '../../exports/csv.ts';
import { type Completeness, dataPackage, TIME_TEXTS } from '../../exports/describe.ts';
import { packageOf } from '../../exports/package.ts';
import { parquetOf } from '../../exports/parquet.ts';
import { surroundingsOf } from '../../exports/surroundings.ts';
import {
  EXTRAS,
  type ExportDevice,
  type ExportRequest,
  type ExportTable,
  exportTable,
  SHAPES,
} from '../../exports/table.ts';
import { MAX_SHEET_ROWS, xlsxOf } from '../../exports/xlsx.ts';
import type { FarmEvent } from '../../journal/events.ts';
import { inForce, touches } from '../../journal/record.ts';
import type { RecordBook } from '../../journal/record-book.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Kind } from '../../sensors/kind.ts';
import { QUALITIES, type Store } from '../../store/store.ts';
import { parksSeen, registrySeen } from '../authorize.ts';
import { DataPackageAnswer } from '../export-schemas.ts';
import type { QueryGate } from '../query-gate.ts';
import { checkPlace, kindNamed } from '../query-names.ts';
import { Exact, OneOf, Text, Where } from '../schemas.ts';
import { sendStreamed } from '../streamed.ts';
import { parseRange, parseTime } from '../time-range.ts';

export interface ExportOptions {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices'>;
  readonly store: Pick<Store, 'series' | 'export'>;
  /** How far the store has come. */
  readonly committed: Store['committed'];
  readonly ledger: Ledger;
  readonly corrections: Pick<RecordBook<Correction>, 'all'>;
  readonly events: Pick<RecordBook<FarmEvent>, 'all'>;
  readonly status: () => Promise<{ readonly bus: Pick<BusStatus, 'lastPosition'> }>;
  /** Of the program. */
  readonly version: string;
  readonly clock: () => number;
}

const FORMATS = {
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.stream',
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  datapackage: 'application/zip',
} as const;
type Format = keyof typeof FORMATS;
const ENDINGS: Readonly<Record<Format, string>> = {
  ...{ parquet: 'parquet', arrow: 'arrows', csv: 'csv', xlsx: 'xlsx', datapackage: 'zip' },
};

const ExportQuery = Exact({
  format: OneOf(Object.keys(FORMATS) as Format[], {
    description: 'datapackage: a ZIP with CSV, events and a Frictionless datapackage.json',
  }),
  describe: Type.Optional({ ...OneOf(['true']), description: 'the datapackage.json alone' }),
  kind: Text('name of a sensor kind', 64),
  park: Where.park,
  site: Type.Optional(Text('ids of sites, separated by commas', 2000)),
  device: Type.Optional(
    Text('ids of devices, separated by commas; absent: all that there are, removed ones too', 2000),
  ),
  fields: Type.Optional(Text('comma-separated field names; absent: all of the kind', 2000)),
  from: Text('RFC 3339 with offset, epoch ms, or relative (-30d)', 40),
  to: Type.Optional(Text('the same, exclusive; default now', 40)),
  shape: Type.Optional(OneOf(SHAPES, { description: 'wide (default): a row a reading; long: a row a value' })),
  values: Type.Optional(OneOf(['corrected', 'raw'], { description: 'default corrected' })),
  quality: Type.Optional(OneOf(QUALITIES, { description: 'default all, with the flags beside' })),
  as_of: Type.Optional(Text('corrections and events written down by then', 40)),
  with: Type.Optional(Text(`more columns, comma-separated: ${EXTRAS.join(', ')}`, 40)),
  time: Type.Optional(OneOf(TIME_TEXTS, { description: 'of texts: iso with +08:00 (default), utc with Z, epoch ms' })),
  bom: Type.Optional({ ...OneOf(['true']), description: 'CSV with a byte order mark, for Excel' }),
});
type ExportQuery = Static<typeof ExportQuery>;

export const exportRoutes: FastifyPluginAsyncTypebox<ExportOptions & { readonly exports: QueryGate }> = async (
  app,
  options,
) => {
  const { kinds, registry, store, corrections, events, version, clock, exports } = options;
  app.get(
    '/export',
    {
      config: {
        access: { right: 'read', park: 'listed' },
        audit: { what: 'series.export', of: ({ query }) => query as object, when: isData },
        problems: [
          ...['KIND_UNKNOWN', 'PARK_UNKNOWN', 'SITE_UNKNOWN', 'DEVICE_UNKNOWN', 'FIELD_UNKNOWN', 'TIME_INVALID'],
          ...['EXPORT_TOO_LARGE', 'QUERIES_BUSY', 'QUERY_STOPPED', 'STORE_UNAVAILABLE', 'BUS_UNAVAILABLE'],
        ],
      },
      schema: {
        tags: ['readings'],
        summary: 'Raw readings of devices of a kind as Parquet, Arrow, CSV, XLSX or a data package, streamed',
        querystring: ExportQuery,
        response: {
          200: {
            description: 'the table; with `describe=true` what it holds, as JSON',
            content: {
              ...Object.fromEntries(
                Object.values(FORMATS).map((type) => [type.split(';')[0], { schema: Type.String() }]),
              ),
              'application/json': { schema: DataPackageAnswer },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const now = clock();
      const kind = kindNamed(kinds, query.kind);
      const time = query.time ?? 'iso';
      const asOf = query.as_of === undefined ? undefined : parseTime('as_of', query.as_of, now);
      const values = query.values ?? 'corrected';
      const { from, to } = parseRange(query.from, query.to ?? 'now', now);
      const seen = registrySeen(registry, request);
      const completeness = await completenessNow(options, now);
      const devices = devicesOf(request, kind, seen, completeness.ledger);
      const own = new Set(devices.map(({ park, device }) => `${park}/${device}`));
      const ledger = completeness.ledger.filter(({ park, device }) => own.has(`${park}/${device}`));
      const asked: ExportRequest = {
        ...{ kind, devices, from, to },
        fields: fieldsOf(kind, query.fields),
        sites: sitesOf(query, seen),
        shape: query.shape ?? 'wide',
        quality: query.quality ?? 'all',
        corrections: values === 'raw' ? [] : ofDevices(correctionsKnown(corrections.all(), asOf), devices),
        extras: extrasOf(query.with),
      };
      const table = exportTable(store, asked, surroundingsOf(seen.sites(query.park), events.all(), asOf));
      const description = dataPackage(
        {
          ...{ request: asked, columns: table.columns, version, values, asOf },
          hasEvents: query.format === 'datapackage',
          completeness: {
            ...completeness,
            ledger,
            isComplete: completeness.isComplete && ledger.every(({ pending }) => pending === 0),
          },
        },
        time,
      );
      if (query.describe === 'true') return reply.type('application/json').send(JSON.stringify(description, null, 2));
      const { format } = query;
      if (format === 'xlsx') await checkRows(store, asked);
      void reply
        .type(FORMATS[format])
        .header('content-disposition', `attachment; filename="${kind.name}.${ENDINGS[format]}"`)
        .header('x-timezone', TIMEZONE);
      const people = inForce(events.all(), asOf).filter(
        (event) => touches(event, from, to) && devices.some(({ park }) => park === event.park),
      );
      const csv = { time, bom: query.bom === 'true' };
      return await sendStreamed(request, reply, exports, (signal) => {
        if (format === 'parquet') return parquetOf(table, description, signal);
        if (format === 'arrow') return arrowOf(table, description, signal);
        if (format === 'csv') return csvOf(table, csv, signal);
        if (format === 'xlsx') return xlsxOf(table, devices, aboutOf(description, table), signal);
        return packageOf({ readings: csvOf(table, { time, bom: false }, signal), events: people, description });
      });
    },
  );
};

/** Theirs, and those of devices that they were swapped with; in the order in which they apply. */
function ofDevices(known: readonly Correction[], devices: readonly ExportDevice[]): readonly Correction[] {
  const found = new Set(devices.flatMap(({ park, device }) => relevantTo(known, park, device)));
  return known.filter((each) => found.has(each));
}

const isData = ({ method, query }: FastifyRequest) => method === 'GET' && (query as ExportQuery).describe === undefined;

async function completenessNow({ committed, ledger, status }: ExportOptions, at: number): Promise<Completeness> {
  const [{ writers }, account, { bus }] = await Promise.all([committed(), ledger.account(), status()]);
  return {
    at,
    log: { lastPosition: bus.lastPosition },
    store: {
      positions: Object.fromEntries(Object.entries(writers).map(([name, { position }]) => [name, position])),
    },
    ledger: account.rows,
    isComplete: account.isComplete,
  };
}

const listOf = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

/** Devices that were removed have left readings: the ledger knows them. */
function devicesOf(
  request: FastifyRequest,
  kind: Kind,
  seen: Pick<Registry, 'parks' | 'sites' | 'devices'>,
  ledger: Completeness['ledger'],
): readonly ExportDevice[] {
  const { park, device } = request.query as ExportQuery;
  const sees = parksSeen(request);
  const named = listOf(device);
  checkPlace(seen, { park });
  const inPark = (each: string) => sees(each) && (park === undefined || each === park);
  const all = seen.devices(park === undefined ? {} : { park });
  const known = new Set(all.map(({ park: of, id }) => `${of}/${id}`));
  const found = [
    ...all.filter((each) => each.kind === kind.name).map(({ park: of, id }) => ({ park: of, device: id })),
    ...ledger
      .filter(({ park: of, device: id, stored }) => inPark(of) && stored > 0 && !known.has(`${of}/${id}`))
      .map(({ park: of, device: id }) => ({ park: of, device: id })),
  ];
  if (named.length === 0) return found;
  for (const id of named) {
    if (found.some((each) => each.device === id)) continue;
    checkPlace(seen, { park, device: id });
    throw new DaoyuError('DEVICE_UNKNOWN', `device "${id}" is no ${kind.name}`);
  }
  return found.filter((each) => named.includes(each.device));
}

function sitesOf(query: ExportQuery, seen: Pick<Registry, 'parks' | 'sites' | 'devices'>) {
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
    throw new DaoyuError('REQUEST_INVALID', `with=${unknown.join(',')} must be of ${EXTRAS.join(', ')}`);
  return EXTRAS.filter((extra) => names.includes(extra));
}

/** Before anything is sent: half a workbook cannot be opened. */
async function checkRows(store: Pick<Store, 'series'>, asked: ExportRequest): Promise<void> {
  const { kind, fields, devices, from, to, shape } = asked;
  for (const place of devices) {
    const series = await store.series({
      ...{ kind: kind.name, ...place, from, to, maxPoints: 1_000_000, quality: 'all' },
      ...{ fields: fields.map(({ name }) => name), every: { count: 1, unit: 'month' }, aggregates: ['count'] },
    });
    const counts = series.map(({ points }) => points.reduce((sum, [, count]) => sum + count, 0));
    const rows = shape === 'long' ? counts.reduce((sum, count) => sum + count, 0) : Math.max(0, ...counts);
    if (rows >= MAX_SHEET_ROWS)
      throw new DaoyuError(
        'EXPORT_TOO_LARGE',
        `${place.park}.${place.device} has ${rows} rows and a sheet of Excel takes ${MAX_SHEET_ROWS - 1}: ask for less time, or for csv or parquet`,
      );
  }
}

function aboutOf(description: ReturnType<typeof dataPackage>, { columns }: ExportTable) {
  const { daoyu, created, sources } = description;
  return [
    ['时区 time zone', 'Asia/Shanghai (+08:00)'],
    ['生成 created', created],
    ['软件 software', `daoyu ${sources[0]?.version ?? ''}`],
    ['时段 period', `${daoyu.from} – ${daoyu.to}`],
    ['数值 values', `${daoyu.values}, quality=${daoyu.quality}`],
    ['完整 complete', `${daoyu.completeness.isComplete}, log position ${daoyu.completeness.log.lastPosition}`],
    ...daoyu.completeness.ledger.map(
      ({ park, device, received, stored, duplicate, quarantined, pending }) =>
        [
          `账目 ledger ${park}.${device}`,
          `received ${received} = stored ${stored} + duplicate ${duplicate} + quarantined ${quarantined} + pending ${pending}`,
        ] as const,
    ),
    ...columns.map(
      ({ name, description: text, field }) =>
        [name, field === undefined ? text : `${field.label.zh} ${field.label.en} [${field.unit}]`] as const,
    ),
  ] as const;
}
