/** Sites for the overview: the important values of each, worst first. */
import { siteKey } from '../../../base/keys.ts';
import { deviceHealth } from '../../../registry/device-health.ts';
import type { Site } from '../../../registry/registry.ts';
import { type Assessment, type HealthState, worstFirst } from '../../../sensors/health.ts';
import type { Kind } from '../../../sensors/kind.ts';
import type { Label } from '../../../sensors/label.ts';
import type { Profile } from '../../../sensors/profile.ts';
import { type Catalog, type DeviceInfo, labelOf } from './catalog.ts';
import { keyOf, type LatestRow } from './latest.ts';
import { type ProfileInterval, seasonOf } from './season.ts';

export interface DeviceCard {
  readonly key: string;
  readonly device: DeviceInfo;
  readonly siteLabel: Label;
  readonly kind: Kind;
  /** In force now. */
  readonly profile?: Profile | undefined;
  /** Earlier and future profiles. */
  readonly season: readonly ProfileInterval[];
  readonly intervalMs: number;
  readonly row: LatestRow | undefined;
  readonly assessment: Assessment;
}

export interface SiteCard {
  readonly site: Site;
  /** Worst first; the tile shows the first one. */
  readonly devices: readonly [DeviceCard, ...DeviceCard[]];
  readonly state: HealthState;
}

/** Longest time before silence, or words such as "for 3 min", are evaluated again; a new reading is evaluated at once. */
const JUDGED_FOR_MS = 5000;

export type CardsOf = (catalog: Catalog, rows: ReadonlyMap<string, LatestRow>, now: number) => readonly SiteCard[];

/** Keeps the cards of unchanged sites: a reading causes one of hundreds of sites to be evaluated again, not all of them every second. */
export function createCards(): CardsOf {
  let devices: Map<string, Judged> = new Map();
  let sites: Map<string, SiteCard> = new Map();
  let of: Catalog | undefined;
  return (catalog, rows, now) => {
    if (catalog !== of) [devices, sites, of] = [new Map(), new Map(), catalog];
    const places = new Map(catalog.sites.map((site) => [siteKey(site.park, site.id), site]));
    const bySite = new Map<string, DeviceCard[]>();
    for (const device of catalog.devices) {
      const key = keyOf(device);
      const place = siteKey(device.park, device.site);
      const row = rows.get(key);
      const before = devices.get(key);
      const judged = isStill(before, row, now) ? before : judge(catalog, device, places.get(place), row, now);
      if (judged === undefined) continue;
      const card = before !== undefined && saysTheSame(before.card, judged.card) ? before.card : judged.card;
      devices.set(key, { card, at: judged.at });
      const beside = bySite.get(place);
      if (beside === undefined) bySite.set(place, [card]);
      else beside.push(card);
    }
    return [...bySite]
      .map(([place, cards]) => {
        const card = kept(sites.get(place), siteCardOf(place, places.get(place), cards));
        sites.set(place, card);
        return card;
      })
      .sort((one, other) => worstFirst(one, other) || byName(one.site, other.site));
  };
}

/** Equal states are ordered by name, because a restarted process lists sites in another order. */
function byName(one: Site, other: Site): number {
  const [a, b] = [siteKey(one.park, one.id), siteKey(other.park, other.id)];
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Judged {
  readonly card: DeviceCard;
  readonly at: number;
}

function isStill(before: Judged | undefined, row: LatestRow | undefined, now: number): before is Judged {
  return before !== undefined && before.card.row === row && Math.abs(now - before.at) < JUDGED_FOR_MS;
}

/** In whole minutes, as shown, most results are unchanged. */
function saysTheSame(one: DeviceCard, other: DeviceCard): boolean {
  if (one.row !== other.row || one.profile !== other.profile) return false;
  const { reasons } = one.assessment;
  return (
    reasons.length === other.assessment.reasons.length &&
    reasons.every(({ code, label }, index) => {
      const beside = other.assessment.reasons[index];
      return beside?.code === code && beside.label.en === label.en;
    })
  );
}

/** The previous card if it holds the same devices. */
function kept(before: SiteCard | undefined, card: SiteCard): SiteCard {
  const isSame =
    before?.devices.length === card.devices.length &&
    before.devices.every((each, index) => each === card.devices[index]);
  return isSame ? before : card;
}

function judge(
  catalog: Catalog,
  device: DeviceInfo,
  site: Site | undefined,
  row: LatestRow | undefined,
  now: number,
): Judged | undefined {
  const kind = catalog.kinds.get(device.kind);
  if (kind === undefined) return undefined;
  const season = seasonOf(catalog, site, kind);
  const latest =
    row === undefined || row.time === null
      ? undefined
      : {
          time: row.time,
          values: row.values,
          ...(row.flags && { flags: row.flags }),
          ...(row.olderFields && { olderFields: row.olderFields }),
        };
  const health = deviceHealth({ device, kind, site, profiles: catalog.profiles, latest, now });
  const { profile, intervalMs, ...assessment } = health;
  const siteLabel = labelOf(site?.label, device.site);
  const card = { key: keyOf(device), device, siteLabel, kind, profile, season, intervalMs, row, assessment };
  return { card, at: now };
}

function siteCardOf(place: string, known: Site | undefined, cards: readonly DeviceCard[]): SiteCard {
  const [first, ...rest] = [...cards].sort(
    (one, other) =>
      worstFirst(one.assessment, other.assessment) || (one.key < other.key ? -1 : one.key > other.key ? 1 : 0),
  );
  if (first === undefined) throw new Error(`no device at ${place}`);
  const [park = '', id = ''] = place.split('/');
  const site = known ?? { park, id, label: { zh: id, en: id }, type: 'other' as const };
  return { site, devices: [first, ...rest], state: first.assessment.state };
}
