/** Events and corrections, as the page asks the API for them and sends them. */
import type { Static } from 'typebox';
import type { CorrectionAnswer, CorrectionsAnswer } from '../../../api/correction-schemas.ts';
import type { EventAnswer, EventKindsAnswer, EventsAnswer, SeasonsAnswer } from '../../../api/journal-schemas.ts';
import { get, send } from './api.ts';

export type EventKind = EventKindsAnswer['kinds'][number];
export type EventField = EventKind['fields'][number];
export type FarmEvent = EventAnswer;
export type Correction = Static<typeof CorrectionAnswer>;
export type CorrectionMethod = Correction['method'];
/** Of a correction that moves whole readings. */
export const ALL_FIELDS = '*';
export type Season = Static<typeof SeasonsAnswer>['seasons'][number];

export interface NewEvent {
  /** Made here, so that what is sent twice is one event. */
  readonly id: string;
  readonly park: string;
  readonly site: string;
  readonly device?: string;
  readonly kind: string;
  /** RFC 3339, or epoch ms as text. */
  readonly at: string;
  readonly by?: string;
  readonly note?: string;
  readonly values: Readonly<Record<string, number | string>>;
  readonly supersedes?: string;
  readonly isWithdrawn?: true;
}

export interface NewCorrection {
  readonly id: string;
  readonly park: string;
  readonly device: string;
  readonly field: string;
  readonly from: string;
  readonly to: string;
  readonly method: CorrectionMethod;
  readonly reason: string;
  readonly evidence?: string;
  readonly by?: string;
  readonly supersedes?: string;
  readonly isWithdrawn?: true;
}

interface Where {
  readonly park: string;
  readonly site: string;
}

/** 32 hexadecimal digits. `crypto.randomUUID` is missing on a page that came over plain HTTP. */
export function newRecordId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export const loadEventKinds = async () => (await get<EventKindsAnswer>('/event-kinds')).kinds;

export const loadEvents = async (where: Where, from: number, to: number, signal?: AbortSignal) =>
  (await get<EventsAnswer>(`/events?${queryOf(where, from, to)}`, signal)).events;

export const loadSeasons = async ({ park, site }: Where) =>
  (await get<Static<typeof SeasonsAnswer>>(`/seasons?${new URLSearchParams({ park, site })}`)).seasons;

export const sendEvent = (event: NewEvent) => send<FarmEvent>('POST', '/events', event);

export const loadCorrections = async (where: Where, from: number, to: number, signal?: AbortSignal) =>
  (await get<Static<typeof CorrectionsAnswer>>(`/corrections?${queryOf(where, from, to)}`, signal)).corrections;

export const sendCorrection = (correction: NewCorrection) => send<Correction>('POST', '/corrections', correction);

function queryOf({ park, site }: Where, from: number, to: number): URLSearchParams {
  return new URLSearchParams({ park, site, from: String(Math.round(from)), to: String(Math.round(to)) });
}
