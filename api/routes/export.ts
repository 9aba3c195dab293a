/** Exports: raw readings of several devices as one table, in the format of the reader's tool, with the metadata to understand and trust it. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { TIMEZONE } from '../../base/beijing-time.ts';
import type { BusStatus } from '../../bus/bus.ts';
import type { Ledger } from '../../consumers/ledger.ts';
import type { Correction } from '../../corrections/correction.ts';
import { aboutOf } from '../../exports/about.ts';
import { arrowOf } from '../../exports/arrow.ts';
import { csvOf } from '../../exports/csv.ts';
import { type Completeness, dataPackage } from '../../exports/describe.ts';
import { packageOf } from '../../exports/package.ts';
import { parquetOf } from '../../exports/parquet.ts';
import { checkSheetRows } from '../../exports/sheet-rows.ts';
import { surroundingsOf } from '../../exports/surroundings.ts';
import { type ExportDevice, type ExportRequest, exportTable } from '../../exports/table.ts';
import { xlsxOf } from '../../exports/xlsx.ts';
import type { FarmEvent } from '../../journal/events.ts';
import { inForce, touches } from '../../journal/record.ts';
import type { RecordBook } from '../../journal/record-book.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Kind } from '../../sensors/kind.ts';
import type { Store } from '../../store/store.ts';
import { parksSeen, registrySeen } from '../authorize.ts';
import { ENDINGS, ExportQuery, FORMATS, readExportQuery } from '../export-query.ts';
import { DataPackageAnswer } from '../export-schemas.ts';
import type { QueryGate } from '../query-gate.ts';
import { sendStreamed } from '../streamed.ts';

export interface ExportOptions {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices'>;
  readonly store: Pick<Store, 'series' | 'export'>;
  readonly committed: Store['committed'];
  readonly ledger: Ledger;
  readonly corrections: Pick<RecordBook<Correction>, 'all'>;
  readonly events: Pick<RecordBook<FarmEvent>, 'all'>;
  readonly status: () => Promise<{ readonly bus: Pick<BusStatus, 'lastPosition'> }>;
  /** Of daoyu. */
  readonly version: string;
  readonly clock: () => number;
}

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
            description: 'the table; with `describe=true` its description as JSON',
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
      const { format } = query;
      const now = clock();
      const seen = registrySeen(registry, request);
      const progress = await completenessNow(options, now);
      const { asked, asOf } = readExportQuery(query, {
        ...{ kinds, seen, now },
        seesPark: parksSeen(request),
        ledger: progress.ledger,
        corrections: corrections.all(),
      });
      const { kind, devices } = asked;
      const time = query.time ?? 'iso';
      const table = exportTable(store, asked, surroundingsOf(seen.sites(query.park), events.all(), asOf));
      const description = dataPackage(
        {
          ...{ request: asked, columns: table.columns, version, asOf },
          values: query.values ?? 'corrected',
          hasEvents: format === 'datapackage',
          completeness: completenessOf(devices, progress),
        },
        time,
      );
      if (query.describe === 'true') return reply.type('application/json').send(JSON.stringify(description, null, 2));
      if (format === 'xlsx') await checkSheetRows(store, asked);
      void reply
        .type(FORMATS[format])
        .header('content-disposition', `attachment; filename="${kind.name}.${ENDINGS[format]}"`)
        .header('x-timezone', TIMEZONE);
      return await sendStreamed(request, reply, exports, (signal) => {
        if (format === 'parquet') return parquetOf(table, description, signal);
        if (format === 'arrow') return arrowOf(table, description, signal);
        if (format === 'csv') return csvOf(table, { time, bom: query.bom === 'true' }, signal);
        if (format === 'xlsx') return xlsxOf(table, devices, aboutOf(description, table), signal);
        const readings = csvOf(table, { time, bom: false }, signal);
        return packageOf({ readings, events: eventsOf(asked, inForce(events.all(), asOf)), description });
      });
    },
  );
};

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

/** Only the rows of these devices, and whether all of their readings are in the store. */
function completenessOf(devices: readonly ExportDevice[], progress: Completeness): Completeness {
  const own = new Set(devices.map(({ park, device }) => `${park}/${device}`));
  const ledger = progress.ledger.filter(({ park, device }) => own.has(`${park}/${device}`));
  return { ...progress, ledger, isComplete: progress.isComplete && ledger.every(({ pending }) => pending === 0) };
}

/** Events of the parks of these devices in the period of the export. */
function eventsOf({ devices, from, to }: ExportRequest, events: readonly FarmEvent[]): readonly FarmEvent[] {
  return events.filter((event) => touches(event, from, to) && devices.some(({ park }) => park === event.park));
}
