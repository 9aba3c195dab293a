/** The SQL of a series query: raw readings, or windows summed from rollups where these are complete and from raw readings elsewhere. */
import type { Kind } from '../../sensors/kind.ts';
import type { Aggregate, Every, SeriesQuery } from '../store.ts';
import { HOUR_MS, shortestMs, windowStartSql } from '../window.ts';
import { flagColumn, type Level, levelsOf, rawTable, valueColumn } from './schema.ts';

/** Device and site ids that the filter selects; undefined: all. */
export interface Selection {
  readonly devices?: readonly number[];
  readonly sites?: readonly number[];
}

export function rawSeriesSql(
  kind: Kind,
  query: Pick<SeriesQuery, 'fields' | 'from' | 'to'>,
  selection: Selection,
  limit?: number,
): string {
  const columns = query.fields.flatMap((field) => [valueColumn(field), flagColumn(field)]);
  const anyValue = query.fields.map((field) => `${valueColumn(field)} IS NOT NULL`).join(' OR ');
  return `SELECT device, site, time, ${columns.join(', ')} FROM ${rawTable(kind)}
    WHERE time >= ${query.from} AND time < ${query.to} AND (${anyValue}) ${selected(selection)}
    ORDER BY device, site, time ${limit === undefined ? '' : `LIMIT ${limit}`}`;
}

/** The coarsest rollup whose windows fill those of the query exactly. */
export function levelFor(kind: Kind, every: Every): Level | undefined {
  return levelsOf(kind).find(({ lengthMs }) =>
    every.unit === 'ms' ? every.count % lengthMs === 0 : shortestMs(every) % HOUR_MS === 0,
  );
}

/** Rows (device, site, window, then one column an aggregate and field, and flags a field). `rolledUpTo` bounds what the rollup is complete for. */
export function windowSeriesSql(
  kind: Kind,
  query: SeriesQuery & { readonly every: Every },
  selection: Selection,
  level: Level | undefined,
  rolledUpTo: number,
  limit: number,
): string {
  const { from, to, fields, every } = query;
  const where = `time >= ${from} AND time < ${to} ${selected(selection)}`;
  let parts = rawPart(kind, fields, every, where);
  if (level !== undefined) {
    const { lengthMs, table } = level;
    const first = Math.ceil(from / lengthMs) * lengthMs;
    const end = Math.min(Math.floor(to / lengthMs) * lengthMs, rolledUpTo);
    if (end > first) {
      const isDirty = `(device, (time // ${lengthMs}) * ${lengthMs}) IN (SELECT (device, start) FROM dirty WHERE rollup = '${table}' AND start >= ${first} AND start < ${end})`;
      const edges = rawPart(kind, fields, every, `${where} AND (time < ${first} OR time >= ${end})`);
      const dirty = rawPart(kind, fields, every, `${where} AND time >= ${first} AND time < ${end} AND ${isDirty}`);
      const rolled = `SELECT device, site, ${windowStartSql('start', every)} AS w, start AS o, ${fields
        .map((field) => ['n', 's', 'lo', 'hi', 'first', 'last', 'q'].map((column) => `${field}_${column}`).join(', '))
        .join(', ')}
        FROM ${table} WHERE start >= ${first} AND start < ${end} ${selected(selection)}
        AND (device, start) NOT IN (SELECT (device, start) FROM dirty WHERE rollup = '${table}')`;
      parts = `${rolled} UNION ALL ${edges} UNION ALL ${dirty}`;
    }
  }
  const columns = fields.flatMap((field) => [
    ...query.aggregates.map((aggregate) => aggregateSql(field, aggregate)),
    `bit_or(${field}_q)`,
  ]);
  const anyValue = fields.map((field) => `sum(${field}_n) > 0`).join(' OR ');
  return `SELECT device, site, w, ${columns.join(', ')} FROM (${parts}) GROUP BY device, site, w HAVING ${anyValue} ORDER BY device, site, w LIMIT ${limit}`;
}

/** A raw reading as a rollup of itself. */
function rawPart(kind: Kind, fields: readonly string[], every: Every, where: string): string {
  const columns = fields.map((field) => {
    const value = valueColumn(field);
    return `(${value} IS NOT NULL)::UINTEGER AS ${field}_n, ${value} AS ${field}_s, ${value} AS ${field}_lo, ${value} AS ${field}_hi, ${value} AS ${field}_first, ${value} AS ${field}_last, ${flagColumn(field)} AS ${field}_q`;
  });
  return `SELECT device, site, ${windowStartSql('time', every)} AS w, time AS o, ${columns.join(', ')} FROM ${rawTable(kind)} WHERE ${where}`;
}

function aggregateSql(field: string, aggregate: Aggregate): string {
  switch (aggregate) {
    case 'mean':
      return `sum(${field}_s) / sum(${field}_n)`;
    case 'sum':
      return `sum(${field}_s)`;
    case 'count':
      return `sum(${field}_n)::DOUBLE`;
    case 'min':
      return `min(${field}_lo)`;
    case 'max':
      return `max(${field}_hi)`;
    case 'first':
      return `arg_min(${field}_first, o)`;
    case 'last':
      return `arg_max(${field}_last, o)`;
  }
}

function selected({ devices, sites }: Selection): string {
  const inList = (column: string, ids: readonly number[]) =>
    ids.length === 0 ? 'AND false' : `AND ${column} IN (${ids.join(', ')})`;
  return `${devices === undefined ? '' : inList('device', devices)} ${sites === undefined ? '' : inList('site', sites)}`;
}
