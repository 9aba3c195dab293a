/** The HTTP API as this page asks it. */
import type { Check, LedgerView } from '../../../api/api.ts';
import type { QuarantineRecord } from '../../../bus/rejection.ts';
import type { Kind } from '../../../sensors/kind.ts';
import type { Series } from '../../../store/store.ts';
import type { Catalog, DeviceInfo } from './catalog.ts';
import type { LatestRow } from './latest.ts';

export class RequestFailed extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const get = <T>(path: string, signal?: AbortSignal) => ask<T>(path, signal ? { signal } : {});

/** Rejects with `RequestFailed`; status 0 means that nobody answered. */
async function ask<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, { headers: { accept: 'application/json' }, ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new RequestFailed(0, String(error));
  }
  if (!response.ok) {
    const problem = (await response.json().catch(() => ({}))) as { readonly detail?: string };
    throw new RequestFailed(response.status, problem.detail ?? response.statusText);
  }
  return (await response.json()) as T;
}

export type Places = Pick<Catalog, 'parks' | 'sites' | 'profiles'>;

export const loadPlaces = () => get<Places>('/parks');

export async function loadCatalog(): Promise<Catalog> {
  const [{ kinds }, places, { devices }] = await Promise.all([
    get<{ kinds: readonly Kind[] }>('/kinds'),
    loadPlaces(),
    get<{ devices: readonly DeviceInfo[] }>('/devices'),
  ]);
  return { ...places, kinds: new Map(kinds.map((kind) => [kind.name, kind])), devices };
}

export const loadLatest = async () => (await get<{ latest: readonly LatestRow[] }>('/latest')).latest;
export const loadDevices = async () => (await get<{ devices: readonly DeviceInfo[] }>('/devices')).devices;
export const loadLedger = () =>
  get<{ readonly ledger: readonly LedgerView[]; readonly isComplete: boolean }>('/ledger');
export const loadSession = () => get<{ mayOperate: boolean }>('/session');

export type LogPromise = NonNullable<Check['promise']>;

/** What an acknowledged reading survives; beside the API, and answered with 503 when the log is away. */
export async function loadPromise(): Promise<LogPromise | undefined> {
  const response = await fetch('/readyz', { headers: { accept: 'application/json' } });
  const { checks } = (await response.json()) as { readonly checks: readonly Check[] };
  return checks.find(({ name }) => name === 'log')?.promise;
}

export interface QuarantineAsked {
  readonly limit: number;
  readonly park?: string | undefined;
  readonly code?: string | undefined;
  /** Id of the last one of the page before. */
  readonly before?: string | undefined;
}

export async function loadQuarantine({ limit, ...filter }: QuarantineAsked) {
  const query = new URLSearchParams({ limit: String(limit) });
  for (const [key, value] of Object.entries(filter)) if (value) query.set(key, value);
  return (await get<{ quarantine: readonly QuarantineRecord[] }>(`/quarantine?${query}`)).quarantine;
}

export interface Replayed {
  readonly accepted: number;
  readonly duplicate: number;
  readonly refused: readonly { readonly code: string; readonly message: string }[];
}

export const replay = (id: string) => ask<Replayed>(`/quarantine/${encodeURIComponent(id)}/replay`, { method: 'POST' });

export interface SeriesAsked {
  readonly kind: string;
  readonly park?: string;
  readonly site?: string;
  readonly fields: readonly string[];
  readonly from: number;
  readonly to: number;
  /** A window such as `5m`; absent: raw readings. */
  readonly every?: string | undefined;
  readonly aggregates?: readonly string[];
}

export async function loadSeries(asked: SeriesAsked, signal?: AbortSignal): Promise<readonly Series[]> {
  const query = new URLSearchParams({ kind: asked.kind, fields: asked.fields.join(',') });
  if (asked.park) query.set('park', asked.park);
  if (asked.site) query.set('site', asked.site);
  query.set('from', String(Math.round(asked.from)));
  query.set('to', String(Math.round(asked.to)));
  if (asked.every) query.set('every', asked.every);
  if (asked.every && asked.aggregates) query.set('agg', asked.aggregates.join(','));
  return (await get<{ series: readonly Series[] }>(`/series?${query}`, signal)).series;
}
