import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { kindsFolderWith } from '../kinds-folder.ts';
import { measurements, measurementsFile, POND_NODE_MAPPING, POND_NODE_VERDICTS, type Row } from '../measurements.ts';
import { type Credentials, type RunningPlatform, runPlatform } from '../running-platform.ts';
import { type RunningCommand, runCommand } from './run-command.ts';

type Point = readonly [time: number, value: number, flags?: readonly string[]];

interface Ledger {
  readonly ledger: readonly { readonly device: string; readonly pending: number }[];
}

function replay(
  { platform, dataDir }: RunningPlatform,
  credentials: Credentials,
  args: readonly string[],
): RunningCommand {
  return runCommand(['replay', ...args, '--device', credentials.username, '--url', platform.urls.mqtt.mqtt ?? ''], {
    DAOYU_DATA_DIR: dataDir,
    DAOYU_DEVICE_PASSWORD: credentials.password,
  });
}

/** What became of everything the device sent, once all of it is stored. */
async function settled({ get }: RunningPlatform, device: string) {
  const { ledger } = await eventually(
    () => get<Ledger>(`/api/v1/ledger?device=${device}`),
    (answer) => answer.ledger[0]?.pending === 0,
    30_000,
  );
  return ledger[0];
}

async function pointsOf({ get }: RunningPlatform, query: string): Promise<readonly Point[]> {
  const { series } = await get<{ series: readonly { readonly points: readonly Point[] }[] }>(
    `/api/v1/series?from=2001-01-01T00:00:00Z&${query}`,
  );
  return series.flatMap((each) => each.points);
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
const smallest = (numbers: readonly number[]) => numbers.reduce((a, b) => Math.min(a, b));
const largest = (numbers: readonly number[]) => numbers.reduce((a, b) => Math.max(a, b));

/** A buoy that measures water and weather at once. */
const LAKE_BUOY = `import { measured, PERCENT, MG_PER_L, temperature } from '../fields.ts';
  export default {
    name: 'lake_buoy', label: { zh: '湖泊浮标', en: 'Lake buoy' }, subplatform: 'smart_fishery', intervalMs: 60_000,
    fields: [
      measured('dissolved_oxygen', '溶解氧', 'dissolved oxygen', MG_PER_L, [0, 25], 0.001, {}),
      temperature('water_temperature', '水温', 'water temperature', [-2, 45]),
      measured('par', '光合有效辐射', 'photosynthetic radiation', ['umol/m2/s', 'µmol/m²/s'], [0, 3000], 0.001, {}),
      measured('wind_speed', '风速', 'wind speed', ['m/s', 'm/s'], [0, 60], 0.1, {}),
      measured('air_humidity', '湿度', 'relative humidity', PERCENT, [0, 100], 0.01, {}),
    ],
    primary: ['dissolved_oxygen'], panels: [],
  };`;

describe('a week of a real lake, replayed', () => {
  const rows = measurements('pond_lake_mendota_1min.csv');
  const columns: Readonly<Record<string, string>> = {
    dissolved_oxygen: 'dissolved_oxygen',
    water_temperature: 'water_temperature',
    par_umol_m2_s: 'par',
    wind_speed: 'wind_speed',
    air_humidity: 'air_humidity',
  };
  const map = Object.entries(columns).map((pair) => pair.join('='));

  it('stores 10,077 readings with minimum, maximum and mean of every column of the file', async () => {
    const file = measurementsFile('pond_lake_mendota_1min.csv');
    const running = await runPlatform({ DAOYU_KINDS_DIR: kindsFolderWith('lake_buoy', LAKE_BUOY) });
    const buoy = await running.addDevice('buoy', 'lake_buoy');
    const command = replay(running, buoy, [file, '--zone', '-05:00', '--map', map.join(',')]);
    expect(await command.ended).toBe(0);
    expect(command.printed).toContain('10077 readings acknowledged, 0 rows without a readable time');
    expect(rows).toHaveLength(10_077);
    expect(await settled(running, 'buoy')).toMatchObject({
      received: 10_077,
      stored: 10_077,
      duplicate: 0,
      quarantined: 0,
    });
    const times = rows.map((row) => Date.parse(`${row.time_local?.replace(' ', 'T')}-05:00`));
    for (const [column, field] of Object.entries(columns)) {
      const numbers = rows
        .map((row) => row[column])
        .filter((cell) => cell !== '')
        .map(Number);
      const query = `kind=lake_buoy&device=buoy&fields=${field}`;
      const raw = await pointsOf(running, query);
      expect(raw.map(([time]) => time)).toEqual(times.filter((_, index) => rows[index]?.[column] !== ''));
      expect(raw.map(([, value]) => value)).toEqual(numbers);
      // The same once more, from windows that the store computed.
      const daily = async (agg: string) =>
        (await pointsOf(running, `${query}&every=1d&agg=${agg}`)).map(([, value]) => value);
      const count = (await daily('count')).reduce((sum, number) => sum + number, 0);
      expect(count).toBe(numbers.length);
      expect(smallest(await daily('min'))).toBe(smallest(numbers));
      expect(largest(await daily('max'))).toBe(largest(numbers));
      const sum = (await daily('sum')).reduce((total, number) => total + number, 0);
      expect(sum / count).toBeCloseTo(mean(numbers), 9);
    }
  }, 120_000);

  it('broken off and begun again goes on behind the last acknowledged row, and a second replay doubles nothing', async () => {
    const file = measurementsFile('pond_lake_mendota_1min.csv');
    const running = await runPlatform();
    const pond = await running.addDevice('pond', 'aquaculture_pond');
    const args = [
      file,
      '--zone',
      '-05:00',
      '--map',
      'dissolved_oxygen=dissolved_oxygen,water_temperature=water_temperature',
    ];
    const first = replay(running, pond, args);
    await first.prints(/^replay: [1-9]\d*\/10077 rows/m);
    first.send('SIGINT');
    expect(await first.ended).toBe(0);
    const [, before = ''] =
      /(\d+) readings acknowledged.*; stopped, the same command continues/.exec(first.printed) ?? [];
    expect(Number(before)).toBeGreaterThan(0);
    expect(Number(before)).toBeLessThan(10_077);
    const second = replay(running, pond, args);
    expect(await second.ended).toBe(0);
    expect(second.printed).toContain(`continuing after row ${before} (--restart starts over)`);
    expect(second.printed).toContain(`${10_077 - Number(before)} readings acknowledged`);
    expect(await settled(running, 'pond')).toMatchObject({ received: 10_077, stored: 10_077, duplicate: 0 });
    const third = replay(running, pond, args);
    expect(await third.ended).toBe(0);
    expect(await settled(running, 'pond')).toMatchObject({ received: 20_154, stored: 10_077, duplicate: 10_077 });
  }, 120_000);
});

describe('a real clock that steps back, replayed', () => {
  it('loses and doubles no row of either depth', async () => {
    const rows = measurements('pond_tank_1min.csv');
    const file = measurementsFile('pond_tank_1min.csv');
    const running = await runPlatform();
    for (const depth of ['30', '60']) {
      const device = await running.addDevice(`tank-${depth}`, 'aquaculture_pond');
      const args = [
        '--where',
        `depth_cm=${depth}`,
        '--map',
        'water_temperature=water_temperature,ph=ph,turbidity=turbidity',
      ];
      expect(await replay(running, device, [file, ...args, '--zone', '+00:00']).ended).toBe(0);
      const samples = rows.filter((row) => row.depth_cm === depth);
      expect(await settled(running, `tank-${depth}`)).toMatchObject({
        received: samples.length,
        stored: samples.length,
        duplicate: 0,
        quarantined: 0,
      });
      const byTime = samples
        .map((row) => [Date.parse(`${row.time_local?.replace(' ', 'T')}Z`), Number(row.water_temperature)] as const)
        .sort(([a], [b]) => a - b);
      const stored = await pointsOf(running, `kind=aquaculture_pond&device=tank-${depth}&fields=water_temperature`);
      expect(stored.map(([time, value]) => [time, value])).toEqual(byTime);
    }
    const times = rows.filter((row) => row.depth_cm === '30').map((row) => row.time_local ?? '');
    expect(times.some((time, index) => index > 0 && time < (times[index - 1] ?? ''))).toBe(true);
  }, 120_000);
});

describe('the faults of a real pond node, replayed', () => {
  it('each get the right verdict, in the quarantine or as a flag, and everything else is stored as it was sent', async () => {
    const rows = measurements('pond_iotpond10_faults.csv');
    const file = measurementsFile('pond_iotpond10_faults.csv');
    const running = await runPlatform();
    const device = await running.addDevice('node', 'aquaculture_pond', { mapping: POND_NODE_MAPPING });
    const fields: Readonly<Record<string, string>> = {
      TEMPERATURE: 'water_temperature',
      TURBIDITY: 'turbidity',
      'DISOLVED OXYGEN': 'dissolved_oxygen',
      pH: 'ph',
      AMMONIA: 'ammonia_nitrogen',
    };
    // One message a row, as the node sends.
    const args = ['--time', 'created_at', '--zone', '+01:00', '--speed', '1000000000'];
    const map = Object.keys(fields).map((column) => `${column}=${column}`);
    const command = replay(running, device, [file, ...args, '--map', map.join(',')]);
    // Not all was taken, and the command says so.
    expect(await command.ended).toBe(1);
    expect(command.printed).toMatch(/\d+ values refused in 38 rows:/);
    expect(await settled(running, 'node')).toMatchObject({ received: 38, stored: 38, duplicate: 0, quarantined: 0 });

    const timeOf = (row: Row) => Date.parse(`${row.created_at?.replace(' CET', '').replace(' ', 'T')}+01:00`);
    const entries = new Map(rows.map((row) => [timeOf(row), row.entry_id ?? '']));
    const verdicts: Record<string, Record<string, string>> = {};
    const note = (time: number, field: string, verdict: string) => {
      const entry = entries.get(time) ?? '?';
      verdicts[entry] = { ...verdicts[entry], [field]: verdict };
    };
    const refusals = Object.values(POND_NODE_VERDICTS).flatMap((each) =>
      Object.values(each).filter((verdict) => verdict.startsWith('VALUE')),
    );
    const { quarantine } = await eventually(
      () =>
        running.get<{ quarantine: { payload: string; reason: { code: string; field?: string } }[] }>(
          '/api/v1/quarantine?device=node&limit=1000',
        ),
      (answer) => answer.quarantine.length === refusals.length,
    );
    for (const { payload, reason } of quarantine)
      note((JSON.parse(payload) as { time: number }).time, reason.field ?? '', reason.code);
    for (const [column, field] of Object.entries(fields)) {
      const points = await pointsOf(running, `kind=aquaculture_pond&device=node&fields=${field}`);
      for (const [time, value, flags = []] of points) {
        const row = rows.find((each) => timeOf(each) === time);
        expect(value).toBe(Number(row?.[column]));
        // All of it is years old: that it came late is no fault of the probe.
        const doubts = flags.filter((flag) => flag !== 'late');
        if (doubts.length > 0) note(time, field, doubts.join());
      }
    }
    expect(verdicts).toEqual(POND_NODE_VERDICTS);
  }, 60_000);
});
