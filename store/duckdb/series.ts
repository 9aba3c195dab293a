/** The SQL of a series query: raw readings, or windows summed from rollups where these are complete and from raw readings elsewhere. */
import type { Kind } from '../../sensors/kind.ts';
import type { Aggregate, Every, SeriesQuery } from '../store.ts';
import { HOUR_MS, shortestMs, windowStartSql } from '../window.ts';
import { flagColumn, type Level, levelsOf, rawTable, type SUMS, valueColumn } from './schema.ts';

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

/** For which windows a rollup stands: from `since` (older ones were removed) to `upTo` (later ones are not summed yet). */
export interface Coverage {
  readonly since: number;
  readonly upTo: number;
}

/** Rows (device, site, window, then one column an aggregate and field, and flags a field). */
export function windowSeriesSql(
  kind: Kind,
  query: SeriesQuery & { readonly every: Every },
  selection: Selection,
  rollup: (Level & Coverage) | undefined,
  limit: number,
): string {
  const { from, to, fields, every, aggregates } = query;
  const sums = sumsFor(aggregates);
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
    ...aggregates.map((aggregate) => aggregateSql(field, aggregate)),
    `bit_or(${field}_q)`,
  ]);
  const anyValue = fields.map((field) => `sum(${field}_n) > 0`).join(' OR ');
  return `SELECT device, site, w, ${columns.join(', ')} FROM (${parts}) GROUP BY device, site, w HAVING ${anyValue} ORDER BY device, site, w LIMIT ${limit}`;
}

type Sum = keyof typeof SUMS;

/** What the aggregates are made of; the rest of a rollup is not read. */
function sumsFor(aggregates: readonly Aggregate[]): readonly Sum[] {
  const sums = new Set<Sum>(['n', 'q']);
  for (const aggregate of aggregates) for (const sum of SUMS_OF[aggregate]) sums.add(sum);
  return [...sums];
}

const SUMS_OF: Readonly<Record<Aggregate, readonly Sum[]>> = {
  mean: ['s'],
  sum: ['s'],
  count: [],
  min: ['lo'],
  max: ['hi'],
  first: ['first', 't0'],
  last: ['last', 't1'],
};

function rolledColumn(field: string, sum: Sum): string {
  const column = `${field}_${sum}`;
  return sum === 't0' || sum === 't1' ? `start + ${column} AS ${column}` : column;
}

/** A raw reading as a rollup of itself. */
function rawPart(kind: Kind, fields: readonly string[], sums: readonly Sum[], every: Every, where: string): string {
  const columns = fields.flatMap((field) => sums.map((sum) => `${rawAs(field, sum)} AS ${field}_${sum}`));
  return `SELECT device, site, ${windowStartSql('time', every)} AS w, ${columns.join(', ')} FROM ${rawTable(kind)} WHERE ${where}`;
}

function rawAs(field: string, sum: Sum): string {
  if (sum === 'n') return `(${valueColumn(field)} IS NOT NULL)::UINTEGER`;
  if (sum === 'q') return flagColumn(field);
  return sum === 't0' || sum === 't1' ? 'time' : valueColumn(field);
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
      return `arg_min(${field}_first, ${field}_t0)`;
    case 'last':
      return `arg_max(${field}_last, ${field}_t1)`;
  }
}

/** The condition on devices and sites; numbers of ours, never a text that came with the question. */
export function selected({ devices, sites }: Selection): string {
  const inList = (column: string, ids: readonly number[]) =>
    ids.length === 0 ? 'AND false' : `AND ${column} IN (${ids.join(', ')})`;
  return `${devices === undefined ? '' : inList('device', devices)} ${sites === undefined ? '' : inList('site', sites)}`;
}
