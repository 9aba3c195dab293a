import { Registry as MetricRegistry } from 'prom-client';
import { expect, it } from 'vitest';
import { createSiteMetrics } from '../../api/site-metrics.ts';
import type { Device } from '../../registry/registry.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import type { Latest } from '../../store/store.ts';

const NOW = Date.parse('2026-07-20T12:00:00+08:00');
const label = { zh: '', en: '' };
const kinds = await loadKinds();

function device(site: string, id: string, more: Partial<Device> = {}): Device {
  return { park: 'county', site, id, label, kind: 'aquaculture_pond', passwordHash: '', createdAt: 0, ...more };
}

function latest(site: string, id: string, oxygen: number, ageMs: number): Latest {
  const time = NOW - ageMs;
  return {
    park: 'county',
    site,
    device: id,
    kind: 'aquaculture_pond',
    time,
    receivedAt: time,
    values: { dissolved_oxygen: oxygen },
  };
}

async function scrape(devices: readonly Device[], found: readonly Latest[] | Error, mostDevices = 1000) {
  const metrics = new MetricRegistry();
  const sites = [...new Set(devices.map(({ site }) => site))].map((id) => ({
    park: 'county',
    id,
    label,
    type: 'pond' as const,
  }));
  const siteMetrics = createSiteMetrics(metrics, {
    registry: { devices: () => devices, sites: () => sites, profiles: () => [] },
    kinds,
    store: { latest: () => (found instanceof Error ? Promise.reject(found) : Promise.resolve(found)) },
    clock: () => NOW,
    mostDevices,
  });
  await siteMetrics.refresh();
  return (await metrics.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

it('tells the worst state of each site, and value and age of each primary field', async () => {
  const devices = [device('pond-1', 'a'), device('pond-1', 'b'), device('pond-2', 'c')];
  const lines = await scrape(devices, [latest('pond-1', 'a', 6.4, 30_000), latest('pond-2', 'c', 7.1, 5000)]);
  expect(lines).toContain('daoyu_site_state{park="county",site="pond-1"} 2');
  expect(lines).toContain('daoyu_site_state{park="county",site="pond-2"} 0');
  const series = 'park="county",site="pond-1",device="a",kind="aquaculture_pond",field="dissolved_oxygen"';
  expect(lines).toContain(`daoyu_newest_value{${series}} 6.4`);
  expect(lines).toContain(`daoyu_newest_age_seconds{${series}} 30`);
  expect(lines).toContain('daoyu_devices{park="county"} 3');
});

it('claims no state and no value while the store does not answer', async () => {
  const lines = await scrape([device('pond-1', 'a')], new Error('away'));
  expect(lines.filter((line) => /^daoyu_(site_state|newest_value|newest_age)/.test(line))).toEqual([]);
});

it('expects nothing of a device that is disabled or retired', async () => {
  const devices = [device('pond-1', 'a', { isDisabled: true }), device('pond-2', 'b', { retiredAt: 1 })];
  expect((await scrape(devices, [])).filter((line) => line.startsWith('daoyu_site_state'))).toEqual([]);
});

it('tells of so many devices and no more, and says how many it leaves out', async () => {
  const devices = Array.from({ length: 30 }, (_, index) => device('pond-1', `d-${index}`));
  const lines = await scrape(
    devices,
    devices.map(({ id }) => latest('pond-1', id, 6, 1000)),
    20,
  );
  expect(lines.filter((line) => line.startsWith('daoyu_newest_value'))).toHaveLength(20);
  expect(lines).toContain('daoyu_newest_omitted_devices 10');
});
