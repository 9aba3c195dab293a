/** One file replayed into two platforms, one embedded and one on NATS and InfluxDB: every route must answer the same. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openConnection } from '../../simulators/connection.ts';
import { replayFile } from '../../simulators/replay.ts';
import { eventually } from '../eventually.ts';
import { measurementsFile } from '../measurements.ts';
import { type RunningPlatform, runPlatform } from '../running-platform.ts';
import { hasInflux, startInflux } from '../servers/influx.ts';
import { hasNats, startNats } from '../servers/nats.ts';

const COLUMNS = { dissolved_oxygen: 'dissolved_oxygen', water_temperature: 'water_temperature', ph: 'ph' };
/** Both platforms receive everything at this moment, so that ages and flags are the same. */
const NOW = Date.parse('2026-07-08T12:00:00+08:00');

/** Eight days with what real stations send: gaps, spikes, repeats, values out of range, rows out of order, rows sent twice. */
function writeStationFile(): string {
  const rows: string[] = [];
  for (let minute = 0; minute < 8 * 1440; minute += 5) {
    if (minute % 1000 < 60) continue;
    const time = new Date(Date.parse('2026-06-30T12:00:00+08:00') + minute * 60_000).toISOString();
    const oxygen = minute % 777 === 0 ? 99 : 7 + 3 * Math.sin(minute / 229) + (minute % 505 === 0 ? 6 : 0);
    const temperature = minute % 360 === 0 ? '' : (24 + Math.sin(minute / 229)).toFixed(2);
    const ph = minute % 2000 < 300 ? '7.50' : (7.8 + (minute % 60) / 200).toFixed(2);
    rows.push(`${time},${oxygen.toFixed(2)},${temperature},${ph}`);
    if (minute % 400 === 0) rows.push(rows[rows.length - 20] ?? rows[0] ?? '');
    if (minute % 600 === 0) rows.splice(-10, 0, rows.pop() ?? '');
  }
  const file = join(mkdtempSync(join(tmpdir(), 'daoyu-replay-')), 'station.csv');
  writeFileSync(file, ['time,dissolved_oxygen,water_temperature,ph', ...rows].join('\n'));
  return file;
}

async function replayInto(platform: RunningPlatform, device: string, file: string, options: object): Promise<void> {
  const credentials = await platform.addDevice(device, 'aquaculture_pond');
  const login = { park: 'daoyu', device, password: credentials.password };
  const connection = openConnection({ url: platform.platform.urls.mqtt.mqtt ?? '', login });
  onTestFinished(() => connection.close('abrupt'));
  await connection.connected();
  const progress = await replayFile({
    ...{ file, timeColumn: 'time', columns: COLUMNS, offsetMinutes: 480, shiftMs: 0, batchSize: 200 },
    ...options,
    publish: (payload) => connection.publish(payload),
    signal: new AbortController().signal,
  });
  expect(progress.acknowledged).toBeGreaterThan(1000);
}

const RANGE = 'from=2026-06-29T00:00:00%2B08:00&to=2026-07-09T00:00:00%2B08:00';
const SERIES = `/api/v1/series?kind=aquaculture_pond&fields=dissolved_oxygen,water_temperature,ph&${RANGE}`;
const ALL = 'agg=mean,min,max,first,last,count,sum';
const ROUTES = [
  '/api/v1/latest',
  '/api/v1/latest?device=station',
  '/api/v1/latest?kind=paddy_water',
  SERIES,
  `${SERIES}&device=station`,
  `${SERIES}&device=second`,
  `${SERIES}&every=1m`,
  ...['10m', '1h', '6h', '1d', '3d', '1w', '1mo', 'auto'].map((every) => `${SERIES}&every=${every}&${ALL}`),
  `/api/v1/series?kind=aquaculture_pond&device=station&every=1w&from=2020-01-01T00:00:00Z&to=2027-01-01T00:00:00Z`,
  '/api/v1/ledger',
  '/api/v1/ledger?device=station',
  '/api/v1/devices',
  '/api/v1/parks',
  '/api/v1/kinds',
  '/api/v1/quarantine?limit=500',
];
const TEXT_ROUTES = [`${SERIES}&format=csv`, `${SERIES}&every=1h&${ALL}&format=csv`];

/** Sums of the same numbers in another order differ in their last bits; the id of a record names the process that made it. */
function comparable(value: unknown, key = ''): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(12));
  if (key === 'id' && typeof value === 'string') return value.replace(/-[^-]*$/, '');
  if (key === 'passwordHash') return '';
  if (Array.isArray(value)) {
    const items = value.map((item) => comparable(item));
    // Neither store promises an order of devices.
    return key === 'series' || key === 'latest' ? items.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, comparable(item, name)]));
}

function keyOf(item: unknown): string {
  const { park, site, device, kind, field, aggregate } = item as Record<string, unknown>;
  return [park, site, device, kind, field, aggregate].join('/');
}

async function textOf({ platform }: RunningPlatform, path: string): Promise<string[]> {
  const response = await fetch(new URL(path, platform.urls.http), {
    headers: { authorization: `Bearer ${platform.token}` },
  });
  expect(response.status).toBe(200);
  const lines = (await response.text())
    .split('\n')
    .map((line) => line.replace(/\d+\.\d{9,}/g, (text) => Number(text).toPrecision(9)));
  return lines.sort();
}

interface Ledger {
  readonly ledger: readonly { readonly duplicate: number; readonly pending: number }[];
}
interface Quarantine {
  readonly quarantine: readonly unknown[];
}

describe.runIf([hasNats(), hasInflux()].every(Boolean))('the same file', () => {
  it('replayed into both stacks gives the same answer on every route', async () => {
    const [nats, influx] = [await startNats(), await startInflux()];
    const settings = { DAOYU_MQTT_MAX_RATE: '100000' };
    const embedded = await runPlatform(settings, { clock: () => NOW });
    const servers = { DAOYU_BUS_URL: nats.url, DAOYU_STORE_URL: influx.url() };
    const stack = await runPlatform({ ...settings, ...servers }, { clock: () => NOW });
    const file = writeStationFile();
    const lake = measurementsFile('pond_lake_mendota_1min.csv');
    for (const each of [embedded, stack]) {
      await replayInto(each, 'station', file, {});
      await replayInto(each, 'second', file, { shiftMs: -3_600_000 });
      const shiftMs = Date.parse('2026-06-30T00:00:00+08:00') - Date.parse('2009-07-23T00:00:00-05:00');
      await replayInto(each, 'lake', lake, {
        timeColumn: 'time_local',
        offsetMinutes: -300,
        shiftMs,
        columns: { dissolved_oxygen: 'dissolved_oxygen', water_temperature: 'water_temperature' },
      });
      await eventually(
        () => each.get<Ledger>('/api/v1/ledger'),
        ({ ledger }) => ledger.every(({ pending }) => pending === 0),
        30_000,
      );
    }
    const { ledger } = await embedded.get<Ledger>('/api/v1/ledger?device=station');
    // Otherwise the file would not ask much of either.
    expect(ledger[0]?.duplicate).toBeGreaterThan(0);
    const { quarantine } = await embedded.get<Quarantine>('/api/v1/quarantine?limit=500');
    expect(quarantine.length).toBeGreaterThan(2);
    for (const route of ROUTES) {
      const [one, other] = await Promise.all([embedded.get(route), stack.get(route)]);
      expect(comparable(other), route).toEqual(comparable(one));
    }
    for (const route of TEXT_ROUTES) expect(await textOf(stack, route), route).toEqual(await textOf(embedded, route));
  }, 120_000);
});
