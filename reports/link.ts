/** A link that opens one report, for people without an account: signed, so that it opens nothing else, until it ends. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Language } from '../sensors/format.ts';
import type { ReportAsked } from './make.ts';

export interface LinkedReport {
  readonly asked: ReportAsked;
  readonly language: Language;
}

/** `until`: epoch ms. */
export function reportToken(secret: string, { asked, language }: LinkedReport, until: number): string {
  const payload = Buffer.from(JSON.stringify({ asked, language, until })).toString('base64url');
  return `${payload}.${macOf(secret, payload)}`;
}

/** Undefined if it is not one of ours, or has ended. */
export function parseReportToken(secret: string, token: string, now: number): LinkedReport | undefined {
  const [payload = '', mac = ''] = token.split('.');
  const [given, right] = [Buffer.from(mac), Buffer.from(macOf(secret, payload))];
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  const { asked, language, until } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as LinkedReport & {
    readonly until: number;
  };
  return now < until ? { asked, language } : undefined;
}

const macOf = (secret: string, payload: string) =>
  createHmac('sha256', secret).update(`report-link\n${payload}`).digest('base64url');
