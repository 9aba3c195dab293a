/** Statistics over the windows of agronomists, and derived series: percentiles, nights, degree days, oxygen debt. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import { type AnalysisOptions, type Asked, createAnalysis } from '../../analysis/analysis.ts';
import type { DerivedSeries } from '../../analysis/derived-series.ts';
import { DERIVED } from '../../analysis/series.ts';
import { needsLimit, statisticsNamed } from '../../analysis/statistics.ts';
import { WINDOWS, type WindowName } from '../../analysis/windows.ts';
import { TIMEZONE } from '../../base/beijing-time.ts';
import { DaoyuError } from '../../base/errors.ts';
import type { Device, Registry } from '../../registry/registry.ts';
import type { Kind } from '../../sensors/kind.ts';
import { fieldNamed } from '../../sensors/kinds.ts';
import { csvOfDerived, csvOfStatistics } from '../analysis-csv.ts';
import {
  DerivedAnswer,
  type DerivedDescription,
  DerivedListAnswer,
  DerivedQuery,
  StatisticsAnswer,
  StatisticsQuery,
} from '../analysis-schemas.ts';
import { registrySeen } from '../authorize.ts';
import type { QueryGate } from '../query-gate.ts';
import { checkPlace, kindNamed } from '../query-names.ts';
import { parseRange, parseTime } from '../time-range.ts';

export interface AnalysisRouteOptions extends AnalysisOptions {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices' | 'site' | 'profiles'>;
}

const PROBLEMS = [
  ...['PARK_UNKNOWN', 'SITE_UNKNOWN', 'DEVICE_UNKNOWN', 'FIELD_UNKNOWN', 'TIME_INVALID', 'QUERY_TOO_LARGE'],
  ...['QUERIES_BUSY', 'QUERY_STOPPED', 'STORE_UNAVAILABLE'],
] as const;

export const analysisRoutes: FastifyPluginAsyncTypebox<AnalysisRouteOptions & { readonly gate: QueryGate }> = async (
  app,
  options,
) => {
  const { kinds, registry, clock, gate } = options;
  const analysis = createAnalysis(options);

  app.get(
    '/derived-series',
    {
      config: { access: 'known' },
      schema: {
        tags: ['analysis'],
        summary: 'Derived series that can be asked for: formula, source, version, parameters',
        response: { 200: DerivedListAnswer },
      },
    },
    async () => ({ series: [...DERIVED.values()].map(describe), windows: WINDOWS }),
  );

  app.get(
    '/derived',
    {
      config: {
        access: { right: 'read', park: 'listed' },
        audit: { what: 'series.export', when: isExport, of: ({ query }) => query as object },
        problems: [...PROBLEMS, 'DERIVED_UNKNOWN', 'DERIVED_INVALID'],
      },
      schema: {
        tags: ['analysis'],
        summary: 'A derived series of devices, worked out from good values as corrected',
        querystring: DerivedQuery,
        response: { 200: asJsonOrCsv(DerivedAnswer) },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const series = derivedNamed(query.series);
      const window = windowOf(series, query.window);
      const parameters = parametersOf(query.parameters);
      const range = rangeOf(query);
      const found: Static<typeof DerivedAnswer>['devices'][number][] = [];
      await gate.run(request, async (signal) => {
        for (const { kind, device } of devicesOf(request, series.kinds)) {
          const { field } = query;
          const asked = { kind, device, ...range, window, ...askedOf(query), signal };
          const answer = await analysis.derived({ ...asked, series, ...(field && { field }), parameters });
          const windows = answer.windows.map((each) => ({ ...each, value: each.value ?? null }));
          if (windows.length === 0) continue;
          found.push({ park: device.park, site: device.site, device: device.id, ...answer, windows });
        }
      });
      const answer: DerivedAnswer = {
        ...{ series: describe(series), timezone: TIMEZONE, ...range, window, parameters },
        devices: found,
      };
      return query.format === 'csv' ? csv(reply, series.name, csvOfDerived(answer)) : answer;
    },
  );

  app.get(
    '/statistics',
    {
      config: {
        access: { right: 'read', park: 'listed' },
        audit: { what: 'series.export', when: isExport, of: ({ query }) => query as object },
        problems: [...PROBLEMS, 'KIND_UNKNOWN', 'AGGREGATE_UNKNOWN'],
      },
      schema: {
        tags: ['analysis'],
        summary: 'Percentiles, medians, extremes, hours below a limit, over days, nights, noon to noon, seasons',
        querystring: StatisticsQuery,
        response: { 200: asJsonOrCsv(StatisticsAnswer) },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const kind = kindNamed(kinds, query.kind);
      const names = statisticsNamed(query.stats ?? 'min,p10,median,p90,max');
      const limit = limitOf(query.limit, names);
      const window = query.window ?? 'day';
      const range = rangeOf(query);
      const fields = (query.fields ?? kind.primary[0] ?? '').split(',').map((name) => name.trim());
      for (const name of fields)
        if (fieldNamed(kind, name) === undefined)
          throw new DaoyuError(
            'FIELD_UNKNOWN',
            `${kind.name} has no field "${name}"; it has ${kind.fields.map((field) => field.name).join(', ')}`,
          );
      const series: Static<typeof StatisticsAnswer>['series'][number][] = [];
      await gate.run(request, async (signal) => {
        for (const { device } of devicesOf(request, [kind.name]))
          for (const field of fields) {
            const asked = { kind, device, ...range, window, ...askedOf(query), signal };
            const windows = await analysis.statistics({ ...asked, field, names, limit });
            const unit = fieldNamed(kind, field)?.unit ?? '1';
            if (windows.length > 0)
              series.push({ park: device.park, site: device.site, device: device.id, field, unit, windows });
          }
      });
      const answer: StatisticsAnswer = {
        ...{ kind: kind.name, timezone: TIMEZONE, ...range, window, ...(limit !== undefined && { limit }) },
        series,
      };
      return query.format === 'csv' ? csv(reply, kind.name, csvOfStatistics(answer, names)) : answer;
    },
  );

  function rangeOf({ from, to }: { readonly from?: string; readonly to?: string }) {
    return parseRange(from ?? '-30d', to ?? 'now', clock());
  }

  function askedOf(query: {
    readonly as_of?: string;
    readonly values?: 'raw' | 'corrected';
  }): Pick<Asked, 'asOf' | 'values'> {
    const asOf = query.as_of === undefined ? undefined : parseTime('as_of', query.as_of, clock());
    return { asOf, values: query.values };
  }

  /** Where nobody is named, all that the caller may read. */
  function devicesOf(
    request: FastifyRequest,
    names: readonly string[],
  ): { readonly kind: Kind; readonly device: Device }[] {
    const seen = registrySeen(registry, request);
    const { park, site, device: id } = request.query as Partial<Record<'park' | 'site' | 'device', string>>;
    checkPlace(seen, { park, site, device: id });
    return seen.devices({ ...(park && { park }), ...(site && { site }) }).flatMap((device) => {
      const kind = names.includes(device.kind) ? kinds.get(device.kind) : undefined;
      return kind === undefined || (id !== undefined && device.id !== id) ? [] : [{ kind, device }];
    });
  }
};

const asJsonOrCsv = (answer: TSchema) => ({
  description: 'as JSON, or as CSV (RFC 4180) where format=csv',
  content: {
    'application/json': { schema: answer },
    'text/csv': { schema: Type.String({ description: 'Beijing times; units in the header' }) },
  },
});

const isExport = ({ query, method }: FastifyRequest) =>
  method === 'GET' && (query as { readonly format?: string }).format === 'csv';

function csv(reply: FastifyReply, name: string, text: string): FastifyReply {
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}.csv"`)
    .header('x-timezone', TIMEZONE)
    .send(text);
}

/** Without the function and the vectors. */
function describe({ start: _, vectors: __, lookbackMs: ___, ...series }: DerivedSeries): DerivedDescription {
  return series;
}

function derivedNamed(name: string): DerivedSeries {
  const series = DERIVED.get(name);
  if (series !== undefined) return series;
  throw new DaoyuError(
    'DERIVED_UNKNOWN',
    `there is no derived series "${name}"; known: ${[...DERIVED.keys()].join(', ')}`,
  );
}

function windowOf({ name, windows }: DerivedSeries, asked: WindowName | undefined): WindowName {
  const [usual = 'day'] = windows;
  if (asked === undefined || windows.includes(asked)) return asked ?? usual;
  throw new DaoyuError('DERIVED_INVALID', `${name} is worked out by ${windows.join(', ')}, not by ${asked}`);
}

function parametersOf(text: string | undefined): Readonly<Record<string, number>> {
  const pairs = (text ?? '').split(',').filter((part) => part.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', value = ''] = pair.split('=').map((part) => part.trim());
      if (value === '' || !Number.isFinite(Number(value)))
        throw new DaoyuError('DERIVED_INVALID', `parameters "${pair}" must be a name and a number, such as base=12`);
      return [name, Number(value)] as const;
    }),
  );
}

function limitOf(text: string | undefined, names: readonly string[]): number | undefined {
  if (text === undefined || text.trim() === '') {
    if (!needsLimit(names)) return undefined;
    throw new DaoyuError('REQUEST_INVALID', 'hours_below and hours_above need limit=, in the unit of the field');
  }
  const limit = Number(text);
  if (Number.isFinite(limit)) return limit;
  throw new DaoyuError('REQUEST_INVALID', `limit "${text}" must be a number`);
}
