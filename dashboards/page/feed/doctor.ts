/** Examinations of a device, as the page asks the API for them. */
import type { Static } from 'typebox';
import type { Report as ReportSchema } from '../../../api/doctor-schemas.ts';
import { get, send } from './api.ts';

export type Report = Static<typeof ReportSchema>;
export type Check = Report['checks'][number];
export type Verdict = Check['verdict'];

const pathOf = (park: string, device: string) =>
  `/devices/${encodeURIComponent(park)}/${encodeURIComponent(device)}/doctor`;

/** Undefined for a device that was never examined. */
export const loadReport = (park: string, device: string) => get<Report | undefined>(pathOf(park, device));

export const startDoctor = (park: string, device: string, active: boolean) =>
  send<Report>('POST', pathOf(park, device), { active });

export const stopDoctor = (park: string, device: string) => send<Report>('DELETE', pathOf(park, device));

/** What needs eyes comes first. */
export const VERDICTS: readonly Verdict[] = ['fail', 'warning', 'ok', 'unseen'];
export const checksWith = ({ checks }: Report, verdict: Verdict): readonly Check[] =>
  checks.filter((check) => check.verdict === verdict);
