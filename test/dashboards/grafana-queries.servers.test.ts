/** Every query of every panel, filled in as Grafana does, against a real InfluxDB that holds the whole demo fleet: no panel is empty, and each column is the one the panel draws. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALERT_RULES } from '../../dashboards/grafana/alerting.ts';
import { BAND_COLUMNS } from '../../dashboards/grafana/influxql.ts';
import { provisioningFiles } from '../../dashboards/grafana/provisioning.ts';
import { seeds } from '../../seeds/seeds.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { hasInflux } from '../servers/influx.ts';
import {
  type Choice,
  type Choices,
  type Dashboard,
  type Frame,
  filled,
  framesOf,
  interpolated,
  intervalMsOf,
  optionsOf,
  type Panel,
  panelsOf,
  sightOf,
  type Target,
  transformed,
} from './as-grafana.ts';
import { type FilledInflux, FROM, NOW, openFilledInflux, SILENT } from './filled-influx.ts';

const dashboards = [...provisioningFiles((await loadKinds()).values())].flatMap(([path, text]) =>
  path.endsWith('.json') ? [[path, JSON.parse(text) as Dashboard] as const] : [],
);
const SIGHT = { from: FROM, to: NOW };
const BANDS: readonly string[] = Object.values(BAND_COLUMNS).flatMap(({ zh, en }) => [zh, en]);

function find(wanted: string): Dashboard {
  const found = dashboards.find(([path]) => path === wanted)?.[1];
  if (found === undefined) throw new Error(`there is no ${wanted}`);
  return found;
}

describe.runIf(hasInflux())('with a real influxd', () => {
  let influx: FilledInflux;
  beforeAll(async () => {
    influx = await openFilledInflux();
  }, 120_000);
  afterAll(() => influx.close());

  /** The variables as they stand when the dashboard is opened: All where there is one, else the first. */
  async function choicesOf({ templating }: Dashboard): Promise<Choices> {
    const choices = new Map<string, readonly Choice[]>();
    for (const variable of templating.list ?? []) {
      const series = await influx.ask(interpolated(variable.query, choices));
      const options = optionsOf(
        variable,
        series.flatMap(({ values }) => values.map(([, value]) => String(value))),
      );
      expect(options.length, `choices of ${variable.name}`).toBeGreaterThan(0);
      choices.set(variable.name, variable.includeAll ? options : options.slice(0, 1));
    }
    return choices;
  }

  async function ask(panel: Panel, target: Target, choices: Choices): Promise<readonly Frame[]> {
    const sight = sightOf(panel, SIGHT);
    return framesOf(target, await influx.ask(filled(target, choices, sight, intervalMsOf(panel, sight))));
  }

  const deviceIds = seeds.devices.map(({ device }) => device);
  const isFilled = (values: readonly unknown[] | undefined) => values?.some((value) => value !== null) ?? false;

  describe.each(dashboards)('%s', (_, dashboard) => {
    it.each(panelsOf(dashboard).map((panel) => [panel.title, panel] as const))('%s', async (_, panel) => {
      const choices = new Map(await choicesOf(dashboard));
      const repeated = panel.repeat === undefined ? undefined : choices.get(panel.repeat);
      // A repeated panel is asked once for each site.
      for (const one of repeated ?? [undefined]) {
        if (panel.repeat !== undefined && one !== undefined) choices.set(panel.repeat, [one]);
        const all: Frame[] = [];
        for (const target of panel.targets ?? []) {
          const frames = await ask(panel, target, choices);
          check(panel, target, frames);
          all.push(...frames);
        }
        const drawn = transformed(all, panel.transformations);
        checkDrawn(panel, drawn);
        checkLooks(panel, drawn);
      }
    });
  });

  /** An override that matches nothing is a look that nobody sees. */
  function checkLooks({ title, fieldConfig, transformations = [] }: Panel, frames: readonly Frame[]): void {
    const renamed = transformations.flatMap((each) =>
      each.id === 'organize' ? Object.values(each.options.renameByName) : [],
    );
    const names = frames.flatMap(({ name, fields }) => [name, ...Object.keys(fields)]).concat(renamed);
    for (const { matcher } of fieldConfig?.overrides ?? []) {
      if (matcher.id === 'byName' && !BANDS.includes(matcher.options)) expect(names, title).toContain(matcher.options);
      if (matcher.id !== 'byRegexp') continue;
      const pattern = new RegExp(matcher.options.replace(/^\/|\/$/g, ''));
      expect(
        names.some((name) => pattern.test(name)),
        `${title}: ${matcher.options} among ${names}`,
      ).toBe(true);
    }
  }

  /** Every column that a table puts in its place is there; a fleet's curves are named as its sites are, and none is nameless. */
  function checkDrawn({ title, targets = [], transformations = [] }: Panel, [frame]: readonly Frame[]): void {
    const columns = Object.keys(frame?.fields ?? {});
    for (const each of transformations) {
      if (each.id === 'organize')
        for (const name of [...Object.keys(each.options.indexByName), ...Object.keys(each.options.renameByName)])
          expect(columns, title).toContain(name);
      if (each.id !== 'groupingToMatrix') continue;
      const asked = seeds.devices.filter(({ kind }) => targets.some(({ query }) => query.includes(kind)));
      // Beside the time, a curve of each of at least two devices, or of the one that there is.
      expect(columns.length, title).toBeGreaterThan(Math.min(2, asked.length));
      for (const name of columns.filter((column) => column !== 'Time')) {
        expect(name, title).not.toBe('null');
        expect(deviceIds, title).not.toContain(name);
      }
    }
  }

  function check(panel: Panel, target: Target, frames: readonly Frame[]): void {
    const where = `${panel.title} ${target.refId}`;
    const names = frames.map(({ name }) => name);
    if (target.refId === 'B') {
      // Not every profile limits every field; what it limits is drawn under the names that the panel gives a look.
      for (const name of names) expect(BANDS, where).toContain(name);
      return;
    }
    expect(frames.length, where).toBeGreaterThan(0);
    const wanted = [...target.query.matchAll(/ AS "([^"]+)"/g)]
      .map(([, name]) => name ?? '')
      .filter((name) => name !== 'newest');
    if (target.resultFormat === 'table') {
      const [frame] = frames;
      for (const name of wanted) expect(isFilled(frame?.fields[name]), `${where}: ${name}`).toBe(true);
      expect(isFilled(frame?.fields.Time), `${where}: Time`).toBe(true);
      return;
    }
    for (const frame of frames) expect(isFilled(frame.fields.Value), `${where}: ${frame.name}`).toBe(true);
    if (target.alias?.includes('$col')) {
      for (const name of wanted)
        expect(
          names.some((each) => each === name || each.startsWith(`${name} · `)),
          `${where}: ${name} among ${names}`,
        ).toBe(true);
    }
    expect(new Set(names).size, `${where}: ${names}`).toBe(names.length);
  }

  it('marks the alarms of the chosen place on the charts, from opening on, with what is wrong', async () => {
    for (const path of ['dashboards/zh/site-aquaculture_pond.json', 'dashboards/en/overview.json']) {
      const dashboard = find(path);
      const choices = await choicesOf(dashboard);
      const marks = dashboard.annotations?.list?.filter(({ datasource }) => datasource.uid === 'daoyu-influxdb') ?? [];
      expect(marks, path).toHaveLength(2);
      const [critical, warning] = await Promise.all(
        marks.map(async ({ target }) => {
          if (target === undefined) throw new Error('no target');
          return await influx.ask(filled(target, choices, SIGHT, 10_000));
        }),
      );
      expect(warning, path).toEqual([]);
      expect(critical?.[0]?.values[0]?.slice(0, 2), path).toEqual([
        NOW - 3_600_000,
        path.includes('/zh/') ? '无数据' : 'no data',
      ]);
    }
  });

  it('keeps a device in a table that reported nothing in this time, with dashes where its values would be', async () => {
    const overview = find('dashboards/en/overview.json');
    const table = panelsOf(overview).find(({ title }) => title === 'Aquaculture pond · newest values');
    if (table === undefined) throw new Error('no table of ponds');
    const choices = await choicesOf(overview);
    const sight = { from: NOW - 3_600_000, to: NOW };
    const frames: Frame[] = [];
    for (const target of table.targets ?? [])
      frames.push(...framesOf(target, await influx.ask(filled(target, choices, sight, 10_000))));
    const [frame] = transformed(frames, table.transformations);
    const row = frame?.fields.device?.indexOf(SILENT) ?? -1;
    expect(frame?.fields['site name']?.[row]).toBe('Gantang crayfish pond 2');
    expect(frame?.fields['dissolved oxygen']?.[row]).toBeNull();
    // The row's link still leads to its own site.
    expect(frame?.fields.site_id?.[row]).toBe('gantang-pond-2');
    const all = table.fieldConfig?.overrides?.find(({ matcher }) => matcher.options === '/.*/');
    expect(all).toMatchObject({ properties: [{ id: 'noValue', value: '–' }] });
  });

  it('offers sites by their names in the language of the dashboard, those of its kind only', async () => {
    const zh = find('dashboards/zh/site-aquaculture_pond.json');
    const en = find('dashboards/en/smart_fishery.json');
    expect((await choicesOf(zh)).get('site')?.[0]?.text).toMatch(/塘/);
    const sites = (await choicesOf(en)).get('site_aquaculture_pond') ?? [];
    expect(sites).toContainEqual({ text: 'Zhuxi pond 3, Renshi', value: 'zhuxi-pond-3' });
    expect(sites.map(({ value }) => value).filter((id) => /paddy|reefer|drone|field/.test(id))).toEqual([]);
  });

  it('has alert rules that fire for whom the platform holds critical or unknown, and for nobody else', async () => {
    const states = await influx.ask('SELECT last("state") FROM "daoyu_device" GROUP BY "device"');
    const stateOf = new Map(states.map(({ tags, values }) => [tags?.device, Number(values[0]?.[1])]));
    expect(stateOf.get(SILENT)).toBe(2);
    for (const { uid, query, fires } of ALERT_RULES) {
      const series = await influx.ask(query.replace('$timeFilter', `time >= ${NOW - 300_000}ms and time <= ${NOW}ms`));
      expect(series.length, uid).toBeGreaterThan(0);
      const firing = series.filter(({ values: [row] }) => {
        const value = Number(row?.[1]);
        return fires.type === 'gt' ? value > fires.than : value < fires.than;
      });
      const worstFrom = { 'daoyu-critical': 3, 'daoyu-unknown': 2 }[uid];
      const expected =
        worstFrom === undefined ? [] : [...stateOf].filter(([, state]) => state >= worstFrom).map(([device]) => device);
      expect(firing.map(({ tags }) => tags?.device).sort(), uid).toEqual(expected.sort());
    }
  });

  it('opens with the worst site of its kind', async () => {
    const states = await influx.ask('SELECT last("state") FROM "daoyu_device" GROUP BY "site", "kind"');
    for (const kind of influx.kinds.keys()) {
      const ofKind = states.filter(({ tags }) => tags?.kind === kind);
      const worst = Math.max(...ofKind.map(({ values }) => Number(values[0]?.[1])));
      const [first] = (await choicesOf(find(`dashboards/en/site-${kind}.json`))).get('site') ?? [];
      const opened = ofKind.filter(({ tags }) => tags?.site === first?.value).map(({ values }) => values[0]?.[1]);
      expect(opened, `${kind} opens ${first?.value}`).toContain(worst);
    }
  });

  it("draws behind a curve what the site's own profile says of the field, all of it", async () => {
    const bandsOf = async (path: string, title: string, chosen: Readonly<Record<string, string>>) => {
      const panel = panelsOf(find(path)).find((each) => each.title === title && each.type === 'timeseries');
      const target = panel?.targets?.find(({ refId }) => refId === 'B');
      if (panel === undefined || target === undefined) throw new Error(`${title} has no band`);
      const choices = new Map(Object.entries(chosen).map(([name, value]) => [name, [{ text: value, value }]]));
      const frames = await ask(panel, target, choices);
      return Object.fromEntries(frames.map(({ name, fields }) => [name, fields.Value?.at(-1)]));
    };
    expect(
      await bandsOf('dashboards/en/site-aquaculture_pond.json', 'Dissolved oxygen', {
        park: 'daoyu',
        site: 'zhuxi-pond-1',
      }),
    ).toEqual({
      'target, lower': 5,
      'target, upper': 12,
      'warning below': 4,
      'warning above': null,
      'critical below': 3,
      'critical above': null,
    });
    // A field that dries may wait longer than one that floods, so the profile says it in two bands.
    expect(
      await bandsOf('dashboards/zh/site-paddy_water.json', '田面水位', { park: 'daoyu', site: 'gantang-paddy-1' }),
    ).toEqual({ 目标下限: -150, 目标上限: 30, 注意下限: -150, 注意上限: 70, 危急下限: -200, 危急上限: 100 });
  });

  it('says of a silent device that it is unknown and why, and draws its silence as a gap', async () => {
    const overview = find('dashboards/en/overview.json');
    const table = panelsOf(overview).find(({ title }) => title.startsWith('State of every site'));
    const [target] = table?.targets ?? [];
    if (table === undefined || target === undefined) throw new Error('no table of states');
    const [frame] = await ask(table, target, await choicesOf(overview));
    const row = frame?.fields.device?.indexOf(SILENT) ?? -1;
    expect(frame?.fields.state?.[row]).toBe(2);
    expect(frame?.fields.reason?.[row]).toMatch(/^no data for 2 h/);
    expect(frame?.fields.measured?.[row]).toBe(NOW - 2 * 3_600_000 - 60_000);

    const [, site] = dashboards.find(([path]) => path === 'dashboards/en/site-aquaculture_pond.json') ?? [];
    const chart =
      site && panelsOf(site).find(({ title, type }) => title === 'Dissolved oxygen' && type === 'timeseries');
    const [curve] = chart?.targets ?? [];
    if (chart === undefined || curve === undefined) throw new Error('no chart of oxygen');
    const choose = (value: string) => [{ text: value, value }];
    const choices = new Map([
      ['park', choose('daoyu')],
      ['site', choose('gantang-pond-2')],
      ['device', choose(SILENT)],
    ]);
    const [line] = await ask(chart, curve, choices);
    const last = line?.fields.Value?.findLastIndex((value) => value !== null) ?? -1;
    expect(line?.fields.Time?.[last]).toBeLessThan(NOW - 2 * 3_600_000);
    expect(line?.fields.Time?.at(-1)).toBeGreaterThan(NOW - 60_000);
    // Nulls are joined over three reports at most.
    expect(chart.fieldConfig?.defaults.custom?.spanNulls).toBe(3 * 300_000);
  });

  it('shows nothing of the present when the platform stopped to judge', async () => {
    const overview = find('dashboards/zh/overview.json');
    const choices = await choicesOf(overview);
    const later = { from: FROM + 3_600_000, to: NOW + 3_600_000 };
    for (const panel of panelsOf(overview).filter(({ timeFrom }) => timeFrom === '10m')) {
      for (const target of panel.targets ?? []) {
        const statement = filled(target, choices, sightOf(panel, later), 10_000);
        expect(framesOf(target, await influx.ask(statement)), panel.title).toEqual([]);
      }
    }
  });
});
