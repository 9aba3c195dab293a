/** Sites in every state, and alarms in every state, at a moment that never changes. */
import type { Site } from '../../../registry/registry.ts';
import type { Kind } from '../../../sensors/kind.ts';
import pond from '../../../sensors/kinds/aquaculture_pond.ts';
import coldChain from '../../../sensors/kinds/cold_chain.ts';
import type { Profile } from '../../../sensors/profile.ts';
import type { Point } from '../../../store/store.ts';
import type { Alarm, Alarms } from '../feed/alarm-list.ts';
import type { Catalog } from '../feed/catalog.ts';
import { keyOf, type LatestRow } from '../feed/latest.ts';

const MINUTE = 60_000;
/** A summer night, when ponds die. */
export const NOW = Date.parse('2026-07-10T04:00:00+08:00');

const SITES: readonly Site[] = [
  { park: 'daoyu', id: 'good', label: { zh: '正常塘', en: 'Good pond' }, type: 'pond', profile: 'crab' },
  { park: 'daoyu', id: 'warning', label: { zh: '注意塘', en: 'Warning pond' }, type: 'pond', profile: 'crab' },
  { park: 'daoyu', id: 'critical', label: { zh: '危急塘', en: 'Critical pond' }, type: 'pond', profile: 'crab' },
  { park: 'daoyu', id: 'stuck', label: { zh: '卡住塘', en: 'Stuck pond' }, type: 'pond', profile: 'crab' },
  { park: 'daoyu', id: 'empty', label: { zh: '空塘', en: 'Empty pond' }, type: 'pond', profile: 'crab' },
  { park: 'daoyu', id: 'silent', label: { zh: '冷冻库', en: 'Freezer' }, type: 'cold_store', profile: 'frozen' },
  {
    park: 'daoyu',
    id: 'long',
    label: {
      zh: '任市镇竹溪村稻渔综合种养示范基地东侧第十二号大塘',
      en: 'Twelfth large pond on the eastern side of the demonstration base',
    },
    type: 'pond',
    profile: 'crab',
  },
];

const PROFILES: readonly Profile[] = [
  {
    name: 'crab',
    version: 1,
    effective: '2026-01-01',
    author: 'gallery',
    label: { zh: '蟹塘', en: 'Crab pond' },
    kinds: ['aquaculture_pond'],
    bands: [{ field: 'dissolved_oxygen', target: [5, 9], warnBelow: 4, criticalBelow: 3, source: 'fixture' }],
  },
  {
    name: 'frozen',
    version: 1,
    effective: '2026-01-01',
    author: 'gallery',
    label: { zh: '冷冻', en: 'Frozen' },
    kinds: ['cold_chain'],
    bands: [{ field: 'air_temperature', target: [-22, -18], warnAbove: -17, criticalAbove: -15, source: 'fixture' }],
  },
];

const KINDS: readonly Kind[] = [pond, coldChain];
const kindOf = (site: string) => (site === 'silent' ? coldChain.name : pond.name);

export const CATALOG: Catalog = {
  kinds: new Map(KINDS.map((kind) => [kind.name, kind])),
  parks: [{ id: 'daoyu', label: { zh: '稻渔园区', en: 'Rice–fish park' }, towns: [] }],
  sites: SITES,
  profiles: PROFILES,
  devices: SITES.map(({ park, id }) => ({ park, site: id, device: id, kind: kindOf(id), intervalMs: MINUTE })),
};

function rowOf(site: string, values: LatestRow['values'], ageMs: number, flags: LatestRow['flags'] = {}): LatestRow {
  const time = NOW - ageMs;
  return { park: 'daoyu', site, device: site, kind: kindOf(site), time, receivedAt: time, values, flags };
}

const POND = { water_temperature: 27.4, ph: 7.9, aerator_on: 1, aerator_power: 1.48 };
const LATEST: readonly LatestRow[] = [
  rowOf('good', { dissolved_oxygen: 6.42, ...POND }, 12_000),
  rowOf('warning', { dissolved_oxygen: 3.61, ...POND }, 30_000),
  rowOf('critical', { dissolved_oxygen: 2.74, ...POND, aerator_power: 0 }, 20_000),
  rowOf('stuck', { dissolved_oxygen: 5.5, ...POND }, 40_000, { dissolved_oxygen: ['stuck'] }),
  rowOf('silent', { air_temperature: -14.2 }, 107 * MINUTE),
  rowOf('long', { dissolved_oxygen: 7.05, ...POND, aerator_on: 0, aerator_power: 0 }, 130_000),
];
export const ROWS = new Map(LATEST.map((row) => [keyOf(row), row]));

/** Six hours that end at what was measured last. */
export const SPARKS: ReadonlyMap<string, readonly Point[]> = new Map(
  LATEST.map((row) => {
    const main = row.kind === pond.name ? 'dissolved_oxygen' : 'air_temperature';
    const end = row.values[main] ?? 0;
    const points = Array.from({ length: 72 }, (_, index): Point => {
      const time = (row.time ?? NOW) - (71 - index) * 5 * MINUTE;
      return [time, end + (71 - index) / 24 + Math.sin(index / 4) / 6];
    });
    return [keyOf(row), points];
  }),
);

function alarm(id: string, change: Partial<Alarm>): Alarm {
  return {
    id: `1783627200000-${id}`,
    park: 'daoyu',
    site: id,
    device: id,
    field: 'dissolved_oxygen',
    rule: 'dissolved_oxygen_low',
    class: 'process',
    severity: 'critical',
    state: 'open',
    isBlind: false,
    openedAt: NOW - 48 * MINUTE,
    raisedAt: NOW - 45 * MINUTE,
    text: { zh: '溶解氧 2.74 mg/L，低于 3.0（蟹塘）', en: 'dissolved oxygen 2.74 mg/L, below 3.0 (Crab pond)' },
    action: {
      zh: '立即开启全部增氧机并到塘边查看；停喂',
      en: 'Run every aerator now and go to the pond; stop feeding',
    },
    worst: { value: 2.61, at: NOW - 9 * MINUTE },
    seq: 1,
    ...change,
  };
}

const LIST: readonly Alarm[] = [
  alarm('critical', {}),
  alarm('warning', {
    severity: 'warning',
    state: 'acknowledged',
    acknowledgedBy: '李建国',
    acknowledgedAt: NOW - 31 * MINUTE,
    note: '正在赶去',
    text: { zh: '溶解氧 3.61 mg/L，低于 4.0（蟹塘）', en: 'dissolved oxygen 3.61 mg/L, below 4.0 (Crab pond)' },
  }),
  alarm('silent', {
    isBlind: true,
    field: 'air_temperature',
    worst: { value: -14.2, at: NOW - 107 * MINUTE },
    text: { zh: '空气温度 -14.2 °C，高于 -15（冷冻）', en: 'air temperature -14.2 °C, above -15 (Frozen)' },
    action: { zh: '查库门、压缩机和供电', en: 'Check door, compressor and power' },
  }),
  alarm('long', { state: 'returned', clearedAt: NOW - 8 * MINUTE, isChattering: true }),
  alarm('stuck', {
    class: 'sensor',
    severity: 'warning',
    state: 'shelved',
    shelved: { until: NOW + 300 * MINUTE, by: '王芳', reason: '探头送检' },
    text: { zh: '溶解氧读数卡住在 5.5：真实值未知', en: 'dissolved oxygen is stuck at 5.5: the true value is unknown' },
  }),
];
export const ALARMS: Alarms = new Map(LIST.map((each) => [each.id, each]));
export const CLOSED = alarm('good', {
  state: 'closed',
  clearedAt: NOW - 20 * MINUTE,
  endReason: 'recovered',
  acknowledgedBy: 'operator',
  acknowledgedAt: NOW - 40 * MINUTE,
});
