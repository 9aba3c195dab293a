/** The SQL of aggregates, computed from sums of good values, or of good and doubtful ones together. A sum comes from a rollup or is one raw reading. */
import type { Kind } from '../../sensors/kind.ts';
import type { Aggregate, Every, Quality } from '../store.ts';
import { windowStartSql } from '../window.ts';
import { type DOUBTED_SUMS, doubtedValue, flagColumn, goodValue, rawTable, type SUMS } from './schema.ts';

type Sum = keyof typeof SUMS | keyof typeof DOUBTED_SUMS;
type GoodSum = Exclude<keyof typeof SUMS, 'q'>;

const SUMS_OF: Readonly<Record<Aggregate, readonly GoodSum[]>> = {
  mean: ['s'],
  sum: ['s'],
  count: [],
  min: ['lo'],
  max: ['hi'],
  first: ['first', 't0'],
  last: ['last', 't1'],
};

const doubtedSum = (sum: GoodSum): Sum => `d${sum}`;

/** Columns that the aggregates need; the rest of a rollup is not read. */
export function sumsFor(aggregates: readonly Aggregate[], quality: Quality): readonly Sum[] {
  const sums = new Set<Sum>(['n', 'dn', 'q']);
  for (const sum of aggregates.flatMap((aggregate) => SUMS_OF[aggregate])) {
    sums.add(sum);
    if (quality === 'all') sums.add(doubtedSum(sum));
  }
  return [...sums];
}

export function rolledColumn(field: string, sum: Sum): string {
  const column = `${field}_${sum}`;
  return isTime(sum) ? `start + ${column} AS ${column}` : column;
}

/** Raw readings, each as a rollup of itself. */
export function rawPart(
  kind: Kind,
  fields: readonly string[],
  sums: readonly Sum[],
  every: Every,
  where: string,
): string {
  const columns = fields.flatMap((field) => sums.map((sum) => `${rawAs(field, sum)} AS ${field}_${sum}`));
  return `SELECT device, site, ${windowStartSql('time', every)} AS w, ${columns.join(', ')} FROM ${rawTable(kind)} WHERE ${where}`;
}

function rawAs(field: string, sum: Sum): string {
  if (sum === 'q') return flagColumn(field);
  const value = sum.startsWith('d') ? doubtedValue(field) : goodValue(field);
  if (sum === 'n' || sum === 'dn') return `((${value}) IS NOT NULL)::UINTEGER`;
  return isTime(sum) ? `CASE WHEN (${value}) IS NOT NULL THEN time END` : value;
}

const isTime = (sum: Sum) => /^d?t[01]$/.test(sum);

/** How many values the aggregates are made of, and how many were left out. */
export function countsSql(field: string, quality: Quality): readonly [used: string, excluded: string] {
  const doubted = `coalesce(sum(${field}_dn), 0)`;
  return quality === 'good'
    ? [`sum(${field}_n)::DOUBLE`, `${doubted}::DOUBLE`]
    : [`(sum(${field}_n) + ${doubted})::DOUBLE`, '0::DOUBLE'];
}

/** Null where there is no value to work with; of a count that is 0. */
export function aggregateSql(field: string, aggregate: Aggregate, quality: Quality): string {
  const [used] = countsSql(field, quality);
  if (aggregate === 'count') return used;
  const both = (of: (d: '' | 'd') => string, join: (good: string, doubted: string) => string) =>
    quality === 'good' ? of('') : join(of(''), of('d'));
  const sum = both(
    (d) => `sum(${field}_${d}s)`,
    (good, doubted) => `CASE WHEN ${used} > 0 THEN coalesce(${good}, 0) + coalesce(${doubted}, 0) END`,
  );
  switch (aggregate) {
    case 'sum':
      return sum;
    case 'mean':
      return `${sum} / nullif(${used}, 0)`;
    case 'min':
      return both(
        (d) => `min(${field}_${d}lo)`,
        (good, doubted) => `least(${good}, ${doubted})`,
      );
    case 'max':
      return both(
        (d) => `max(${field}_${d}hi)`,
        (good, doubted) => `greatest(${good}, ${doubted})`,
      );
    case 'first':
      return both(
        (d) => `arg_min(${field}_${d}first, ${field}_${d}t0)`,
        (good, doubted) => nearer(good, doubted, `min(${field}_dt0)`, '<', `min(${field}_t0)`),
      );
    case 'last':
      return both(
        (d) => `arg_max(${field}_${d}last, ${field}_${d}t1)`,
        (good, doubted) => nearer(good, doubted, `max(${field}_dt1)`, '>', `max(${field}_t1)`),
      );
  }
}

/** The doubted value where its time is the outer one, or the only one. */
function nearer(good: string, doubted: string, doubtedTime: string, than: '<' | '>', goodTime: string): string {
  return `CASE WHEN coalesce(${doubtedTime} ${than} ${goodTime}, ${goodTime} IS NULL) THEN ${doubted} ELSE ${good} END`;
}
