/** The platform's figures: texts survive the line protocol, nothing is claimed that nobody knows, and a store that was away gets them again. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ShownAlarm } from '../../consumers/platform-metrics/alarm-figures.ts';
import { type Figure, lineOf } from '../../consumers/platform-metrics/line.ts';
import { bandMetrics, deviceMetrics, type Moment, siteMetrics } from '../../consumers/platform-metrics/metrics.ts';
import { startPlatformMetrics } from '../../consumers/platform-metrics/writer.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { openRegistry } from '../../registry/open-registry.ts';
import { seeds } from '../../seeds/seeds.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import type { MetricSink } from '../../store/metric-sink.ts';

const NOW = Date.parse('2026-07-20T05:40:00+08:00');
const kinds = await loadKinds();

async function demo(): Promise<Moment> {
  const registry = await openRegistry({ kv: openMemoryKv(), kinds, seeds, clock: () => NOW });
  onTestFinished(() => registry.close());
  for (const device of seeds.devices) await registry.addDevice(device, 'scrypt-hash');
  return { now: NOW, kinds, registry, latest: [], ledger: [], isConnected: () => true };
}

const figure = (extra: Partial<Figure>): Figure => ({
  measurement: 'm',
  tags: {},
  fields: { a: 1 },
  time: 5,
  ...extra,
});

describe('a line', () => {
  it('escapes what would end a tag, and quotes in texts', () => {
    expect(lineOf(figure({ tags: { site: '竹溪 1, a=b\\' }, fields: { text: 'say "no"\\\nor', n: 2.5 } }))).toBe(
      'm,site=竹溪\\ 1\\,\\ a\\=b/ text="say \\"no\\"\\\\ or",n=2.5 5',
    );
  });

  it('leaves out what is not known, and is none when nothing is', () => {
    expect(lineOf(figure({ fields: { a: undefined, b: Number.NaN, c: 0 } }))).toBe('m c=0 5');
    expect(lineOf(figure({ fields: { a: undefined } }))).toBeUndefined();
  });
});

describe('of a device', () => {
  const of = (moment: Moment, device: string) =>
    deviceMetrics(moment).find(({ tags }) => tags.device === device)?.fields;

  it('that never sent they say unknown, and no age', async () => {
    const fields = of(await demo(), 'zhuxi-pond-1-station');
    expect(fields).toMatchObject({ state: 2, reason_zh: '从未收到数据', reason_en: 'no data yet', stored: 0 });
    expect(fields?.measured).toBeUndefined();
  });

  it('they name what is wrong, and when it was measured', async () => {
    const moment = await demo();
    const latest = [
      {
        ...{ park: 'daoyu', site: 'zhuxi-pond-3', device: 'zhuxi-pond-3-station', kind: 'aquaculture_pond' },
        ...{ time: NOW - 5000, receivedAt: NOW - 4000, values: { dissolved_oxygen: 2.7 } },
      },
    ];
    expect(of({ ...moment, latest }, 'zhuxi-pond-3-station')).toMatchObject({
      state: 3,
      reason_en: 'dissolved oxygen 2.70 mg/L, below 3.0 (Crab pond)',
      name_zh: '任市竹溪 3 号塘',
      measured: NOW - 5000,
      age: 5,
      delay: 1,
    });
    const parks = deviceMetrics({ ...moment, latest }).filter(({ measurement }) => measurement === 'daoyu_park');
    expect(parks.find(({ tags }) => tags.park === 'daoyu')?.fields).toMatchObject({ critical: 1, warning: 0 });
  });

  it('they claim no state while the store does not answer', async () => {
    const figures = deviceMetrics({ ...(await demo()), latest: undefined });
    expect(figures.filter(({ measurement }) => measurement === 'daoyu_park')).toEqual([]);
    for (const { fields } of figures) expect(fields.state).toBeUndefined();
  });
});

it('holds for each site its names with its id, once a kind', async () => {
  const moment = await demo();
  const figures = siteMetrics(moment, deviceMetrics(moment));
  expect(figures.filter(({ tags }) => tags.site === 'zhuxi-pond-3')).toMatchObject([
    {
      tags: { park_zh: '稻渔综合种养大园区 · daoyu', site_en: 'Zhuxi pond 3, Renshi · zhuxi-pond-3' },
      fields: { devices: 2 },
    },
  ]);
});

it('lists the worst site first: it has the newest time, and InfluxQL sorts by time alone', async () => {
  const moment = await demo();
  const fine = (device: { park: string; site: string; id: string; kind: string }) => ({
    ...{ park: device.park, site: device.site, device: device.id, kind: device.kind },
    ...{ time: NOW - 5000, receivedAt: NOW - 4000 },
    values: device.site === 'zhuxi-pond-3' ? { dissolved_oxygen: 2.7 } : { dissolved_oxygen: 7 },
  });
  const latest = moment.registry.devices().map(fine);
  const judged = { ...moment, latest };
  const [first] = siteMetrics(judged, deviceMetrics(judged)).toSorted((one, other) => other.time - one.time);
  expect(first).toMatchObject({
    time: NOW,
    tags: { site: 'zhuxi-pond-3', kind: 'aquaculture_pond' },
    fields: { site_choice_zh: expect.stringMatching(/3 号塘.* · zhuxi-pond-3$/) },
  });
});

it('a device is called as its site; by its id, too, where the site has several of its kind', async () => {
  const moment = await demo();
  const names = new Map(deviceMetrics(moment).map(({ tags, fields }) => [tags.device, fields.display_name_en]));
  const ofSite = moment.registry.devices().filter(({ site }) => site === 'zhuxi-pond-3');
  expect(ofSite.length).toBe(2);
  for (const { id } of ofSite) expect(names.get(id)).toBe(`Zhuxi pond 3, Renshi · ${id}`);
  expect(names.get('zhuxi-pond-1-station')).toBe('Zhuxi pond 1, Renshi');
});

it('has no bands from before a profile took effect', async () => {
  const moment = await demo();
  expect(bandMetrics(moment, Date.parse('2025-12-31T00:00:00Z'))).toEqual([]);
  expect(bandMetrics(moment, NOW).length).toBeGreaterThan(50);
});

it('an alarm is one point where it opened, written again only when something of it has changed, or could not be written', async () => {
  const { registry } = await demo();
  const lines: string[] = [];
  let isAway = false;
  const sink: MetricSink = {
    async write(given) {
      if (isAway) throw new Error('away');
      lines.push(...given.filter((line) => line.startsWith('daoyu_alarm,')));
    },
    async forget() {},
  };
  const alarm: ShownAlarm = {
    ...{
      id: '1784523900000-13b56aac1a',
      park: 'tianyu',
      site: 'pond-1',
      device: 'probe',
      rule: 'dissolved_oxygen_low',
    },
    ...{ severity: 'critical', state: 'open', seq: 1, text: { zh: '溶解氧 2.1', en: 'oxygen 2.1' } },
  };
  let alarms: readonly ShownAlarm[] = [alarm];
  const figures = startPlatformMetrics({
    sink,
    kinds,
    registry,
    isConnected: () => true,
    latest: async () => [],
    ledger: async () => [],
    alarms: async () => alarms,
    status: async () => ({
      bus: { sizeBytes: 1, maxBytes: 2, isWritable: true, consumers: [] },
      store: { readings: 0, sizeBytes: 0, isWritable: true },
      broker: { connections: 0, inFlight: 0, received: 0, acknowledged: 0, refused: {} },
    }),
    log: { info() {}, warn() {} },
    clock: () => NOW,
  });
  onTestFinished(() => figures.close());
  await figures.write();
  await figures.write();
  isAway = true;
  alarms = [{ ...alarm, state: 'closed', seq: 2, clearedAt: 1784524000000, acknowledgedBy: '王工' }];
  await figures.write();
  isAway = false;
  await figures.write();
  const point = 'daoyu_alarm,park=tianyu,rule=dissolved_oxygen_low,site=pond-1,device=probe severity=2,';
  const texts = 'text_zh="溶解氧 2.1",text_en="oxygen 2.1",place="tianyu / pond-1 / probe"';
  expect(lines).toEqual([
    `${point}state=4,${texts},by="" 1784523900000`,
    `${point}state=0,${texts},by="王工",ended=1784524000000 1784523900000`,
  ]);
});

it('has one turn at a time and waits for it when it closes', async () => {
  const { registry } = await demo();
  let [open, most] = [0, 0];
  const sink: MetricSink = {
    async write() {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
    },
    async forget() {},
  };
  const figures = startPlatformMetrics({
    sink,
    kinds,
    registry,
    isConnected: () => true,
    latest: async () => [],
    ledger: async () => [],
    alarms: async () => [],
    status: async () => ({
      bus: { sizeBytes: 1, maxBytes: 2, isWritable: true, consumers: [] },
      store: { readings: 0, sizeBytes: 0, isWritable: true },
      broker: { connections: 0, inFlight: 0, received: 0, acknowledged: 0, refused: {} },
    }),
    log: { info() {}, warn() {} },
    clock: () => NOW,
  });
  await Promise.all([figures.write(), figures.write(), figures.write()]);
  await figures.close();
  expect({ open, most }).toEqual({ open: 0, most: 1 });
});
