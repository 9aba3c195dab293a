/** What Grafana does with a panel's query before InfluxDB sees it, and with the answer behind it: as its InfluxDB datasource (InfluxQL) does in version 12. */

export interface Target {
  readonly refId: string;
  readonly query: string;
  readonly rawQuery: boolean;
  readonly resultFormat: 'time_series' | 'table';
  readonly alias?: string;
  readonly datasource: { readonly uid: string };
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly panels?: readonly Panel[];
  readonly targets?: readonly Target[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly noValue?: string;
      readonly custom?: { readonly spanNulls?: number };
    };
    readonly overrides?: readonly { readonly matcher: { readonly id: string; readonly options: string } }[];
  };
  readonly repeat?: string;
  readonly interval?: string;
  readonly maxDataPoints?: number;
  readonly timeFrom?: string;
  readonly transformations?: readonly Transformation[];
}

export type Transformation =
  | {
      readonly id: 'organize';
      readonly options: {
        readonly indexByName: Readonly<Record<string, number>>;
        readonly renameByName: Readonly<Record<string, string>>;
      };
    }
  | {
      readonly id: 'filterFieldsByName';
      readonly filter: { readonly id: 'byRefId'; readonly options: string };
      readonly options: { readonly include: { readonly names: readonly string[] } };
    }
  | { readonly id: 'joinByField'; readonly options: { readonly byField: string; readonly mode: 'outerTabular' } }
  | {
      readonly id: 'groupingToMatrix';
      readonly options: { readonly columnField: string; readonly rowField: string; readonly valueField: string };
    };

export interface Variable {
  readonly name: string;
  readonly label: string;
  readonly query: string;
  readonly regex?: string;
  readonly includeAll: boolean;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly timezone: string;
  readonly tags: readonly string[];
  readonly templating: { readonly list?: readonly Variable[] };
  readonly panels: readonly Panel[];
  readonly annotations?: { readonly list?: readonly Annotation[] };
}

/** A mark on every chart; `target` is what later versions read. */
export interface Annotation {
  readonly name: string;
  readonly datasource: { readonly uid: string };
  readonly query?: string;
  readonly textColumn?: string;
  readonly timeEndColumn?: string;
  readonly target?: Target & { readonly textColumn?: string };
}

/** A folded row holds its panels; those of an open one stand behind it. */
export function panelsOf({ panels }: Dashboard): readonly Panel[] {
  return panels.flatMap((panel) => (panel.type === 'row' ? (panel.panels ?? []) : [panel]));
}

export interface Choice {
  readonly text: string;
  readonly value: string;
}
export type Choices = ReadonlyMap<string, readonly Choice[]>;

/** `${name:regex}`: one value escaped, several as alternatives; All is every value there is. */
export function interpolated(text: string, choices: Choices): string {
  return text.replace(/\$\{(\w+):regex\}/g, (_, name: string) => {
    const values = (choices.get(name) ?? []).map(({ value }) => value.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&'));
    return values.length === 1 ? (values[0] ?? '') : `(${values.join('|')})`;
  });
}

/** The options of a query variable: its values through its regular expression with the named groups `text` and `value`. */
export function optionsOf({ regex }: Pick<Variable, 'regex'>, values: readonly string[]): readonly Choice[] {
  if (!regex) return values.map((value) => ({ text: value, value }));
  const pattern = new RegExp(regex.replace(/^\/|\/$/g, ''));
  return [...new Set(values)].flatMap((each) => {
    const { text, value } = pattern.exec(each)?.groups ?? {};
    return value === undefined ? [] : [{ text: text ?? value, value }];
  });
}

/** Lengths that Grafana rounds an interval to, as far as these tests reach. */
const ROUND_MS = [
  1, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 20_000, 30_000, 60_000, 120_000, 300_000,
];
const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function lengthMs(text: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  return Number(count) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
}

export interface Sight {
  readonly from: number;
  readonly to: number;
}

/** What the panel looks at: the dashboard's time, or its own ("last 10 minutes"). */
export function sightOf({ timeFrom }: Panel, { from, to }: Sight): Sight {
  return timeFrom === undefined ? { from, to } : { from: to - lengthMs(timeFrom), to };
}

export function intervalMsOf({ interval = '1s', maxDataPoints = 900 }: Panel, { from, to }: Sight): number {
  const wanted = (to - from) / maxDataPoints;
  return Math.max(lengthMs(interval), ROUND_MS.findLast((each) => each <= wanted) ?? 1);
}

/**
 * What InfluxDB is asked: the browser fills in variables and hands `$__interval` on, then Grafana's server fills in `$timeFilter` and
 * `$__interval`. From version 12 the browser takes everything from the first slash of a query to its last one for one regular expression,
 * and escapes a variable that it finds in there as `$name`: the server then sees `\$__interval`, which is no InfluxQL. A name in
 * braces is not found.
 */
export function filled(
  { query }: Pick<Target, 'query'>,
  choices: Choices,
  { from, to }: Sight,
  intervalMs: number,
): string {
  const interval = intervalMs % 1000 === 0 ? `${intervalMs / 1000}s` : `${intervalMs}ms`;
  return inBrowser(query, choices)
    .replaceAll('$timeFilter', `time >= ${from}ms and time <= ${to}ms`)
    .replaceAll('$__interval_ms', String(intervalMs))
    .replaceAll('$__interval', interval);
}

function inBrowser(query: string, choices: Choices): string {
  const handedOn = (name: string) => {
    const isInRegex = new RegExp(`/(?:\\^)?(.*)(\\$${name})(.*)(?:\\$)?/`, 'm').test(query);
    return isInRegex ? `\\$${name}` : `$${name}`;
  };
  const withMacros = query.replace(
    /\$(?:\{(__interval(?:_ms)?)\}|(__interval(?:_ms)?)\b)/g,
    (_, braced?: string, bare?: string) => handedOn(braced ?? bare ?? ''),
  );
  return interpolated(withMacros, choices);
}

export interface InfluxSeries {
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly (number | string | null)[])[];
}

export interface Frame {
  readonly refId: string;
  readonly name: string;
  readonly fields: Readonly<Record<string, readonly (number | string | null)[]>>;
}

/** A table is one frame with time, tags and columns; a time series a frame for each series and column, named by the alias. */
export function framesOf(
  { refId, resultFormat, alias = '' }: Target,
  series: readonly InfluxSeries[],
): readonly Frame[] {
  if (series.length === 0) return [];
  if (resultFormat === 'table') {
    const rows = series.flatMap(({ tags = {}, columns, values }) =>
      values.map((row) => ({
        ...tags,
        ...Object.fromEntries(
          columns.map((column, index) => [column === 'time' ? 'Time' : column, row[index] ?? null]),
        ),
      })),
    );
    const names = Object.keys(rows[0] ?? {});
    const column = (name: string) =>
      rows.map((row) => (row as Readonly<Record<string, number | string | null>>)[name] ?? null);
    return [{ refId, name: '', fields: Object.fromEntries(names.map((name) => [name, column(name)])) }];
  }
  return series.flatMap(({ tags = {}, columns, values }) =>
    columns.slice(1).map(
      (column, index): Frame => ({
        refId,
        name: alias.replace(/\$(\w+)/g, (_, key: string) =>
          key === 'col' ? column : (tags[key.replace(/^tag_/, '')] ?? ''),
        ),
        fields: { Time: values.map(([time]) => time ?? null), Value: values.map((row) => row[index + 1] ?? null) },
      }),
    ),
  );
}

type Cell = number | string | null;

/** What the panel draws: the frames after its transformations (renaming and order of columns aside). */
export function transformed(
  frames: readonly Frame[],
  transformations: readonly Transformation[] = [],
): readonly Frame[] {
  return transformations.reduce((before, each): readonly Frame[] => {
    switch (each.id) {
      case 'filterFieldsByName':
        return before.map((frame) =>
          frame.refId === each.filter.options ? only(frame, each.options.include.names) : frame,
        );
      case 'joinByField':
        return joined(before, each.options.byField);
      case 'groupingToMatrix':
        return before.map((frame) => matrixOf(frame, each.options));
      default:
        return before;
    }
  }, frames);
}

function only(frame: Frame, names: readonly string[]): Frame {
  return {
    ...frame,
    fields: Object.fromEntries(Object.entries(frame.fields).filter(([name]) => names.includes(name))),
  };
}

const rowsOf = ({ fields }: Frame): readonly Readonly<Record<string, Cell>>[] =>
  (Object.values(fields)[0] ?? []).map((_, index) =>
    Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, values[index] ?? null])),
  );

/** Every row of both sides stays, with or without a partner. */
function joined([left, right]: readonly Frame[], by: string): readonly Frame[] {
  if (left === undefined || right === undefined) return [left, right].flatMap((each) => each ?? []);
  const [ours, theirs] = [rowsOf(left), rowsOf(right)];
  const partners = (row: Readonly<Record<string, Cell>>) => theirs.filter((each) => each[by] === row[by]);
  const rows = [
    ...ours.flatMap((row) => (partners(row).length === 0 ? [row] : partners(row).map((each) => ({ ...each, ...row })))),
    ...theirs.filter((each) => ours.every((row) => row[by] !== each[by])),
  ];
  const names = [...new Set([...Object.keys(left.fields), ...Object.keys(right.fields)])];
  const fields = names.map((name) => [name, rows.map((row) => (row as Readonly<Record<string, Cell>>)[name] ?? null)]);
  return [{ refId: `joinByField-${left.refId}-${right.refId}`, name: '', fields: Object.fromEntries(fields) }];
}

function matrixOf(
  frame: Frame,
  {
    columnField,
    rowField,
    valueField,
  }: { readonly columnField: string; readonly rowField: string; readonly valueField: string },
): Frame {
  const rows = rowsOf(frame);
  const heads = [...new Set(rows.map((row) => row[rowField] ?? null))].filter((each) => each !== null);
  const columns = [...new Set(rows.map((row) => String(row[columnField])))];
  const cells = columns.map((column) => {
    const values = new Map(
      rows.filter((row) => String(row[columnField]) === column).map((row) => [row[rowField], row[valueField] ?? null]),
    );
    return [column, heads.map((head) => values.get(head) ?? null)] as const;
  });
  return { ...frame, fields: { [rowField]: heads, ...Object.fromEntries(cells) } };
}
