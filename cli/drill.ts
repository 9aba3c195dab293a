/** `daoyu alarms test`: raises a drill and prints the outcome of each notice, with the time it took. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Alarm } from '../alarms/alarm.ts';
import type { NoticeOutcome } from '../alarms/notify/notice-outcome.ts';
import { DaoyuError } from '../base/errors.ts';
import { type ApiTarget, askPlatform } from './platform-api.ts';

interface DrillOptions extends ApiTarget {
  readonly severity: string;
  readonly by?: string;
}

/** A warning waits a minute before anybody is notified. */
const WAIT_MS = { critical: 30_000, warning: 100_000 } as const;
/** Further notices of the same step come together with the first. */
const SETTLE_MS = 3000;

/** Rejects with `DRILL_FAILED` when nobody was reached. */
export async function drill({ severity, by, ...target }: DrillOptions): Promise<void> {
  if (severity !== 'critical' && severity !== 'warning')
    throw new DaoyuError('OPTION_INVALID', `--severity ${severity} must be critical or warning`);
  const body = { severity, ...(by !== undefined && { by }) };
  const alarm = (await askPlatform(target, 'POST', '/api/v1/alarms/test', body)) as Alarm;
  process.stdout.write(`${alarm.id}  raised; waiting for its notices\n`);
  const notices = await noticesOf(target, alarm, WAIT_MS[severity]);
  for (const notice of notices) process.stdout.write(`${lineOf(notice, alarm)}\n`);
  if (notices.some(({ result }) => result === 'delivered')) return;
  const why = notices.length === 0 ? 'no notice ended; see `daoyu channels list` and the plan' : 'none was delivered';
  throw new DaoyuError('DRILL_FAILED', `the drill reached nobody: ${why}`);
}

async function noticesOf(target: ApiTarget, alarm: Alarm, withinMs: number): Promise<readonly NoticeOutcome[]> {
  const deadline = performance.now() + withinMs;
  let settleAt = Number.POSITIVE_INFINITY;
  for (;;) {
    const path = `/api/v1/alarms/${alarm.id}/notices`;
    const { notices } = (await askPlatform(target, 'GET', path)) as { readonly notices: readonly NoticeOutcome[] };
    const now = performance.now();
    if (notices.length > 0) settleAt = Math.min(settleAt, now + SETTLE_MS);
    if (now >= Math.min(deadline, settleAt)) return notices;
    await pause(300);
  }
}

function lineOf({ channel, people, result, code, why, attempts, endedAt }: NoticeOutcome, { raisedAt }: Alarm): string {
  const seconds = ((endedAt - raisedAt) / 1000).toFixed(1);
  const reason = [code, why].filter(Boolean).join(' ');
  const who = people.length === 0 ? '' : ` to ${people.join(', ')}`;
  return `${channel.padEnd(16)} ${result} after ${seconds} s${who}, ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}  ${reason}`.trimEnd();
}
