/** Statistics, derived series and report numbers held against a recomputation in Python from the raw export, on every store, with controls that must be found. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DerivedAnswer, StatisticsAnswer } from '../../api/analysis-schemas.ts';
import type { ReportAnswer } from '../../api/report-schemas.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import type { Flag } from '../../sensors/flag.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { openDuckDbStore } from '../../store/duckdb/duckdb.ts';
import { openInfluxStore } from '../../store/influx/influx.ts';
import type { Store } from '../../store/store.ts';
import { NOW, runApi } from '../api/running-api.ts';
import { requireOrSkip } from '../require.ts';
import { hasInflux, startInflux } from '../servers/influx.ts';

const hasPython = requireOrSkip('python3', spawnSync('python3', ['--version']).status === 0);
const MINUTE = 60_000;
const DAYS = 8;
const label = { zh: '站', en: 'station' };

/** Ten minutes apart, with spikes, a stuck night, a backlog and a gap; values swing about `middle`. */
function faulty(field: string, middle: number, swing: number) {
  return Array.from({ length: DAYS * 144 }, (_, index) => {
    const value = Math.round((middle + swing * Math.sin(index / 23) + 0.37 * Math.sin(index * 1.7)) * 100) / 100;
    const isStuck = index % 144 < 20 && index > 300 && index < 600;
    const flag: Flag | undefined = index % 41 === 0 ? 'spike' : isStuck ? 'stuck' : index % 50 < 6 ? 'late' : undefined;
    const shown = flag === 'spike' ? middle * 2.2 : isStuck ? middle + 0.01 : value;
    return {
      time: NOW - (DAYS * 144 - index) * 10 * MINUTE,
      values: { [field]: Math.round(shown * 100) / 100 },
      ...(flag && { flags: { [field]: [flag] } }),
    };
  }).filter((_, index) => index < 200 || index > 260);
}

async function recomputedOver(store: Store) {
  const api = await runApi({ store });
  const { get, options } = api;
  const { registry } = options;
  await registry.addSite({ park: 'tianyu', site: 'weather', label, type: 'other' });
  await registry.addDevice({ park: 'tianyu', site: 'weather', device: 'mast', label, kind: 'weather_station' }, 'x');
  await registry.setProfile({
    ...{ name: 'crab_pond', version: 0, author: 'the tests', kinds: ['aquaculture_pond'], label },
    bands: [{ field: 'dissolved_oxygen', warnBelow: 5, criticalBelow: 4.5, source: 'the tests' }],
  });
  const pond = { park: 'tianyu', site: 'pond-1', device: 'probe', kind: 'aquaculture_pond', receivedAt: NOW };
  const mast = { park: 'tianyu', site: 'weather', device: 'mast', kind: 'weather_station', receivedAt: NOW };
  const readings = [
    ...faulty('dissolved_oxygen', 7, 3).map((each) => ({ ...pond, ...each })),
    ...faulty('air_temperature', 22, 14).map((each) => ({ ...mast, ...each })),
  ];
  await store.write({ readings, tallies: [] }, 1);
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-recompute-'));
  const from = `from=-${DAYS}d`;
  const exported = (kind: string) => get(`/api/v1/export?format=csv&kind=${kind}&${from}`);
  const derived = async (query: string) =>
    (await get(`/api/v1/derived?${from}&${query}`)).json<DerivedAnswer>().devices[0];
  const nights = 'kind=aquaculture_pond&device=probe&stats=median,p90&window=night';
  const degrees = await derived('series=growing_degree_days&device=mast');
  const daily = async (day: number) => {
    const url = `/api/v1/reports?report=daily&park=tianyu&at=${NOW - day * 1440 * MINUTE}`;
    const { from: begin, to, sections } = (await get(url)).json<ReportAnswer>();
    return { from: begin, to, rows: sections[0]?.table?.rows ?? [] };
  };
  const answers = {
    minimum: (await derived('series=oxygen_dawn_minimum&device=probe'))?.windows,
    debt: (await derived('series=oxygen_debt_hours&device=probe'))?.windows,
    nights: (await get(`/api/v1/statistics?${from}&${nights}`)).json<StatisticsAnswer>().series[0]?.windows,
    ...{ degrees: degrees?.windows, total: degrees?.total },
    reports: [await daily(1), await daily(4)],
  };
  const [raw, air, told] = ['pond.csv', 'weather.csv', 'answers.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(raw, (await exported('aquaculture_pond')).body);
  writeFileSync(air, (await exported('weather_station')).body);
  writeFileSync(told, JSON.stringify(answers));
  return (control = '') => {
    const script = join(import.meta.dirname, 'recompute.py');
    const { status, stdout, stderr } = spawnSync('python3', [script, raw, air, told, control], { encoding: 'utf8' });
    return { status, text: `${stdout}${stderr}`.trim() };
  };
}

const stores: Readonly<Record<string, () => Promise<Store>>> = {
  async DuckDB() {
    const folder = mkdtempSync(join(tmpdir(), 'daoyu-recompute-'));
    return await openDuckDbStore({ folder, kinds: await loadKinds(), rollupEveryMs: 0, clock: () => NOW });
  },
  ...(hasInflux() && {
    async InfluxDB() {
      const server = await startInflux();
      return await openInfluxStore({ url: server.url('recompute'), kinds: await loadKinds(), kv: openMemoryKv() });
    },
  }),
};

describe.runIf(hasPython).each(Object.keys(stores))('statistics, derived series and reports over %s', (name) => {
  it('are what Python makes of the raw export; a spoilt recomputation is found', async () => {
    const store = await stores[name]?.();
    if (store === undefined) throw new Error(`no store ${name}`);
    onTestFinished(() => store.close());
    const recomputed = await recomputedOver(store);
    expect(recomputed()).toEqual({ status: 0, text: '62 numbers equal' });
    for (const control of ['dropped', 'doubted', 'shifted', 'float32'])
      expect([control, recomputed(control).status]).toEqual([control, 1]);
  });
});
