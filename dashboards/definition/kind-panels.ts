/** Panels of a kind, derived from its file. */
import type { Field, Kind, Panel as KindPanel } from '../../sensors/kind.ts';
import type {
  Panel,
  Quantity,
  Query,
  StateTimelinePanel,
  StatPanel,
  TablePanel,
  Tag,
  TimeSeriesPanel,
  TrackPanel,
} from './dashboard.ts';

const SITE: readonly Tag[] = ['park', 'site', 'device'];

export function fieldsNamed(kind: Kind, names: readonly string[]): readonly Field[] {
  return names.flatMap((name) => kind.fields.filter((field) => field.name === name));
}

function queryOf(kind: Kind, quantities: readonly Quantity[]): Query {
  return { measurement: kind.name, quantities, by: SITE };
}

/** One panel of the kind's file: a state timeline if it holds only states, otherwise curves. */
export function chartOf(kind: Kind, panel: KindPanel, width: Panel['width']): TimeSeriesPanel | StateTimelinePanel {
  const fields = fieldsNamed(kind, panel.fields);
  const shared = { name: `${kind.name}-${panel.fields.join('-')}`, title: panel.title, width };
  if (fields.every(({ shape }) => shape !== 'number'))
    return { ...shared, shape: 'states', query: queryOf(kind, fields) };
  const isSum = fields.every(({ isIntervalSum }) => isIntervalSum);
  const quantities = fields.map((field): Quantity => (field.isIntervalSum ? { ...field, window: 'sum' } : field));
  const band = fields[0]?.shape === 'number' && !isSum ? fields[0].name : undefined;
  return {
    ...shared,
    shape: 'timeseries',
    query: queryOf(kind, quantities),
    ...(isSum && { isBars: true as const }),
    ...(band !== undefined && { band }),
  };
}

/** Positions of the device, for kinds that report them, coloured by the most important value. */
export function trackOf(kind: Kind, width: Panel['width']): TrackPanel | undefined {
  const places = fieldsNamed(kind, ['latitude', 'longitude']);
  const [value] = fieldsNamed(kind, kind.primary).filter(({ shape }) => shape === 'number');
  if (places.length < 2 || value === undefined) return undefined;
  return {
    shape: 'track',
    name: `${kind.name}-track`,
    title: { zh: `${kind.label.zh}轨迹 · ${value.label.zh}`, en: `${kind.label.en} track · ${value.label.en}` },
    about: {
      zh: 'WGS-84 坐标，未做偏移。',
      en: 'WGS-84 coordinates, not shifted.',
    },
    width,
    query: queryOf(kind, [...places, value]),
  };
}

/** The primary values of every device, one row each, with their age. */
export function latestTableOf(kind: Kind): TablePanel {
  return {
    shape: 'table',
    name: `${kind.name}-latest`,
    title: { zh: `${kind.label.zh} · 最新值`, en: `${kind.label.en} · newest values` },
    width: 'full',
    query: queryOf(kind, fieldsNamed(kind, kind.primary)),
    linksToSite: true,
  };
}

/** Each primary value as a large number. */
export function statsOf(kind: Kind): readonly StatPanel[] {
  return fieldsNamed(kind, kind.primary).map((field) => ({
    shape: 'stat',
    name: `${kind.name}-now-${field.name}`,
    title: field.label,
    width: 'quarter',
    query: queryOf(kind, [field]),
  }));
}

/** The most important value of all sites in one chart; without a band, because each site has its own. */
export function comparisonOf(kind: Kind, width: Panel['width']): TimeSeriesPanel | undefined {
  const [field] = fieldsNamed(kind, kind.primary);
  if (field === undefined) return undefined;
  return {
    shape: 'timeseries',
    name: `${kind.name}-compared`,
    title: { zh: `${kind.label.zh} · ${field.label.zh}`, en: `${kind.label.en} · ${field.label.en}` },
    width,
    query: queryOf(kind, [field]),
  };
}

/** The device's own state: battery and signal. */
export function powerAndSignalOf(kind: Kind, width: Panel['width']): readonly TimeSeriesPanel[] {
  return fieldsNamed(kind, ['battery_level', 'battery_voltage', 'rssi']).map((field) => ({
    shape: 'timeseries',
    name: `${kind.name}-device-${field.name}`,
    title: field.label,
    width,
    query: queryOf(kind, [field]),
  }));
}
