/** Imports a file of measurements as readings of a device: by a person's right, with a dry run that says first what would become of it. */
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { codeOf, DaoyuError } from '../../base/errors.ts';
import type { AuditTrail } from '../../consumers/audit/trail.ts';
import type { Importer, ImportProgress } from '../../imports/importer.ts';
import type { ImportOptions } from '../../imports/options.ts';
import type { Spool } from '../../imports/spool.ts';
import { whoAndWhere } from '../audited.ts';
import { ColumnChoices, ImportAnswer, ImportQuery, RowChoices } from '../import-schemas.ts';
import { problemOf } from '../problem.ts';
import type { QueryGate } from '../query-gate.ts';

export interface ImportRouteOptions {
  readonly importer: Importer;
  readonly spool: Spool;
  readonly audit: Pick<AuditTrail, 'note'>;
}

/** Upload and import together. */
const IMPORT_MS = 30 * 60_000;
/** Between two lines of progress. */
const PROGRESS_MS = 500;
const LINES = 'application/x-ndjson';

export const importRoutes: FastifyPluginAsyncTypebox<ImportRouteOptions & { readonly gate: QueryGate }> = async (
  app,
  { importer, spool, audit, gate },
) => {
  // Whatever it calls itself: what it is shows in its first bytes. It is read by the handler, as fast as the disk takes it.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  app.post(
    '/import',
    {
      config: {
        access: { right: 'agronomy', park: 'listed' },
        isUpload: true,
        // Written down by the handler, when it is known what came of it.
        audit: { what: 'readings.import', when: () => false },
        problems: [
          ...['DEVICE_UNKNOWN', 'FIELD_UNKNOWN', 'UNIT_UNKNOWN', 'TIME_INVALID', 'TIME_ZONE_INVALID'],
          ...['TABLE_INVALID', 'ENCODING_INVALID', 'IMPORT_TIME_UNKNOWN', 'IMPORT_COLUMN_UNKNOWN', 'IMPORT_UNDECIDED'],
          ...['IMPORT_TOO_LARGE', 'QUERIES_BUSY', 'QUERY_STOPPED', 'STORE_UNAVAILABLE', 'BUS_FULL', 'BUS_UNAVAILABLE'],
        ],
      },
      schema: {
        tags: ['readings'],
        summary: 'Imports a CSV file or workbook (the body) as readings of a device, or says what would become of it',
        querystring: ImportQuery,
        response: {
          200: {
            description: `what became of each row; asked with \`accept: ${LINES}\`, lines of progress first`,
            content: {
              'application/json': { schema: ImportAnswer },
              [LINES]: {
                schema: Type.String({
                  description: '{"is":"progress",phase,rows,of}, then {"is":"result",…} or {"is":"problem",…}',
                }),
              },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { park, device, dryRun, name } = request.query;
      const options = optionsOf(request.query);
      const isDry = dryRun === 'true';

      async function run(signal: AbortSignal, onProgress?: (progress: ImportProgress) => void) {
        const file = await spool.keep(request.body as Readable);
        try {
          const report = await importer.run({
            ...{ file, park, device, dryRun: isDry, options, signal },
            ...(onProgress && { onProgress }),
          });
          if (!isDry) await noteIt(request, { name, ...report.counts, time: report.time });
          return report;
        } catch (error) {
          // What was taken before it broke off stays.
          if (!isDry) await noteIt(request, { name }, codeOf(error) ?? 'UNEXPECTED');
          throw error;
        } finally {
          await spool.remove(file);
        }
      }

      if (request.headers.accept !== LINES)
        return await gate.run(request, (signal) => run(signal), { timeoutMs: IMPORT_MS });
      const stream = async (signal: AbortSignal) => {
        const lines = new Readable({ read() {} });
        const line = (value: object) => lines.push(`${JSON.stringify(value)}\n`);
        void (reply as FastifyReply).type(LINES).header('cache-control', 'no-store').send(lines);
        let shownAt = 0;
        try {
          const report = await run(signal, (progress) => {
            const now = performance.now();
            if (now - shownAt < PROGRESS_MS && progress.phase === 'importing') return;
            shownAt = now;
            line({ is: 'progress', ...progress });
          });
          line({ is: 'result', ...report });
        } catch (error) {
          line({ is: 'problem', ...problemOf(error) });
        }
        lines.push(null);
        await finished(lines);
      };
      try {
        await gate.run(request, stream, { timeoutMs: IMPORT_MS });
      } catch (error) {
        // Whoever asked has gone.
        if (!reply.sent) throw error;
      }
      return reply;
    },
  );

  async function noteIt(request: FastifyRequest, after: object, code?: string): Promise<void> {
    const { device = '' } = request.query as { readonly device?: string };
    await audit.note({
      ...whoAndWhere(request),
      ...{ what: 'readings.import', where: device, after: { ...after } },
      ...(code !== undefined && { code }),
    });
  }
};

function optionsOf({
  encoding,
  separator,
  decimal,
  sheet,
  time,
  dates,
  zone,
  at,
  rows,
  columns,
}: ImportQuery): ImportOptions {
  return {
    ...{ encoding, decimal, sheet, dates, zone, at },
    separator: separator === 'tab' ? '\t' : separator,
    ...(time !== undefined && { time: parsed('time', time, Type.Array(Type.String(), { minItems: 1, maxItems: 2 })) }),
    ...(rows !== undefined && { rows: parsed('rows', rows, RowChoices) }),
    ...(columns !== undefined && { columns: parsed('columns', columns, ColumnChoices) }),
  };
}

function parsed<T>(name: string, text: string, schema: TSchema): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DaoyuError('REQUEST_INVALID', `${name} is no JSON`, { cause });
  }
  if (!Value.Check(schema, value)) throw new DaoyuError('REQUEST_INVALID', `${name} is not as the schema says`);
  return value as T;
}
