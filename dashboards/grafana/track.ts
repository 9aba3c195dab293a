/** Tracks on Grafana's geomap, coloured by the measured value. */
import * as common from '@grafana/grafana-foundation-sdk/common';
import { FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import * as geomap from '@grafana/grafana-foundation-sdk/geomap';
import type { TrackPanel } from '../definition/dashboard.ts';
import type { Drawing } from './charts.ts';
import { InfluxQuery, trackQuery } from './influxql.ts';
import { unitOf } from './units.ts';
import { WORDS } from './words.ts';

export function trackPanel(panel: TrackPanel, { scope, language, shortest }: Drawing): geomap.PanelBuilder {
  const value = panel.query.quantities.at(-1);
  if (value === undefined) throw new RangeError(`panel ${panel.name} shows nothing`);
  const name = value.label[language];
  return new geomap.PanelBuilder()
    .interval(shortest)
    .maxDataPoints(2000)
    .withTarget(new InfluxQuery('A', trackQuery(panel.query, scope, language), { format: 'table' }))
    .unit(unitOf(value))
    .decimals(value.decimals)
    .noValue(WORDS.noData[language])
    .overrideByName(name, [{ id: 'color', value: { mode: FieldColorModeId.ContinuousBlYlRd } }])
    .overrideByName('latitude', PLACE)
    .overrideByName('longitude', PLACE)
    .view(new geomap.MapViewConfigBuilder().id('fit').allLayers(true).padding(10).maxZoom(18))
    .controls(
      new geomap.ControlsOptionsBuilder().showZoom(true).mouseWheelZoom(false).showScale(true).showAttribution(true),
    )
    .basemap(new common.MapLayerOptionsBuilder().type('default').name('Basemap'))
    .layers([
      new common.MapLayerOptionsBuilder()
        .type('markers')
        .name(name)
        .tooltip(true)
        .location({
          build: () => ({ mode: common.FrameGeometrySourceMode.Coords, latitude: 'latitude', longitude: 'longitude' }),
        })
        .config({
          showLegend: true,
          style: {
            color: { field: name, fixed: 'dark-blue' },
            opacity: 0.8,
            size: { fixed: 4, min: 2, max: 12 },
            symbol: { fixed: 'img/icons/marker/circle.svg', mode: 'fixed' },
          },
        }),
    ])
    .tooltip(new geomap.TooltipOptionsBuilder().mode(geomap.TooltipMode.Details));
}

const PLACE = [
  { id: 'unit', value: 'degree' },
  { id: 'decimals', value: 5 },
];
