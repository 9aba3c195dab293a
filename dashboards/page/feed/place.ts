/** Where the reader is and what they look at, as the address holds it: a pasted link opens the same picture. */

import type { Language } from '../../../sensors/format.ts';
import type { HealthState } from '../../../sensors/health.ts';

export const RANGES = ['6h', '24h', '7d', '30d', 'season'] as const;
export type RangeName = (typeof RANGES)[number];
export type View = 'overview' | 'platform' | 'site' | 'quality' | 'wall';

const HOUR = 3_600_000;
/** A season of rice–crab farming, from transplanting to harvest, is about four months. */
export const RANGE_MS: Readonly<Record<RangeName, number>> = {
  '6h': 6 * HOUR,
  '24h': 24 * HOUR,
  '7d': 168 * HOUR,
  '30d': 720 * HOUR,
  season: 120 * 24 * HOUR,
};

export interface Place {
  readonly view: View;
  readonly language: Language;
  /** Filters of the overview and of a platform; of a site, the park that is meant. */
  readonly park?: string;
  readonly site?: string;
  readonly subplatform?: string;
  /** Sites shown beside this one, as `park/site`. */
  readonly compare?: readonly string[];
  /** A mission, by the time it began, epoch ms; absent: the newest. */
  readonly mission?: number;
  readonly state?: HealthState;
  readonly range: RangeName;
  /** A window chosen by zooming, epoch ms; absent while the range follows the clock. */
  readonly window?: readonly [from: number, to: number];
}

/** What a step changes; `undefined` takes it away. */
export type PlaceChange = { readonly [K in keyof Place]?: Place[K] | undefined };

/** More lines than this on one chart cannot be told apart. */
export const MOST_COMPARED = 5;
const VIEWS: readonly string[] = ['overview', 'quality', 'wall'];
const STATES: readonly string[] = ['good', 'warning', 'critical', 'unknown'];

/** Never throws: what is not understood falls back to the overview. */
export function parsePlace(hash: string, language: Language): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const asked = new URLSearchParams(query);
  const [view = '', park, site] = path.split('/').map(decode);
  const text = (key: string) => asked.get(key) || undefined;
  const state = text('state');
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
  const filterPark = text('park');
  const subplatform = view === 'platform' ? park : text('sub');
  return {
    ...shared,
    view: view === 'platform' && subplatform ? 'platform' : VIEWS.includes(view) ? (view as View) : 'overview',
    ...(filterPark && { park: filterPark }),
    ...(subplatform && { subplatform }),
    ...(state && STATES.includes(state) && { state: state as HealthState }),
  };
}

export function formatPlace(place: Place): string {
  const asked = new URLSearchParams();
  const isSite = place.view === 'site' && place.park !== undefined && place.site !== undefined;
  const isPlatform = place.view === 'platform' && place.subplatform !== undefined;
  if (isSite || isPlatform) {
    if (place.window) {
      asked.set('from', String(Math.round(place.window[0])));
      asked.set('to', String(Math.round(place.window[1])));
    }
    asked.set('range', place.range);
  }
  if (isSite) {
    if (place.compare) asked.set('with', place.compare.join(','));
    if (place.mission) asked.set('mission', String(place.mission));
  } else {
    if (place.park) asked.set('park', place.park);
    if (place.subplatform && !isPlatform) asked.set('sub', place.subplatform);
    if (place.state) asked.set('state', place.state);
  }
  asked.set('lang', place.language);
  return `#/${pathOf(place)}?${asked}`;
}

function pathOf({ view, park, site, subplatform }: Place): string {
  if (view === 'site' && park && site) return `site/${encodeURIComponent(park)}/${encodeURIComponent(site)}`;
  if (view === 'platform' && subplatform) return `platform/${encodeURIComponent(subplatform)}`;
  return view === 'site' || view === 'platform' ? 'overview' : view;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
