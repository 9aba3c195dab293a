/** The HTTP API as this page asks it. Types of answers are those of the routes' schemas. */
import type { Static } from 'typebox';
import type { AlarmsAnswer, TransitionsAnswer } from '../../../api/alarm-schemas.ts';
import type { CommandsAnswer, SentAnswer } from '../../../api/command-schemas.ts';
import type { DevicesAnswer } from '../../../api/routes/devices.ts';
import type { Check, ReadinessAnswer } from '../../../api/routes/health.ts';
import type { KindsAnswer } from '../../../api/routes/kinds.ts';
import type { LatestAnswer } from '../../../api/routes/latest.ts';
import type { LedgerAnswer } from '../../../api/routes/ledger.ts';
import type { NoticesAnswer } from '../../../api/routes/notices.ts';
import type { ParksAnswer } from '../../../api/routes/parks.ts';
import type { QuarantineAnswer, ReplayAnswer } from '../../../api/routes/quarantine.ts';
import type { SessionAnswer } from '../../../api/routes/session.ts';
import type { Problem } from '../../../api/schemas.ts';
import type { SeriesAnswer } from '../../../api/series-schemas.ts';
import type { Kind } from '../../../sensors/kind.ts';
import type { Alarm } from './alarm-list.ts';
import type { Catalog } from './catalog.ts';

export class RequestFailed extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const get = <T>(path: string, signal?: AbortSignal) => ask<T>(path, signal ? { signal } : {});

/** Rejects with `RequestFailed`; status 0 means that nobody answered. */
export async function ask<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, { headers: { accept: 'application/json' }, ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new RequestFailed(0, String(error));
  }
  if (!response.ok) {
    const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
    throw new RequestFailed(response.status, problem.detail ?? response.statusText);
  }
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** For what changes something. */
export const send = <T>(method: string, path: string, body?: object) =>
  ask<T>(path, {
    method,
    ...(body && {
      body: JSON.stringify(body),
      headers: { accept: 'application/json', 'content-type': 'application/json' },
    }),
  });

export const loadPlaces = () => get<ParksAnswer>('/parks');

export async function loadCatalog(): Promise<Catalog> {
  const [{ kinds }, places, devices] = await Promise.all([get<KindsAnswer>('/kinds'), loadPlaces(), loadDevices()]);
  return { ...places, kinds: new Map(kinds.map((kind) => [kind.name, withoutFormulas(kind)])), devices };
}

/** A formula does not travel as JSON; the values worked out by it do, with the others. */
const withoutFormulas = (kind: KindsAnswer['kinds'][number]): Kind => ({
  ...kind,
  fields: kind.fields.map(({ derived: _, ...field }) => field),
});

export const loadLatest = async () => (await get<LatestAnswer>('/latest')).latest;
export const loadDevices = async () => (await get<DevicesAnswer>('/devices')).devices;
export type Command = Static<typeof CommandsAnswer>['commands'][number];
/** The newest of a device, `park/device`. */
export const loadCommands = async (key: string, signal: AbortSignal) =>
  (await get<Static<typeof CommandsAnswer>>(`/devices/${key}/commands?limit=200`, signal)).commands;
/** Rejects with status 409 and its sentence where an interlock stands against it. */
export const sendCommand = (key: string, name: string, value: object, isOverride: boolean) =>
  send<Static<typeof SentAnswer>>(
    'POST',
    `/devices/${key}/commands/${name}${isOverride ? '?override=true' : ''}`,
    value,
  );
export const loadCommand = (key: string, id: string) => get<Command>(`/devices/${key}/commands/${id}`);
export const loadLedger = () => get<LedgerAnswer>('/ledger');
export const loadSession = () => get<SessionAnswer>('/session');

export type LogPromise = NonNullable<Check['promise']>;

/** What an acknowledged reading survives; beside the API, and answered with 503 when the log is away. */
export async function loadPromise(): Promise<LogPromise | undefined> {
  const response = await fetch('/readyz', { headers: { accept: 'application/json' } });
  const { checks } = (await response.json()) as ReadinessAnswer;
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
  return (await get<QuarantineAnswer>(`/quarantine?${query}`)).quarantine;
}

export const replay = (id: string) =>
  ask<ReplayAnswer>(`/quarantine/${encodeURIComponent(id)}/replay`, { method: 'POST' });

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
  /** Absent: as corrected. */
  readonly values?: 'raw';
}

/** Windows are of good values, with what covers them. */
export type LoadedSeries = SeriesAnswer['series'][number];

export async function loadSeries(asked: SeriesAsked, signal?: AbortSignal): Promise<readonly LoadedSeries[]> {
  const query = new URLSearchParams({ kind: asked.kind, fields: asked.fields.join(',') });
  if (asked.park) query.set('park', asked.park);
  if (asked.site) query.set('site', asked.site);
  query.set('from', String(Math.round(asked.from)));
  query.set('to', String(Math.round(asked.to)));
  if (asked.every) query.set('every', asked.every);
  if (asked.every && asked.aggregates) query.set('agg', asked.aggregates.join(','));
  if (asked.values) query.set('values', asked.values);
  const { series } = await get<SeriesAnswer>(`/series?${query}`, signal);
  const { values } = asked;
  return values ? series.map((each) => ({ ...each, values })) : series;
}

export interface AlarmsAsked {
  readonly state?: Alarm['state'];
  readonly park?: string | undefined;
  readonly site?: string | undefined;
  /** Opened from (included) to (excluded), epoch ms. */
  readonly from?: number;
  readonly to?: number;
  readonly limit?: number;
}

/** Newest first. */
export async function loadAlarms(asked: AlarmsAsked, signal?: AbortSignal): Promise<readonly Alarm[]> {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(asked))
    if (value !== undefined) query.set(key, typeof value === 'number' ? String(Math.round(value)) : value);
  return (await get<Static<typeof AlarmsAnswer>>(`/alarms?${query}`, signal)).alarms;
}

export const loadTransitions = async (id: string) =>
  (await get<Static<typeof TransitionsAnswer>>(`/alarms/${id}/transitions`)).transitions;

export const loadNotices = async (id: string) => (await get<NoticesAnswer>(`/alarms/${id}/notices`)).notices;

const post = <T>(path: string, body: object) => send<T>('POST', path, body);

export const acknowledge = (id: string, said: { readonly note?: string; readonly by?: string }) =>
  post<Alarm>(`/alarms/${id}/acknowledge`, said);

/** A time that is past ends it. */
export const shelve = (id: string, said: { readonly until: number; readonly reason: string; readonly by?: string }) =>
  post<Alarm>(`/alarms/${id}/shelve`, said);
