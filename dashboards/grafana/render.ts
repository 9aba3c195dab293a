/** Renders a dashboard definition as Grafana JSON, in one language. */

import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type GridPos,
  type Dashboard as Json,
  type Panel as PanelJson,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { TIMEZONE } from '../../base/beijing-time.ts';
import type { Language } from '../../sensors/format.ts';
import { silentAfterMs } from '../../sensors/silence.ts';
import type { Dashboard, Panel, Row } from '../definition/dashboard.ts';
import { METRICS_EVERY_MS } from '../definition/platform-metrics.ts';
import { ALARM_ROWS_HEIGHT, alarmAnnotations, alarmTable } from './alarms.ts';
import { type Drawing, stateTimeline, timeSeries } from './charts.ts';
import { DATASOURCE, siteVariableOf, uidOf } from './names.ts';
import { statPanel, tablePanel } from './newest.ts';
import { trackPanel } from './track.ts';
import { scopeOf, variablesOf } from './variables.ts';
import { WORDS } from './words.ts';

export function renderDashboard(dashboard: Dashboard, language: Language): Json {
  const tag = `daoyu-${language}`;
  const built = new DashboardBuilder(dashboard.title[language])
    .uid(uidOf(dashboard, language))
    .description(dashboard.about[language])
    .tags(['daoyu', tag])
    .timezone(TIMEZONE)
    .weekStart('monday')
    .editable()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: dashboard.choice === 'parks' || dashboard.choice === 'none' ? 'now-6h' : 'now-24h', to: 'now' })
    .refresh('30s')
    .variables([...variablesOf(dashboard, language)])
    .link(linkTo(WORDS.others[language], [tag]).asDropdown(true));
  const numbers = counter();
  const hasAlarms = dashboard.choice !== 'none';
  if (hasAlarms) {
    const { header, panel } = alarmTable(dashboard, language);
    built.withRow(header).withPanel(panel);
  }
  let y = hasAlarms ? ALARM_ROWS_HEIGHT : 0;
  for (const row of dashboard.rows) {
    const header = new RowBuilder(row.title[language]).id(numbers()).gridPos({ x: 0, y, w: 24, h: 1 });
    y += 1;
    const placed = placedPanels(row.panels, y);
    y = placed.reduce((low, { grid }) => Math.max(low, grid.y + grid.h), y);
    const panels = placed.map(({ panel, grid }) => renderPanel(dashboard, row, panel, language, grid, numbers()));
    // Grafana keeps the panels of a collapsed row inside it, and those of an open row after it.
    if (row.isFolded) {
      header.collapsed(true);
      for (const panel of panels) header.withPanel(panel);
    }
    built.withRow(header.collapsed(row.isFolded === true));
    if (!row.isFolded) for (const panel of panels) built.withPanel(panel);
  }
  const { links = [], ...made } = JSON.parse(JSON.stringify(built.build())) as Json;
  // By the SDK's default, newer versions would hide the links in a menu.
  const annotations = hasAlarms && {
    annotations: { list: alarmAnnotations(dashboard, language) } as Json['annotations'],
  };
  return {
    ...made,
    ...annotations,
    schemaVersion: SCHEMA_VERSION,
    links: links.map(({ placement: _, ...link }) => link),
  };
}

/** Schema of Grafana 11.0: later versions migrate from it, and nothing newer is required. */
const SCHEMA_VERSION = 39;

function renderPanel(
  dashboard: Dashboard,
  { kind, each }: Row,
  panel: Panel,
  language: Language,
  grid: GridPos,
  id: number,
): Builder<PanelJson> {
  const isRepeated = each === 'site' && kind !== undefined;
  const variable = kind && siteVariableOf(dashboard, kind);
  const drawing: Drawing = {
    scope: scopeOf(dashboard, kind),
    language,
    silenceMs: silentAfterMs(kind?.intervalMs ?? METRICS_EVERY_MS, SHORTEST_SILENCE_MS),
    isIntermittent: kind?.isIntermittent === true,
    shortest: kind?.isIntermittent ? '1s' : '10s',
  };
  const built = draw(panel, drawing);
  const title = panel.title[language];
  built
    .title(isRepeated ? `${title} · $${variable}` : title)
    .datasource(DATASOURCE)
    .gridPos(grid)
    .id(id);
  if (panel.about) built.description(panel.about[language]);
  if (isRepeated && variable !== undefined)
    built
      .repeat(variable)
      .repeatDirection('h')
      .maxPerRow(Math.floor(24 / grid.w));
  return built;
}

const SHORTEST_SILENCE_MS = 60_000;

function draw(panel: Panel, drawing: Drawing) {
  switch (panel.shape) {
    case 'stat':
      return statPanel(panel, drawing);
    case 'table':
      return tablePanel(panel, drawing);
    case 'timeseries':
      return timeSeries(panel, drawing);
    case 'states':
      return stateTimeline(panel, drawing);
    case 'track':
      return trackPanel(panel, drawing);
  }
}

const WIDTHS: Readonly<Record<Panel['width'], number>> = { sixth: 4, quarter: 6, third: 8, half: 12, full: 24 };
const HEIGHTS: Readonly<Record<Panel['shape'], number>> = { stat: 4, timeseries: 8, states: 6, table: 9, track: 12 };
/** Twenty rows of a name each, and the pages below. */
const FLEET_HEIGHT = 18;

function heightOf(panel: Panel): number {
  const isFleet = panel.shape === 'states' && panel.query.by.includes('kind');
  return isFleet ? FLEET_HEIGHT : HEIGHTS[panel.shape];
}

/** From left to right, with a new line if the next panel does not fit. */
function placedPanels(
  panels: readonly Panel[],
  top: number,
): readonly { readonly panel: Panel; readonly grid: GridPos }[] {
  let [x, y, height] = [0, top, 0];
  return panels.map((panel) => {
    const w = WIDTHS[panel.width];
    const h = heightOf(panel);
    if (x + w > 24) [x, y, height] = [0, y + height, 0];
    const grid = { x, y, w, h };
    x += w;
    height = Math.max(height, h);
    return { panel, grid };
  });
}

function linkTo(title: string, tags: string[]): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Dashboards).tags(tags).includeVars(true).keepTime(true);
}

function counter(): () => number {
  let last = 0;
  return () => ++last;
}
