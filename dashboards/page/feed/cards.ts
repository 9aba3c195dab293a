/** Sites as the overview shows them: what matters of each, worst first. */
import type { Site } from '../../../ingest/registry.ts';
import { assess } from '../../../sensors/assess.ts';
import type { Assessment, HealthState } from '../../../sensors/health.ts';
import type { Kind } from '../../../sensors/kind.ts';
import type { Label } from '../../../sensors/label.ts';
import type { Profile } from '../../../sensors/profile.ts';
import { type Catalog, type DeviceInfo, labelOf } from './catalog.ts';
import { keyOf, type LatestRow } from './latest.ts';
import { type ProfileSpell, profileOf, seasonOf } from './season.ts';

export interface DeviceCard {
  readonly key: string;
  readonly device: DeviceInfo;
  readonly siteLabel: Label;
  readonly kind: Kind;
  /** In force now. */
  readonly profile?: Profile | undefined;
  /** What was in force before, and will be. */
  readonly season: readonly ProfileSpell[];
  readonly intervalMs: number;
  readonly row: LatestRow | undefined;
  readonly assessment: Assessment;
}

export interface SiteCard {
  readonly site: Site;
  /** Worst first; the first is the one that the tile tells of. */
  readonly devices: readonly [DeviceCard, ...DeviceCard[]];
  readonly state: HealthState;
}

/** As in sensors/assess.ts: not knowing is worse than a warning. */
export const RANK: Readonly<Record<HealthState, number>> = { critical: 3, unknown: 2, warning: 1, good: 0 };

export function cardsOf(catalog: Catalog, rows: ReadonlyMap<string, LatestRow>, now: number): readonly SiteCard[] {
  const bySite = new Map<string, DeviceCard[]>();
  const sites = new Map(catalog.sites.map((site) => [`${site.park}/${site.id}`, site]));
  for (const device of catalog.devices) {
    const kind = catalog.kinds.get(device.kind);
    if (kind === undefined) continue;
    const place = `${device.park}/${device.site}`;
    const season = seasonOf(catalog, sites.get(place), kind);
    const profile = profileOf(season, now);
    const key = keyOf(device);
    const row = rows.get(key);
    const intervalMs = device.intervalMs ?? kind.intervalMs;
    const latest =
      row === undefined || row.time === null
        ? undefined
        : {
            time: row.time,
            values: row.values,
            ...(row.flags && { flags: row.flags }),
            ...(row.olderFields && { olderFields: row.olderFields }),
          };
    const assessment = assess({ kind, profile, intervalMs, now, latest });
    const siteLabel = labelOf(sites.get(place)?.label, device.site);
    const card = { key, device, siteLabel, kind, profile, season, intervalMs, row, assessment };
    bySite.set(place, [...(bySite.get(place) ?? []), card]);
  }
  return [...bySite]
    .flatMap(([place, devices]) => {
      const [first, ...rest] = devices.sort((a, b) => RANK[b.assessment.state] - RANK[a.assessment.state]);
      const [park = '', id = ''] = place.split('/');
      const site = sites.get(place) ?? { park, id, label: { zh: id, en: id }, type: 'other' as const };
      return first === undefined ? [] : [{ site, devices: [first, ...rest] as const, state: first.assessment.state }];
    })
    .sort((one, other) => RANK[other.state] - RANK[one.state]);
}
