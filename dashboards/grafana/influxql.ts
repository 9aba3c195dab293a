/**
 * Queries of panels in InfluxQL, which InfluxDB 1.x, 2.x and 3 and Grafana's own datasource all speak; measurement = kind, tags park, site
 * and device, times in ms. Each has `$timeFilter`, so that none reads more than the visible range; only names are queried without it, the
 * last of each. Windows follow the calendar of Asia/Shanghai, like those of our API, and empty ones are null: the panel decides by the
 * reporting interval whether a null is a gap.
 */

import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { TIMEZONE } from '../../base/beijing-time.ts';
import type { Language } from '../../sensors/format.ts';
import { doubtedField } from '../../store/influx/lines.ts';
import type { Quantity, Query, Tag } from '../definition/dashboard.ts';
import { BAND_METRICS, DEVICE_METRICS, PLACE_FIELDS, SITE_METRICS } from '../definition/platform-metrics.ts';
import { DATASOURCE } from './names.ts';

/** Conditions from the dashboard's variables, and others. */
export interface Scope {
  /** Tag → name of the variable that selects its values. */
  readonly chosen: Readonly<Partial<Record<Tag, string>>>;
}

/**
 * Always in braces: Grafana 12 takes everything between the first and the last slash of a query (`/^…$/` to `Asia/Shanghai`) for one regular
 * expression and escapes a bare `$__interval` in it, which InfluxDB refuses.
 */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in.
const WINDOW = 'time(${__interval})';

/** Over the visible range, in windows of `${__interval}`. Columns have names for people. */
export function rangeQuery({ measurement, quantities, by }: Query, scope: Scope, language: Language): string {
  const columns = quantities.map(
    (each) => `${windowOf(each)}(${quoted(each.name)}) AS ${quoted(each.label[language])}`,
  );
  const groups = [WINDOW, ...by.map(quoted)];
  return `SELECT ${columns.join(', ')} FROM ${quoted(measurement)} WHERE ${conditions(scope)} GROUP BY ${groups.join(', ')} fill(null) tz('${TIMEZONE}')`;
}

/** The newest reading of each series, with the time it was measured. */
export function newestQuery({ measurement, quantities, by }: Query, scope: Scope, language: Language): string {
  const columns = quantities.map((each) => `${quoted(columnOf(each, language))} AS ${quoted(each.label[language])}`);
  const groups = by.length === 0 ? '' : ` GROUP BY ${by.map(quoted).join(', ')}`;
  return `SELECT ${columns.join(', ')} FROM ${quoted(measurement)} WHERE ${conditions(scope)}${groups} ORDER BY time DESC LIMIT 1`;
}

/** Sum of the newest values of all series. */
export function totalQuery({ measurement, quantities, by }: Query, scope: Scope, language: Language): string {
  const [quantity] = quantities;
  if (quantity === undefined) throw new RangeError('a total needs a quantity');
  const newest = `SELECT last(${quoted(quantity.name)}) AS "newest" FROM ${quoted(measurement)} WHERE ${conditions(scope)} GROUP BY ${by.map(quoted).join(', ')}`;
  return `SELECT sum("newest") AS ${quoted(quantity.label[language])} FROM (${newest})`;
}

/** Positions: a real one per window, so that a season does not return every second. */
export function trackQuery({ measurement, quantities, by }: Query, scope: Scope, language: Language): string {
  const columns = quantities.map(
    ({ name, label }, index) => `last(${quoted(name)}) AS ${quoted(index < 2 ? name : label[language])}`,
  );
  const groups = [WINDOW, ...by.map(quoted)];
  return `SELECT ${columns.join(', ')} FROM ${quoted(measurement)} WHERE ${conditions(scope)} GROUP BY ${groups.join(', ')} fill(none)`;
}

/** Doubtful values as separate points: the store keeps them beside the field, so that its means cover good values only. */
export function doubtfulQuery(
  measurement: string,
  quantity: Quantity,
  by: readonly Tag[],
  scope: Scope,
  language: Language,
): string {
  const groups = [WINDOW, ...by.map(quoted)];
  return `SELECT last(${quoted(doubtedField(quantity.name))}) AS ${quoted(`${quantity.label[language]}${DOUBTFUL[language]}`)} FROM ${quoted(measurement)} WHERE ${conditions(scope)} GROUP BY ${groups.join(', ')} fill(none) tz('${TIMEZONE}')`;
}

export const DOUBTFUL = { zh: '（可疑）', en: ' (doubtful)' } as const;

/** Target and limits of the sites' profiles, as they were at each time. */
export const BAND_COLUMNS = {
  target_high: { zh: '目标上限', en: 'target, upper' },
  target_low: { zh: '目标下限', en: 'target, lower' },
  warn_below: { zh: '注意下限', en: 'warning below' },
  warn_above: { zh: '注意上限', en: 'warning above' },
  critical_below: { zh: '危急下限', en: 'critical below' },
  critical_above: { zh: '危急上限', en: 'critical above' },
} as const;

export function bandQuery(kind: string, field: string, { chosen }: Scope, language: Language): string {
  const columns = Object.entries(BAND_COLUMNS).map(
    ([name, label]) => `last(${quoted(name)}) AS ${quoted(label[language])}`,
  );
  const { park, site } = chosen;
  const scope: Scope = { chosen: { ...(park && { park }), ...(site && { site }) } };
  const own = `"kind" = '${kind}' AND "field" = '${field}'`;
  return `SELECT ${columns.join(', ')} FROM ${quoted(BAND_METRICS)} WHERE ${own} AND ${conditions(scope)} GROUP BY ${WINDOW} fill(previous) tz('${TIMEZONE}')`;
}

/** The values of a variable: `text · id` of what the platform knows, split by `CHOICE_REGEX`; worst first, as the platform dates them. */
export function choicesQuery({ name }: Quantity, language: Language, conditions: readonly string[]): string {
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return `SELECT ${quoted(`${name}_${language}`)} FROM ${quoted(SITE_METRICS)}${where} ORDER BY time DESC LIMIT ${MOST_CHOICES}`;
}

/** Several rounds of the largest parks, so that a selection stays while the platform is down. */
const MOST_CHOICES = 5000;

export function tagValuesQuery(measurement: string, tag: Tag, conditions: readonly string[]): string {
  return `SHOW TAG VALUES FROM ${quoted(measurement)} WITH KEY = ${quoted(tag)} WHERE ${conditions.join(' AND ')}`;
}

/** Last known name of each device: `display_name` in a chart, the site's name in a table. */
export function namesQuery(named: Quantity, kind: string | undefined, { chosen }: Scope, language: Language): string {
  const { park } = chosen;
  const where = [
    ...(kind === undefined ? [] : [`"kind" = '${kind}'`]),
    ...(park === undefined ? [] : [matches('park', park)]),
  ];
  const places = Object.values(PLACE_FIELDS).map(quoted);
  const columns = [`${quoted(columnOf(named, language))} AS ${quoted(named.label[language])}`, ...places];
  return `SELECT ${columns.join(', ')} FROM ${quoted(DEVICE_METRICS)}${where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''} GROUP BY "device" ORDER BY time DESC LIMIT 1`;
}

export const CHOICE_REGEX = '/^(?<text>.*) · (?<value>[^ ]+)$/';

export const matches = (tag: string, variable: string) => `"${tag}" =~ /^\${${variable}:regex}$/`;

function conditions({ chosen }: Scope): string {
  const places = Object.entries(chosen).map(([tag, variable]) => matches(tag, variable));
  return [...places, '$timeFilter'].join(' AND ');
}

/** A strip shows a window in which a pump ran at all as running, as on the page. */
function windowOf({ window, shape }: Quantity): string {
  return window ?? (shape === 'number' ? 'mean' : 'max');
}

function columnOf({ name, shape }: Quantity, language: Language): string {
  return shape === 'text' ? `${name}_${language}` : name;
}

const quoted = (name: string) => `"${name.replaceAll('"', '\\"')}"`;

/** A query of Grafana's InfluxDB datasource; the SDK has no builder for it. */
export class InfluxQuery implements Builder<Dataquery> {
  readonly #model: object;

  constructor(
    refId: string,
    query: string,
    shape: { readonly format: 'time_series' | 'table'; readonly alias?: string },
  ) {
    this.#model = {
      refId,
      datasource: DATASOURCE,
      query,
      rawQuery: true,
      resultFormat: shape.format,
      ...(shape.alias !== undefined && { alias: shape.alias }),
    };
  }

  build(): Dataquery {
    return { ...this.#model, _implementsDataqueryVariant() {} };
  }
}
