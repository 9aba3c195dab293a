/** The dashboards follow from the kinds: complete in both languages, unique in their names, and a new kind appears by itself. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dashboard, Panel } from '../../dashboards/definition/dashboard.ts';
import { dashboardsOf } from '../../dashboards/definition/dashboards.ts';
import { loadKinds } from '../../sensors/kinds.ts';

const kinds = await loadKinds();
const dashboards = dashboardsOf(kinds.values());
const panelsOf = ({ rows }: Dashboard): readonly Panel[] => rows.flatMap(({ panels }) => panels);

describe('the dashboards', () => {
  it('are an overview, one a subplatform, one a kind of site, the devices and the platform', () => {
    expect(dashboards.map(({ name }) => name)).toEqual([
      'overview',
      'smart_rice',
      'smart_fishery',
      'smart_processing',
      'smart_orchard',
      'site-aquaculture_pond',
      'site-cold_chain',
      'site-drone_seeding',
      'site-grain_dryer',
      'site-orchard',
      'site-paddy_water',
      'site-weather_station',
      'devices',
      'platform',
    ]);
  });

  it.each(dashboards.map((dashboard) => [dashboard.name, dashboard] as const))(
    '%s has texts in both languages, names that are unique, and panels that ask for something',
    (_, dashboard) => {
      const panels = panelsOf(dashboard);
      const labels = [dashboard.title, dashboard.about, ...dashboard.rows.map(({ title }) => title)];
      for (const { zh, en } of [...labels, ...panels.map(({ title }) => title)]) {
        expect(zh.trim()).not.toBe('');
        expect(en.trim()).not.toBe('');
        expect(en).not.toMatch(/\p{Script=Han}/u);
      }
      const names = panels.map(({ name }) => name);
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
      const rows = dashboard.rows.map(({ name }) => name);
      expect(new Set(rows).size).toBe(rows.length);
      for (const { panels } of dashboard.rows) expect(panels.length).toBeGreaterThan(0);
      for (const { query } of panels) expect(query.quantities.length).toBeGreaterThan(0);
    },
  );
});

describe('a pond', () => {
  const pond = dashboards.find(({ name }) => name === 'site-aquaculture_pond');
  const panel = (name: string) => pond && panelsOf(pond).find((each) => each.name === name);

  it('shows its oxygen before the band of its profile', () => {
    expect(panel('aquaculture_pond-dissolved_oxygen')).toMatchObject({
      shape: 'timeseries',
      band: 'dissolved_oxygen',
    });
  });

  it('has no track', () => expect(panel('aquaculture_pond-track')).toBeUndefined());
});

it('shows doors as states, rain as sums, and whatever knows its place as a track', () => {
  const all = dashboards.flatMap(panelsOf);
  const find = (name: string) => all.find((each) => each.name === name);
  expect(find('cold_chain-door_open-compressor_on-defrost_on')?.shape).toBe('states');
  expect(find('paddy_water-rainfall')).toMatchObject({ isBars: true, query: { quantities: [{ window: 'sum' }] } });
  expect(find('drone_seeding-track')?.query.quantities.map(({ name }) => name)).toEqual([
    'latitude',
    'longitude',
    'seeding_rate',
  ]);
  expect(find('cold_chain-track')?.query.quantities.at(-1)?.name).toBe('air_temperature');
});

it('takes up a kind that says nothing of panels, from one new file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daoyu-dashboards-'));
  const field = (name: string, unit: string, shape: string) => ({
    name,
    label: { zh: `字段 ${name}`, en: name },
    unit,
    symbol: unit,
    physical: [0, 100],
    resolution: 1,
    decimals: 0,
    shape,
  });
  const dryer = {
    name: 'grain_dryer',
    label: { zh: '烘干机', en: 'Grain dryer' },
    subplatform: 'smart_processing',
    intervalMs: 60_000,
    fields: [
      field('hot_air', 'Cel', 'number'),
      field('grain', 'Cel', 'number'),
      field('burner_on', '1', 'boolean'),
      field('moisture', '%', 'number'),
    ],
    primary: ['moisture'],
    panels: [],
  };
  await writeFile(join(folder, 'grain_dryer.js'), `export default ${JSON.stringify(dryer)};`);
  const made = dashboardsOf((await loadKinds(folder)).values());
  await rm(folder, { recursive: true });
  expect(made.map(({ name }) => name)).toEqual([
    'overview',
    'smart_processing',
    'site-grain_dryer',
    'devices',
    'platform',
  ]);
  const charts = made[2]?.rows.find(({ name }) => name === 'charts')?.panels;
  expect(charts?.map(({ shape, query }) => [shape, query.quantities.map(({ name }) => name)])).toEqual([
    ['timeseries', ['moisture']],
    ['timeseries', ['hot_air', 'grain']],
    ['states', ['burner_on']],
  ]);
});
