/** Charts of a kind, from the shared dashboard definition; one chart per field for fields without a panel. */

import type { Field, Kind } from '../../../sensors/kind.ts';
import type { Panel as AnyPanel, StateTimelinePanel, TimeSeriesPanel } from '../../definition/dashboard.ts';
import { siteDashboard } from '../../definition/site-dashboard.ts';

export type ChartPanelDefinition = TimeSeriesPanel | StateTimelinePanel;

const isChart = (panel: AnyPanel): panel is ChartPanelDefinition =>
  panel.shape === 'timeseries' || panel.shape === 'states';

/** In the order of the kind's file, then battery and signal. */
export function chartsOf(kind: Kind): readonly ChartPanelDefinition[] {
  return siteDashboard(kind).rows.flatMap(({ panels }) => panels.filter(isChart));
}

export const fieldsOf = (panel: ChartPanelDefinition) => panel.query.quantities.map(({ name }) => name);

/** Positions are shown on a map. */
const PLACE = new Set(['latitude', 'longitude']);

export function otherCharts(kind: Kind, has: (field: Field) => boolean): readonly ChartPanelDefinition[] {
  const shown = new Set(chartsOf(kind).flatMap(fieldsOf));
  return kind.fields
    .filter((field) => !shown.has(field.name) && !PLACE.has(field.name) && has(field))
    .map((field) => ({
      shape: field.shape === 'number' ? 'timeseries' : 'states',
      name: `${kind.name}-${field.name}`,
      title: field.label,
      width: 'half',
      query: { measurement: kind.name, quantities: [field], by: ['park', 'site', 'device'] },
    }));
}

export interface StripFields {
  /** Curves on one scale, the first leading. */
  readonly curves: readonly Field[];
  readonly switches: readonly Field[];
  /** Quantities that are sums, such as rain or feed. */
  readonly sum?: Field | undefined;
}

const MOST_SWITCHES = 3;

/** Contents of a kind's strip: the first panel of numbers, the sums, and a few switches. */
export function stripOf(kind: Kind): StripFields {
  const charts = chartsOf(kind);
  const named = (names: readonly string[]) => kind.fields.filter(({ name }) => names.includes(name));
  const [first] = charts.filter(({ shape }) => shape === 'timeseries');
  const bars = charts.find((panel) => panel.shape === 'timeseries' && panel.isBars);
  const inSight = [...kind.primary, ...charts.flatMap(fieldsOf)];
  return {
    curves: first ? named(fieldsOf(first)).filter(({ shape }) => shape === 'number') : [],
    switches: named(inSight)
      .filter(({ shape }) => shape === 'boolean')
      .slice(0, MOST_SWITCHES),
    sum: bars && named(fieldsOf(bars))[0],
  };
}
