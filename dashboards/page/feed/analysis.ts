/** Derived series and statistics, as the page asks the API for them. */
import type {
  DerivedAnswer,
  DerivedDescription,
  DerivedListAnswer,
  StatisticsAnswer,
} from '../../../api/analysis-schemas.ts';
import type { ReportLink } from '../../../api/report-schemas.ts';
import { get, send } from './api.ts';

export type { DerivedAnswer, DerivedDescription, DerivedListAnswer };
export type DerivedWindow = DerivedAnswer['devices'][number]['windows'][number];
export type StatisticsWindow = StatisticsAnswer['series'][number]['windows'][number];

export interface DerivedAsked {
  readonly series: string;
  readonly park: string;
  readonly device: string;
  readonly window: string;
  readonly from: number;
  readonly to: number;
  /** As typed, by name; empty ones are left to their defaults. */
  readonly parameters: Readonly<Record<string, string>>;
}

export const loadDerivedList = () => get<DerivedListAnswer>('/derived-series');

export const loadDerived = (asked: DerivedAsked, signal?: AbortSignal) =>
  get<DerivedAnswer>(derivedPath(asked), signal);

/** Behind `/api/v1`. */
export function derivedPath({ from, to, parameters, ...names }: DerivedAsked): string {
  const given = Object.entries(parameters).filter(([, value]) => value.trim() !== '');
  const query = new URLSearchParams({ ...names, from: String(Math.round(from)), to: String(Math.round(to)) });
  if (given.length > 0) query.set('parameters', given.map(([name, value]) => `${name}=${value.trim()}`).join(','));
  return `/derived?${query}`;
}

export interface StatisticsAsked {
  readonly kind: string;
  readonly park: string;
  readonly device: string;
  readonly fields: string;
  readonly stats: string;
  readonly window: string;
  readonly from: number;
  readonly to: number;
}

export async function loadStatistics(asked: StatisticsAsked, signal?: AbortSignal) {
  const { from, to, ...names } = asked;
  const query = new URLSearchParams({ ...names, from: String(Math.round(from)), to: String(Math.round(to)) });
  return (await get<StatisticsAnswer>(`/statistics?${query}`, signal)).series;
}

export interface ReportAsked {
  readonly report: string;
  readonly park: string;
  readonly site?: string | undefined;
  readonly device?: string | undefined;
  readonly at?: number | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** A file or page of its own. */
export function reportPath(asked: ReportAsked, lang: string, format: string): string {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined && !Number.isNaN(value));
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return `/api/v1/reports?${query}&lang=${lang}&format=${format}`;
}

export type { ReportLink };
export const makeReportLink = (asked: ReportAsked, lang: string) =>
  send<ReportLink>('POST', '/reports/links', { ...asked, lang });
