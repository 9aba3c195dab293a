/** The SQL of a series query: raw readings, or windows from rollups if these are complete and from raw readings otherwise. */
import type { Kind } from '../../sensors/kind.ts';
import type { Every, SeriesQuery } from '../store.ts';
import { HOUR_MS, shortestMs, windowStartSql } from '../window.ts';
import { aggregateSql, countsSql, rawPart, rolledColumn, sumsFor } from './aggregate-sql.ts';
import { flagColumn, goodValue, type Level, levelsOf, rawTable, valueColumn } from './schema.ts';

/** Device and site ids that the filter selects; undefined: all. */
export interface Selection {
  readonly devices?: readonly number[];
  readonly sites?: readonly number[];
}

export function rawSeriesSql(
  kind: Kind,
  query: Pick<SeriesQuery, 'fields' | 'from' | 'to' | 'quality'>,
  selection: Selection,
  limit?: number,
): string {
  const values = query.fields.map((field) => (query.quality === 'good' ? goodValue(field) : valueColumn(field)));
  const columns = query.fields.flatMap((field, index) => [values[index], flagColumn(field)]);
  const anyValue = values.map((value) => `(${value}) IS NOT NULL`).join(' OR ');
  return `SELECT device, site, time, ${columns.join(', ')} FROM ${rawTable(kind)}
    WHERE time >= ${query.from} AND time < ${query.to} AND (${anyValue}) ${selected(selection)}
    ORDER BY device, site, time ${limit === undefined ? '' : `LIMIT ${limit}`}`;
}

/** The coarsest rollup whose windows divide those of the query exactly. */
export function levelFor(kind: Kind, every: Every): Level | undefined {
  return levelsOf(kind).find(({ lengthMs }) =>
    every.unit === 'ms' ? every.count % lengthMs === 0 : shortestMs(every) % HOUR_MS === 0,
  );
}

/** The windows that a rollup covers: from `since` (older ones were removed) to `upTo` (later ones are not summed yet). */
export interface Coverage {
  readonly since: number;
  readonly upTo: number;
}

/** Rows: device, site, window, then for each field its aggregates, its flags, the number of values used and the number left out. */
export function windowSeriesSql(
  kind: Kind,
  query: SeriesQuery & { readonly every: Every },
  selection: Selection,
  rollup: (Level & Coverage) | undefined,
  limit: number,
): string {
  const { from, to, fields, every, aggregates, quality = 'all' } = query;
  const sums = sumsFor(aggregates, quality);
  const where = `time >= ${from} AND time < ${to} ${selected(selection)}`;
  let parts = rawPart(kind, fields, sums, every, where);
  if (rollup !== undefined) {
    const { lengthMs, table } = rollup;
    const first = Math.max(Math.ceil(from / lengthMs) * lengthMs, rollup.since);
    const end = Math.min(Math.floor(to / lengthMs) * lengthMs, rollup.upTo);
    if (end > first) {
      const dirty = `SELECT (device, start) FROM dirty WHERE rollup = '${table}' AND start >= ${first} AND start < ${end}`;
      const isDirty = `(device, (time // ${lengthMs}) * ${lengthMs}) IN (${dirty})`;
      const columns = fields.flatMap((field) => sums.map((sum) => rolledColumn(field, sum)));
      const rolled = `SELECT device, site, ${windowStartSql('start', every)} AS w, ${columns.join(', ')}
        FROM ${table} WHERE start >= ${first} AND start < ${end} ${selected(selection)} AND (device, start) NOT IN (${dirty})`;
      const edges = rawPart(kind, fields, sums, every, `${where} AND (time < ${first} OR time >= ${end})`);
      const again = rawPart(
        kind,
        fields,
        sums,
        every,
        `${where} AND time >= ${first} AND time < ${end} AND ${isDirty}`,
      );
      parts = `${rolled} UNION ALL ${edges} UNION ALL ${again}`;
    }
  }
  const columns = fields.flatMap((field) => [
    ...aggregates.map((aggregate) => aggregateSql(field, aggregate, quality)),
    `bit_or(${field}_q)`,
    ...countsSql(field, quality),
  ]);
  const anyValue = fields.map((field) => `sum(${field}_n) > 0 OR sum(${field}_dn) > 0`).join(' OR ');
  return `SELECT device, site, w, ${columns.join(', ')} FROM (${parts}) GROUP BY device, site, w HAVING ${anyValue} ORDER BY device, site, w LIMIT ${limit}`;
}

/** The condition on devices and sites: our own numbers, never text from the query. */
export function selected({ devices, sites }: Selection): string {
  const inList = (column: string, ids: readonly number[]) =>
    ids.length === 0 ? 'AND false' : `AND ${column} IN (${ids.join(', ')})`;
  return `${devices === undefined ? '' : inList('device', devices)} ${sites === undefined ? '' : inList('site', sites)}`;
}
