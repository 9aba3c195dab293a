/** The page and Grafana show the same: what a panel's query answers is what the API answers for the same site and time, from InfluxDB and from DuckDB. */
import { describe, expect, it } from 'vitest';
import { provisioningFiles } from '../../dashboards/grafana/provisioning.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { createSignal } from '../../simulators/signal.ts';
import type { Series } from '../../store/store.ts';
import { eventually } from '../eventually.ts';
import { type RunningPlatform, runPlatform } from '../running-platform.ts';
import { hasInflux, type InfluxServer, startInflux } from '../servers/influx.ts';
import { type Dashboard, type Frame, filled, framesOf, type InfluxSeries, panelsOf } from './as-grafana.ts';

const kinds = await loadKinds();
const files = provisioningFiles(kinds.values());
const MINUTE_MS = 60_000;
const WINDOW_MS = 10 * MINUTE_MS;
const COUNT = 600;

function panelOf(dashboard: string, title: string, type: string) {
  const json = JSON.parse(files.get(`dashboards/en/${dashboard}.json`) ?? '') as Dashboard;
  const panel = panelsOf(json).find((each) => each.title === title && each.type === type);
  const [target] = panel?.targets ?? [];
  if (target === undefined) throw new Error(`${dashboard} has no ${title}`);
  return target;
}

type Choose = Readonly<Record<'park' | 'site' | 'device', string>>;

async function panelAnswer(
  server: InfluxServer,
  target: ReturnType<typeof panelOf>,
  chosen: Choose,
  sight: { readonly from: number; readonly to: number },
): Promise<readonly Frame[]> {
  const choices = new Map(Object.entries(chosen).map(([name, value]) => [name, [{ text: value, value }]]));
  const answer = await fetch(`${server.http}/query?epoch=ms&db=daoyu`, {
    method: 'POST',
    body: new URLSearchParams({ q: filled(target, choices, sight, WINDOW_MS) }),
  });
  const body = (await answer.json()) as { readonly results: readonly { readonly series?: readonly InfluxSeries[] }[] };
  return framesOf(target, body.results[0]?.series ?? []);
}

/** Ten hours of a pond at a minute, ending an hour ago on a whole window, with a gap of an hour. */
async function publishPast(running: RunningPlatform, end: number): Promise<void> {
  const kind = kinds.get('aquaculture_pond');
  if (kind === undefined) throw new Error('no ponds');
  const model = createSignal(kind, 'agreement');
  const credentials = await running.addDevice('agreeing', 'aquaculture_pond', { site: 'zhuxi-pond-1' });
  const client = await running.connect(credentials);
  const times = Array.from({ length: COUNT }, (_, index) => end - (COUNT - index) * MINUTE_MS);
  const kept = times.filter((_, index) => index < 200 || index >= 260);
  for (let start = 0; start < kept.length; start += 100) {
    const batch = kept.slice(start, start + 100).map((time) => ({ time, ...model.sample(time) }));
    await client.publishAsync(credentials.topics.telemetry, JSON.stringify(batch), { qos: 1 });
  }
}

describe.runIf(hasInflux())('with a real influxd', () => {
  const end = Math.floor((Date.now() - 3_600_000) / WINDOW_MS) * WINDOW_MS;
  const sight = { from: end - COUNT * MINUTE_MS, to: end };
  const chosen = { park: 'daoyu', site: 'zhuxi-pond-1', device: 'agreeing' };
  const question = (fields: string, aggregate: string) =>
    `/api/v1/series?kind=aquaculture_pond&${new URLSearchParams(chosen)}&fields=${fields}&agg=${aggregate}&every=10m&from=${sight.from}&to=${sight.to}`;

  it('a curve, its gap and a state are the same in Grafana and in the API over both stores', async () => {
    const server = await startInflux();
    const [onInflux, onDuckDb] = [await runPlatform({ DAOYU_STORE_URL: server.url() }), await runPlatform()];
    for (const running of [onInflux, onDuckDb]) await publishPast(running, end);
    for (const [title, type, field, aggregate, decimals] of [
      ['Dissolved oxygen', 'timeseries', 'dissolved_oxygen', 'mean', 9],
      ['Aerator', 'timeseries', 'aerator_on', 'max', 9],
    ] as const) {
      const answers: Series[] = [];
      for (const running of [onInflux, onDuckDb]) {
        const series = await eventually(
          () => running.get<{ readonly series: readonly Series[] }>(question(field, aggregate)),
          ({ series: [one] }) => one?.points.length === (COUNT - 60) / 10,
        );
        answers.push(...series.series);
      }
      const frames = await panelAnswer(server, panelOf('site-aquaculture_pond', title, type), chosen, sight);
      const { Time = [], Value = [] } = frames[0]?.fields ?? {};
      const drawn = Time.flatMap((time, index) => {
        const value = Value[index];
        return typeof value === 'number' ? [[Number(time), value] as const] : [];
      });
      // Grafana's range holds its last instant, where a window begins that is empty.
      expect(drawn.length).toBe((COUNT - 60) / 10);
      for (const { points } of answers) {
        expect(points.map(([time]) => time)).toEqual(drawn.map(([time]) => time));
        for (const [index, [, value]] of points.entries()) expect(drawn[index]?.[1]).toBeCloseTo(value, decimals);
      }
      // The hour without readings is null in Grafana and absent in the API.
      expect(Value.filter((value) => value === null).length).toBeGreaterThanOrEqual(6);
    }
  });

  it('the state of a device and why are the same in Grafana and in the API', async () => {
    const server = await startInflux();
    const running = await runPlatform({ DAOYU_STORE_URL: server.url() });
    const credentials = await running.addDevice('low', 'aquaculture_pond', { site: 'zhuxi-pond-1' });
    const client = await running.connect(credentials);
    await client.publishAsync(credentials.topics.telemetry, JSON.stringify({ dissolved_oxygen: 2.7 }), { qos: 1 });
    interface Row {
      readonly state: string;
      readonly reasons: readonly { readonly label: { readonly en: string } }[];
    }
    const [row] = (
      await eventually(
        () => running.get<{ readonly latest: readonly Row[] }>('/api/v1/latest?device=low&park=daoyu'),
        ({ latest }) => latest[0]?.state === 'critical',
      )
    ).latest;
    await running.platform.close();
    // A second start writes its figures at once; the next turn of the first would come in half a minute.
    const again = await runPlatform({ DAOYU_STORE_URL: server.url(), DAOYU_DATA_DIR: running.dataDir });
    const target = panelOf('site-aquaculture_pond', 'State of every site, worst first', 'table');
    const [frame] = await eventually(
      () => {
        const now = Date.now();
        return panelAnswer(server, target, { ...chosen, device: 'low' }, { from: now - 600_000, to: now });
      },
      ([found]) => found?.fields.state?.[0] === 3,
    );
    expect(frame?.fields.reason?.[0]).toBe(row?.reasons.map(({ label }) => label.en).join('; '));
    expect(frame?.fields['site name']?.[0]).toBe('Zhuxi pond 1, Renshi');
    await again.platform.close();
  });
});
