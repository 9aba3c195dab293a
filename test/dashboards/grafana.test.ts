/** What stands in Grafana's provisioning folder: up to date, unique, complete in both languages, and nothing that Grafana does not ship. */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ALERT_RULES } from '../../dashboards/grafana/alerting.ts';
import { DATASOURCE, FOLDERS } from '../../dashboards/grafana/names.ts';
import { alertingFiles, provisioningFiles } from '../../dashboards/grafana/provisioning.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { type Dashboard, filled, panelsOf } from './as-grafana.ts';

const FOLDER = fileURLToPath(new URL('../../dashboards/grafana/provisioning/', import.meta.url));
// The parser that @fastify/swagger brings; the platform itself reads no YAML.
const { parse } = createRequire(createRequire(import.meta.url).resolve('@fastify/swagger'))('yaml') as {
  parse(text: string): unknown;
};

const files = provisioningFiles((await loadKinds()).values());
const dashboards = [...files].flatMap(([path, text]) =>
  path.endsWith('.json') ? [{ path, json: JSON.parse(text) as Dashboard }] : [],
);

it('is what "npm run dashboards" writes today', async () => {
  const found = new Map<string, string>();
  for (const entry of await readdir(FOLDER, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(path.slice(FOLDER.length), await readFile(path, 'utf8'));
  }
  expect([...found.keys()].sort()).toEqual([...files.keys()].sort());
  for (const [path, text] of files) expect(found.get(path) === text, `${path} is stale: npm run dashboards`).toBe(true);
});

it('has the folders that Grafana looks for, and alerting is off in them until the other folder is mounted', async () => {
  for (const folder of ['datasources', 'dashboards', 'plugins', 'alerting'])
    expect(parse(files.get(`${folder}/daoyu.yaml`) ?? '')).toMatchObject({ apiVersion: 1 });
  expect(parse(files.get('alerting/daoyu.yaml') ?? '')).toEqual({ apiVersion: 1 });
  const found = await readdir(join(FOLDER, '../alerting'));
  expect(found.sort()).toEqual([...alertingFiles().keys()].sort());
  for (const [path, text] of alertingFiles())
    expect(await readFile(join(FOLDER, '../alerting', path), 'utf8'), `${path} is stale`).toBe(text);
});

it('has alert rules whose condition stands on the query, and that silence never resolves', () => {
  const { groups } = parse(alertingFiles().get('rules.yaml') ?? '') as {
    readonly groups: readonly [{ readonly rules: readonly Rule[] }];
  };
  interface Rule {
    readonly uid: string;
    readonly condition: string;
    readonly noDataState: string;
    readonly execErrState: string;
    readonly data: readonly { readonly refId: string; readonly datasourceUid: string; readonly model: Model }[];
  }
  interface Model {
    readonly refId: string;
    readonly expression?: string;
    readonly query?: string;
  }
  const [{ rules }] = groups;
  expect(rules.map(({ uid }) => uid)).toEqual(ALERT_RULES.map(({ uid }) => uid));
  for (const { condition, noDataState, execErrState, data } of rules) {
    expect(noDataState).not.toBe('OK');
    expect(execErrState).toBe('Alerting');
    const byId = new Map(data.map((each) => [each.refId, each]));
    // From the condition back to the query, each step standing on the one before.
    let step = byId.get(condition);
    while (step?.model.expression !== undefined) step = byId.get(step.model.expression);
    expect(step?.datasourceUid).toBe(DATASOURCE.uid);
    expect(step?.model.query).toContain('$timeFilter');
    // Grafana's server fills in what it knows; nobody fills in a variable of a dashboard.
    expect(step?.model.query?.replaceAll('$timeFilter', '')).not.toContain('$');
  }
  expect(ALERT_RULES.filter(({ noData }) => noData === 'Alerting').length).toBe(1);
});

it('is the same whenever it is written', async () => {
  expect([...provisioningFiles((await loadKinds()).values())]).toEqual([...files]);
});

it('provisions one datasource and one folder a language, with UIDs of ours', () => {
  expect(parse(files.get('datasources/daoyu.yaml') ?? '')).toMatchObject({
    apiVersion: 1,
    datasources: [{ ...DATASOURCE, access: 'proxy', jsonData: { version: 'InfluxQL', dbName: '$INFLUX_DATABASE' } }],
  });
  expect(parse(files.get('dashboards/daoyu.yaml') ?? '')).toMatchObject({
    apiVersion: 1,
    providers: (['zh', 'en'] as const).map((language) => ({
      name: `daoyu-${language}`,
      type: 'file',
      folder: FOLDERS[language].title,
      folderUid: FOLDERS[language].uid,
      allowUiUpdates: false,
      options: { path: `/etc/grafana/provisioning/dashboards/${language}` },
    })),
  });
});

it('meets the Compose file: the folder it mounts, and every variable that the datasource asks for', async () => {
  const file = await readFile(fileURLToPath(new URL('../../docker-compose.yml', import.meta.url)), 'utf8');
  const { services } = parse(file) as {
    readonly services: Readonly<
      Record<string, { readonly environment?: Readonly<Record<string, string>>; readonly volumes?: readonly string[] }>
    >;
  };
  expect(services.grafana?.volumes).toContain('./dashboards/grafana/provisioning:/etc/grafana/provisioning:ro');
  const asked = [...(files.get('datasources/daoyu.yaml') ?? '').matchAll(/\$([A-Z_]+)/g)].map(([, name]) => name ?? '');
  expect(asked.sort()).toEqual(['INFLUX_DATABASE', 'INFLUX_TOKEN', 'INFLUX_URL']);
  for (const name of asked) expect(services.grafana?.environment?.[name]).toBeTruthy();
});

it('gives each dashboard a UID that never changes', () => {
  const uids = dashboards.map(({ json }) => json.uid);
  expect(uids).toEqual(
    ['', '-en'].flatMap((suffix) =>
      [
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
      ].map((name) => `daoyu-${name}${suffix}`),
    ),
  );
  expect(new Set(uids).size).toBe(uids.length);
  for (const uid of uids) expect(uid).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
});

/** Panels that every Grafana since version 9 ships. */
const SHIPPED = ['stat', 'timeseries', 'state-timeline', 'table', 'geomap', 'row'];

describe.each(dashboards.map(({ path, json }) => [path, json] as const))('%s', (path, json) => {
  const isEnglish = path.includes('/en/');

  it('is in Beijing time, and texts are in its language', () => {
    expect(json.timezone).toBe('Asia/Shanghai');
    expect(json.tags).toContain(isEnglish ? 'daoyu-en' : 'daoyu-zh');
    if (isEnglish) expect(JSON.stringify(json)).not.toMatch(/\p{Script=Han}/u);
    else expect(json.title).toMatch(/\p{Script=Han}/u);
  });

  it('needs no plugin that Grafana does not ship', () => {
    for (const panel of [...json.panels, ...panelsOf(json)]) expect(SHIPPED).toContain(panel.type);
  });

  it('has panels with a title, a unit, words for no data, and places that do not overlap', () => {
    const ids = [...json.panels, ...json.panels.flatMap(({ panels = [] }) => panels)].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const panel of panelsOf(json)) {
      expect(panel.title.trim(), `title of ${panel.id}`).not.toBe('');
      expect(panel.fieldConfig?.defaults.unit, `unit of ${panel.title}`).toBeTruthy();
      expect(panel.fieldConfig?.defaults.noValue, `words of ${panel.title}`).toBeTruthy();
    }
    const taken = new Set<string>();
    for (const { gridPos, title } of panelsOf(json)) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`), `${title} lies on another panel`).toBe(false);
          taken.add(`${x},${y}`);
        }
    }
  });

  it('asks only our datasource, and never for more than the time in sight', () => {
    for (const { targets = [], title } of panelsOf(json)) {
      expect(targets.length, title).toBeGreaterThan(0);
      for (const target of targets) {
        expect(target.datasource.uid).toBe(DATASOURCE.uid);
        expect(target.rawQuery).toBe(true);
        // Names are the last known ones, whatever time is in sight.
        if (target.refId !== 'N') expect(target.query).toContain('$timeFilter');
      }
    }
  });

  it('leaves nothing for InfluxDB to fill in, and no macro escaped, once Grafana is done with a query', () => {
    for (const { targets = [], title } of panelsOf(json))
      for (const target of targets)
        expect(filled(target, new Map(), { from: 0, to: 60_000 }, 20_000), title).not.toMatch(/[$\\]\w/);
  });

  it('uses only variables that it has', () => {
    const names = new Set(json.templating.list?.map(({ name }) => name));
    const asked = [...JSON.stringify(panelsOf(json)).matchAll(/\$\{(\w+):regex\}/g)].map(([, name]) => name);
    const repeated = panelsOf(json).flatMap(({ repeat }) => (repeat ? [repeat] : []));
    for (const name of [...asked, ...repeated]) expect(names).toContain(name);
  });
});
