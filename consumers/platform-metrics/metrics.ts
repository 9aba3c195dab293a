/** Metrics of the platform at one moment, stored beside the readings: states with reasons, ledger, bands, names, and the platform itself. Grafana has no other access to them. */

import { deviceKey, latestKey, siteKey } from '../../base/keys.ts';
import {
  ageMetric,
  BAND_METRICS,
  CONSUMER_METRICS,
  connectedMetric,
  consumerPending,
  DEVICE_METRICS,
  delayMetric,
  displayNameMetric,
  ledgerMetrics,
  measuredMetric,
  PARK_METRICS,
  PLACE_FIELDS,
  PLATFORM_METRICS,
  parkChoiceMetric,
  platformMetrics,
  reasonMetric,
  SITE_METRICS,
  STATE_NUMBERS,
  siteChoiceMetric,
  siteNameMetric,
  stateMetric,
} from '../../dashboards/definition/platform-metrics.ts';
import { deviceHealth } from '../../registry/device-health.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Language } from '../../sensors/format.ts';
import type { Assessment, HealthState } from '../../sensors/health.ts';
import type { Kind } from '../../sensors/kind.ts';
import type { Label } from '../../sensors/label.ts';
import { limitsOf } from '../../sensors/limits.ts';
import { profileAt } from '../../sensors/stages.ts';
import type { Latest, LedgerRow } from '../../store/store.ts';
import type { Figure } from './line.ts';

export interface Moment {
  readonly now: number;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices' | 'profiles'>;
  /** Absent while the store does not answer: then no state is reported. */
  readonly latest: readonly Latest[] | undefined;
  readonly ledger: readonly (LedgerRow & { readonly pending: number })[];
  readonly isConnected: (park: string, device: string) => boolean;
}

export interface PlatformMoment {
  readonly now: number;
  readonly bus: {
    readonly sizeBytes: number;
    readonly maxBytes: number;
    readonly isWritable: boolean;
    readonly consumers: readonly { readonly name: string; readonly pending: number }[];
  };
  readonly store: { readonly readings: number; readonly sizeBytes: number; readonly isWritable: boolean };
  readonly broker: {
    readonly connections: number;
    readonly inFlight: number;
    readonly received: number;
    readonly acknowledged: number;
    readonly refused: Readonly<Record<string, number>>;
  };
  readonly memoryBytes: number;
}

export function deviceMetrics(moment: Moment): readonly Figure[] {
  const { now, kinds, registry, latest, ledger, isConnected } = moment;
  const sites = new Map(registry.sites().map((site) => [siteKey(site.park, site.id), site]));
  const newest = new Map((latest ?? []).map((each) => [latestKey(each.park, each.device, each.kind), each]));
  const rows = new Map(ledger.map((row) => [deviceKey(row.park, row.device), row]));
  const counts = new Map<string, Record<HealthState, number>>(
    registry.parks().map(({ id }) => [id, { critical: 0, unknown: 0, warning: 0, good: 0 }]),
  );
  const figures = registry.devices().flatMap((device): Figure[] => {
    const kind = kinds.get(device.kind);
    if (kind === undefined) return [];
    const site = sites.get(siteKey(device.park, device.site));
    const reading = newest.get(latestKey(device.park, device.id, kind.name));
    const assessment =
      latest && deviceHealth({ device, kind, site, profiles: registry.profiles(), latest: reading, now });
    const count = counts.get(device.park);
    if (assessment !== undefined && count !== undefined) count[assessment.state] += 1;
    const row = rows.get(deviceKey(device.park, device.id));
    return [
      {
        measurement: DEVICE_METRICS,
        tags: { park: device.park, site: device.site, device: device.id, kind: kind.name },
        fields: {
          ...(assessment && stateFields(assessment, now)),
          [delayMetric.name]: reading && Math.max(0, reading.receivedAt - reading.time) / 1000,
          ...inBoth(siteNameMetric.name, site?.label ?? { zh: device.site, en: device.site }),
          [PLACE_FIELDS.park]: device.park,
          [PLACE_FIELDS.site]: device.site,
          ...inBoth(displayNameMetric.name, displayNameOf(device, site?.label, registry)),
          [connectedMetric.name]: isConnected(device.park, device.id) ? 1 : 0,
          ...Object.fromEntries(ledgerMetrics.map(({ name }) => [name, row?.[name as keyof typeof row] ?? 0])),
        },
        time: now,
      },
    ];
  });
  if (latest === undefined) return figures;
  const parks = [...counts].map(
    ([park, fields]): Figure => ({ measurement: PARK_METRICS, tags: { park }, fields, time: now }),
  );
  return [...figures, ...parks];
}

/** The site's name is enough where it has one device of the kind; two parks may use the same device id. */
function displayNameOf(
  {
    park,
    site,
    id,
    kind,
  }: { readonly park: string; readonly site: string; readonly id: string; readonly kind: string },
  label: Label | undefined,
  registry: Moment['registry'],
): Label {
  const isOnly = registry.devices({ park, site }).filter((each) => each.kind === kind).length === 1;
  const { zh, en } = label ?? { zh: site, en: site };
  return isOnly ? { zh, en } : { zh: `${zh} · ${id}`, en: `${en} · ${id}` };
}

/**
 * The choices of Grafana's variables, in words: `任市竹溪 1 号塘 · zhuxi-pond-1`. The worst site has the newest time (each next one a
 * millisecond earlier), because InfluxQL sorts by time alone: the first choice is the site that a dashboard opens with.
 */
export function siteMetrics(moment: Pick<Moment, 'now' | 'registry'>, devices: readonly Figure[]): readonly Figure[] {
  const { now, registry } = moment;
  const parks = new Map(registry.parks().map(({ id, label }) => [id, label]));
  const states = new Map<string, number>();
  for (const { measurement, tags, fields } of devices) {
    if (measurement !== DEVICE_METRICS) continue;
    const key = `${tags.park}/${tags.site}/${tags.kind}`;
    states.set(key, Math.max(states.get(key) ?? 0, Number(fields[stateMetric.name] ?? 0)));
  }
  const rankOf = ({ tags }: Figure) => states.get(`${tags.park}/${tags.site}/${tags.kind}`) ?? 0;
  return registry
    .sites()
    .flatMap((site) => {
      const present = registry.devices({ park: site.park, site: site.id });
      const park = parks.get(site.park) ?? { zh: site.park, en: site.park };
      return [...new Set(present.map(({ kind }) => kind))].map(
        (kind): Figure => ({
          measurement: SITE_METRICS,
          tags: {
            park: site.park,
            site: site.id,
            kind,
            ...inBoth('park', choice(park, site.park)),
            ...inBoth('site', choice(site.label, site.id)),
          },
          fields: {
            devices: present.filter((device) => device.kind === kind).length,
            ...inBoth(parkChoiceMetric.name, choice(park, site.park)),
            ...inBoth(siteChoiceMetric.name, choice(site.label, site.id)),
          },
          time: now,
        }),
      );
    })
    .sort((one, other) => rankOf(other) - rankOf(one))
    .map((figure, index) => ({ ...figure, time: now - index }));
}

/** Targets and limits of every site at one time, by the profile then in force; none before the profile took effect. */
export function bandMetrics({ kinds, registry }: Pick<Moment, 'kinds' | 'registry'>, time: number): readonly Figure[] {
  return registry.sites().flatMap((site) => {
    const inForce = profileAt(site, time);
    const profile = registry.profiles().find(({ name }) => name === inForce);
    if (profile === undefined || Date.parse(profile.effective) > time) return [];
    const present = new Set(registry.devices({ park: site.park, site: site.id }).map(({ kind }) => kind));
    return profile.kinds
      .filter((kind) => present.has(kind) && kinds.has(kind))
      .flatMap((kind) =>
        [...new Set(profile.bands.map(({ field }) => field))].map((field): Figure => {
          const { target, warnBelow, warnAbove, criticalBelow, criticalAbove } = limitsOf(profile, field) ?? {};
          return {
            measurement: BAND_METRICS,
            tags: { park: site.park, site: site.id, kind, field, profile: profile.name },
            fields: {
              target_low: target?.[0],
              target_high: target?.[1],
              warn_below: warnBelow,
              warn_above: warnAbove,
              critical_below: criticalBelow,
              critical_above: criticalAbove,
            },
            time,
          };
        }),
      );
  });
}

export function platformMetricsOf({ now, bus, store, broker, memoryBytes }: PlatformMoment): readonly Figure[] {
  const names = platformMetrics;
  const refused = Object.values(broker.refused).reduce((sum, count) => sum + count, 0);
  return [
    {
      measurement: PLATFORM_METRICS,
      tags: {},
      fields: {
        [names.connections.name]: broker.connections,
        [names.inFlight.name]: broker.inFlight,
        [names.received.name]: broker.received,
        [names.acknowledged.name]: broker.acknowledged,
        [names.refused.name]: refused,
        [names.logBytes.name]: bus.sizeBytes,
        [names.logMaxBytes.name]: bus.maxBytes,
        [names.storeBytes.name]: store.sizeBytes,
        [names.storeReadings.name]: store.readings,
        [names.memoryBytes.name]: memoryBytes,
        [names.logWritable.name]: bus.isWritable ? 1 : 0,
        [names.storeWritable.name]: store.isWritable ? 1 : 0,
      },
      time: now,
    },
    ...bus.consumers.map(
      ({ name, pending }): Figure => ({
        measurement: CONSUMER_METRICS,
        tags: { consumer: name },
        fields: { [consumerPending.name]: pending },
        time: now,
      }),
    ),
  ];
}

/** Number of reasons included; the page shows the rest. */
const MOST_REASONS = 3;

function stateFields({ state, reasons, ageMs }: Assessment, now: number): Figure['fields'] {
  const told = reasons.slice(0, MOST_REASONS).map(({ label }) => label);
  return {
    [stateMetric.name]: STATE_NUMBERS[state],
    ...inBoth(reasonMetric.name, {
      zh: told.map(({ zh }) => zh).join('；') || '正常',
      en: told.map(({ en }) => en).join('; ') || 'all good',
    }),
    [ageMetric.name]: ageMs === undefined ? undefined : ageMs / 1000,
    [measuredMetric.name]: ageMs === undefined ? undefined : now - ageMs,
  };
}

function inBoth(name: string, { zh, en }: Label): Record<string, string> {
  const texts: Readonly<Record<Language, string>> = { zh, en };
  return Object.fromEntries(Object.entries(texts).map(([language, text]) => [`${name}_${language}`, text]));
}

function choice({ zh, en }: Label, id: string): Label {
  return { zh: `${zh} · ${id}`, en: `${en} · ${id}` };
}
