/** The view state in the address: a pasted link opens the same picture. */

import type { Language } from '../../../sensors/format.ts';
import type { HealthState } from '../../../sensors/health.ts';

export const RANGES = ['6h', '24h', '7d', '30d', 'season'] as const;
export type RangeName = (typeof RANGES)[number];
export type View =
  | 'doctor'
  | 'overview'
  | 'platform'
  | 'site'
  | 'quality'
  | 'wall'
  | 'alarms'
  | 'handover'
  | 'reports'
  | 'people'
  | 'audit'
  | 'manage'
  | 'start';
export const ALARM_LISTS = ['current', 'shelved', 'history'] as const;
export type AlarmList = (typeof ALARM_LISTS)[number];

const HOUR = 3_600_000;
/** A season of rice–crab farming, from transplanting to harvest, is about four months. */
export const RANGE_MS: Readonly<Record<RangeName, number>> = {
  '6h': 6 * HOUR,
  '24h': 24 * HOUR,
  '7d': 168 * HOUR,
  '30d': 720 * HOUR,
  season: 120 * 24 * HOUR,
};

export interface Route {
  readonly view: View;
  readonly language: Language;
  /** Filters of the overview and of a platform; of a site, the park that is meant. */
  readonly park?: string;
  readonly site?: string;
  /** Of those that are managed; or under examination, in the park. */
  readonly device?: string;
  readonly subplatform?: string;
  /** Sites shown beside this one, as `park/site`. */
  readonly compare?: readonly string[];
  /** A mission, by the time it began, epoch ms; absent: the newest. */
  readonly mission?: number;
  readonly state?: HealthState;
  /** Of the alarm centre; absent: the current ones. */
  readonly list?: AlarmList;
  readonly range: RangeName;
  /** A window chosen by zooming, epoch ms; absent while the range follows the clock. */
  readonly window?: readonly [from: number, to: number];
}

/** What a step changes; `undefined` takes it away. */
export type RouteChange = { readonly [K in keyof Route]?: Route[K] | undefined };

/** More lines than this on one chart cannot be told apart. */
export const MOST_COMPARED = 5;
const VIEWS: readonly string[] = [
  'overview',
  'quality',
  'wall',
  'alarms',
  'handover',
  'reports',
  'people',
  'audit',
  'manage',
  'start',
];
const STATES: readonly string[] = ['good', 'warning', 'critical', 'unknown'];

/** Never throws: what is not understood falls back to the overview. */
export function parseRoute(hash: string, language: Language): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const asked = new URLSearchParams(query);
  const [view = '', park, site] = path.split('/').map(decode);
  const text = (key: string) => asked.get(key) || undefined;
  const state = text('state');
  const list = ALARM_LISTS.find((name) => name === asked.get('list'));
  const from = Number(asked.get('from'));
  const to = Number(asked.get('to'));
  const shared = {
    language: asked.get('lang') === 'en' ? 'en' : asked.get('lang') === 'zh' ? 'zh' : language,
    range: RANGES.find((name) => name === asked.get('range')) ?? '24h',
    ...(from > 0 && to > from && { window: [from, to] as const }),
  } as const;
  if (view === 'site' && park && site) {
    const compare = (text('with') ?? '').split(',').filter((each) => /^[a-z0-9-]+\/[a-z0-9-]+$/.test(each));
    const mission = Number(text('mission'));
    return {
      ...shared,
      view,
      park,
      site,
      ...(compare.length > 0 && { compare: compare.slice(0, MOST_COMPARED) }),
      ...(mission > 0 && { mission }),
    };
  }
  if (view === 'doctor' && park && site) return { ...shared, view, park, device: site };
  const filterPark = text('park');
  const device = view === 'manage' ? text('device') : undefined;
  const subplatform = view === 'platform' ? park : text('sub');
  return {
    ...shared,
    view: view === 'platform' && subplatform ? 'platform' : VIEWS.includes(view) ? (view as View) : 'overview',
    ...(filterPark && { park: filterPark }),
    ...(device && { device }),
    ...(subplatform && { subplatform }),
    ...(state && STATES.includes(state) && { state: state as HealthState }),
    ...(view === 'alarms' && list && list !== 'current' && { list }),
  };
}

export function formatRoute(route: Route): string {
  const asked = new URLSearchParams();
  const isSite = route.view === 'site' && route.park !== undefined && route.site !== undefined;
  const isPlatform = route.view === 'platform' && route.subplatform !== undefined;
  if (isSite || isPlatform || route.view === 'handover') {
    if (route.window) {
      asked.set('from', String(Math.round(route.window[0])));
      asked.set('to', String(Math.round(route.window[1])));
    }
    asked.set('range', route.range);
  }
  if (isSite) {
    if (route.compare) asked.set('with', route.compare.join(','));
    if (route.mission) asked.set('mission', String(route.mission));
  } else {
    if (route.park && route.view !== 'doctor') asked.set('park', route.park);
    if (route.view === 'manage' && route.device) asked.set('device', route.device);
    if (route.subplatform && !isPlatform) asked.set('sub', route.subplatform);
    if (route.state) asked.set('state', route.state);
    if (route.view === 'alarms' && route.list && route.list !== 'current') asked.set('list', route.list);
  }
  asked.set('lang', route.language);
  return `#/${pathOf(route)}?${asked}`;
}

function pathOf({ view, park, site, device, subplatform }: Route): string {
  if (view === 'doctor' && park && device) return `doctor/${encodeURIComponent(park)}/${encodeURIComponent(device)}`;
  if (view === 'site' && park && site) return `site/${encodeURIComponent(park)}/${encodeURIComponent(site)}`;
  if (view === 'platform' && subplatform) return `platform/${encodeURIComponent(subplatform)}`;
  return view === 'site' || view === 'platform' || view === 'doctor' ? 'overview' : view;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
