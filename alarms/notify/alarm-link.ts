/** A link with which the receiver of a message can see and acknowledge that one alarm without signing in, and nothing else. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Long enough for a night and the morning after it. */
export const LINK_MS = 24 * 3_600_000;

/** `secret` signs the link; whoever holds it may acknowledge until it expires. */
export function alarmToken(secret: string, alarm: string, until: number): string {
  const payload = Buffer.from(JSON.stringify([alarm, until])).toString('base64url');
  return `${payload}.${macOf(secret, payload)}`;
}

/** The alarm, or why the link is invalid. */
export function parseAlarmToken(
  secret: string,
  token: string,
  now: number,
): { readonly alarm: string } | 'invalid' | 'expired' {
  const [payload = '', mac = ''] = token.split('.');
  const [given, right] = [Buffer.from(mac), Buffer.from(macOf(secret, payload))];
  if (given.length !== right.length || !timingSafeEqual(given, right)) return 'invalid';
  const [alarm, until] = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as [string, number];
  return now < until ? { alarm } : 'expired';
}

function macOf(secret: string, payload: string): string {
  return createHmac('sha256', secret).update(`alarm-link\n${payload}`).digest('base64url');
}
