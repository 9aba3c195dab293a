/**
 * What a dashboard is, whoever draws it: Grafana (dashboards/grafana) and the page (dashboards/page) consume the same ones.
 *
 * How a view consumes it: take `dashboardsOf(kinds)` (dashboards.ts), find the dashboard by `name` (`overview`, a subplatform such as
 * `smart_fishery`, `site-aquaculture_pond`, `devices`, `platform`), and draw its rows and panels in their order. A panel carries the
 * fields themselves, so labels, symbols, decimals and choices need no look-up. A row with `each: 'site'` is drawn once for every visible
 * site (small multiples); a site dashboard is drawn for one site. `band` names the field whose limits the *site's own profile* defines:
 * target area and limit lines behind the curves; it is absent if no limits are to be drawn. A view leaves out panels for which it has no
 * data (platform metrics on the page).
 */
import type { Field, Kind } from '../../sensors/kind.ts';
import type { Label } from '../../sensors/label.ts';
import type { SUBPLATFORMS } from '../../sensors/subplatforms.ts';

export interface Dashboard {
  /** Never changes: URLs and Grafana UIDs contain it. */
  readonly name: string;
  readonly title: Label;
  readonly about: Label;
  /** Kinds whose sites it shows. */
  readonly kinds: readonly Kind[];
  readonly subplatform?: keyof typeof SUBPLATFORMS;
  /** What the reader can filter by: parks; parks and sites of its kinds; exactly one site; nothing. */
  readonly choice: 'parks' | 'sites' | 'site' | 'none';
  readonly rows: readonly Row[];
}

export interface Row {
  /** Unique within the dashboard. */
  readonly name: string;
  readonly title: Label;
  /** Drawn once for each site of `kind`. */
  readonly each?: 'site';
  /** Whose sites the panels are about. */
  readonly kind?: Kind;
  /** Collapsed at first. */
  readonly isFolded?: true;
  readonly panels: readonly Panel[];
}

/** A value with its name and unit: a field of a kind, or a metric of the platform. */
export type Quantity = Pick<Field, 'name' | 'label' | 'unit' | 'symbol' | 'decimals' | 'choices'> & {
  /** `text` is kept in both languages (`reason_zh`, `reason_en`); `moment` is epoch ms, shown as an age. */
  readonly shape: Field['shape'] | 'text' | 'moment';
  /** How a window of readings becomes one value; absent: the mean of numbers, the maximum of states ("it ran at all"). */
  readonly window?: 'mean' | 'max' | 'sum' | 'last';
};

export type Tag = 'park' | 'site' | 'device' | 'kind' | 'consumer';

/** The query to the store, always within the visible time range. */
export interface Query {
  /** A kind's name, or a measurement of figures.ts. */
  readonly measurement: string;
  readonly quantities: readonly Quantity[];
  /** One line or table row for each. */
  readonly by: readonly Tag[];
}

interface Shown {
  /** Unique within the dashboard. */
  readonly name: string;
  readonly title: Label;
  /** A note for the reader, one sentence. */
  readonly about?: Label;
  /** Share of the width of a desk screen. */
  readonly width: 'sixth' | 'quarter' | 'third' | 'half' | 'full';
  readonly query: Query;
}

/** The newest value of each quantity by measured time, with its age beside it. */
export interface StatPanel extends Shown {
  readonly shape: 'stat';
  /** The values of all sites add up (counts of devices); absent: one value for each of `query.by`. */
  readonly isTotal?: true;
}

/** Curves over time; gaps stay gaps. Quantities that are states are drawn as steps. */
export interface TimeSeriesPanel extends Shown {
  readonly shape: 'timeseries';
  /** Sums of a window (rain) are bars. */
  readonly isBars?: true;
  /** Field of the site's profile whose target and limits are drawn behind the curves. */
  readonly band?: string;
}

/** On and off, open and closed, along time. */
export interface StateTimelinePanel extends Shown {
  readonly shape: 'states';
}

/** The newest values of each device, one row each, with their age. */
export interface TablePanel extends Shown {
  readonly shape: 'table';
  /** The quantity by which rows are ordered, highest first. */
  readonly worstFirst?: string;
  /** A row leads to the site's own dashboard. */
  readonly linksToSite?: true;
}

/** Positions, coloured by the last quantity (the first two are latitude and longitude, WGS-84). */
export interface TrackPanel extends Shown {
  readonly shape: 'track';
}

export type Panel = StatPanel | TimeSeriesPanel | StateTimelinePanel | TablePanel | TrackPanel;
