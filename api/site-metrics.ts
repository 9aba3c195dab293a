/** Sites and newest values for Prometheus: one series per site and one per primary field of a device, up to a limit. */
import { Gauge, type Registry as MetricRegistry } from 'prom-client';
import { lockOf } from '../registry/device-change.ts';
import { deviceHealth } from '../registry/device-health.ts';
import type { Device, Registry } from '../registry/registry.ts';
import { RANK } from '../sensors/health.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Latest, Store } from '../store/store.ts';

export interface SiteMetricsOptions {
  readonly registry: Pick<Registry, 'sites' | 'devices' | 'profiles'>;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly store: Pick<Store, 'latest'>;
  readonly clock: () => number;
  /** Most devices whose newest values are exported; states of sites always are. */
  readonly mostDevices?: number;
}

/** With two or three series per field, Prometheus copes and a scrape stays below a megabyte. */
const MOST_DEVICES = 1000;

export interface SiteMetrics {
  /** While the store does not answer, states and values are absent rather than old. */
  refresh(): Promise<void>;
}

export function createSiteMetrics(metrics: MetricRegistry, options: SiteMetricsOptions): SiteMetrics {
  const { registry, kinds, store, clock, mostDevices = MOST_DEVICES } = options;
  const gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers: [metrics] });
  const state = gauge('daoyu_site_state', 'Worst device of a site: 0 good, 1 warning, 2 unknown, 3 critical', [
    'park',
    'site',
  ]);
  const labels = ['park', 'site', 'device', 'kind', 'field'];
  const value = gauge(
    'daoyu_newest_value',
    'Newest measured value of a primary field, in the unit of its kind',
    labels,
  );
  const age = gauge('daoyu_newest_age_seconds', 'Seconds since it was measured', labels);
  const registered = gauge('daoyu_devices', 'Devices in the registry', ['park']);
  const omitted = gauge(
    'daoyu_newest_omitted_devices',
    'Devices whose newest values are left out: there are too many',
    [],
  );

  function showDevice(device: Device, kind: Kind, latest: Latest | undefined, now: number): void {
    if (latest === undefined) return;
    for (const field of kind.primary) {
      const found = latest.values[field];
      if (found === undefined) continue;
      const series = { park: device.park, site: device.site, device: device.id, kind: kind.name, field };
      value.set(series, found);
      age.set(series, (now - (latest.olderFields?.[field] ?? latest.time)) / 1000);
    }
  }

  return {
    async refresh() {
      const now = clock();
      const newest = await store.latest({}).catch(() => undefined);
      for (const each of [state, value, age, registered, omitted]) each.reset();
      const devices = registry.devices();
      for (const { park } of devices) registered.inc({ park });
      if (newest === undefined) return;
      omitted.set(Math.max(0, devices.length - mostDevices));
      const byDevice = new Map(newest.map((each) => [`${each.park}/${each.device}/${each.kind}`, each]));
      const sites = new Map(registry.sites().map((site) => [`${site.park}/${site.id}`, site]));
      const profiles = registry.profiles();
      const worst = new Map<string, number>();
      for (const [index, device] of devices.entries()) {
        const kind = kinds.get(device.kind);
        // A disabled or retired device is not expected to report.
        if (kind === undefined || lockOf(device) !== undefined) continue;
        const latest = byDevice.get(`${device.park}/${device.id}/${kind.name}`);
        const place = `${device.park}/${device.site}`;
        const health = deviceHealth({ device, kind, site: sites.get(place), profiles, latest, now });
        worst.set(place, Math.max(worst.get(place) ?? 0, RANK[health.state]));
        if (index < mostDevices) showDevice(device, kind, latest, now);
      }
      for (const [place, rank] of worst) {
        const [park = '', site = ''] = place.split('/');
        state.set({ park, site }, rank);
      }
    },
  };
}
