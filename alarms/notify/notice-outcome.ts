/** Outcomes of notices, stored beside their alarms. */
import type { Kv } from '../../kv/kv.ts';
import type { Outcome } from '../channels/channel.ts';
import type { Intent } from './follow-up.ts';

export const OUTCOME_PREFIX = 'notify/outcome/';

export interface NoticeOutcome {
  readonly id: string;
  readonly alarms: readonly string[];
  readonly channel: string;
  readonly people: readonly string[];
  readonly about: Intent['about'];
  readonly result: 'delivered' | 'failed' | 'expired';
  readonly code?: string;
  readonly why?: string;
  readonly attempts: number;
  /** Epoch ms. */
  readonly decidedAt: number;
  readonly endedAt: number;
}

/** A notice that has no outcome yet. */
export interface Due {
  readonly intent: Intent;
  readonly attempts: number;
}

export const outcomeKey = (alarm: string, id: string) => `${OUTCOME_PREFIX}${alarm}/${id}`;

/** Notices of one alarm, by the time of their outcome. */
export async function noticesOf(kv: Pick<Kv, 'list'>, alarm: string): Promise<readonly NoticeOutcome[]> {
  const found: NoticeOutcome[] = [];
  for await (const { value } of kv.list<NoticeOutcome>(`${OUTCOME_PREFIX}${alarm}/`)) found.push(value);
  return found.sort((one, other) => one.endedAt - other.endedAt);
}

/** `outcome`: the last answer of the channel; absent if the notice was never sent. */
export function outcomeOf(
  { intent, attempts }: Due,
  result: NoticeOutcome['result'],
  outcome: Outcome | undefined,
  endedAt: number,
): NoticeOutcome {
  const { id, alarms, channel, people, about, decidedAt } = intent;
  return {
    ...{ id, alarms: alarms.map((alarm) => alarm.id), channel, people, about, result, attempts, decidedAt, endedAt },
    ...(outcome?.code !== undefined && { code: outcome.code }),
    ...(outcome !== undefined && 'why' in outcome && { why: outcome.why }),
  };
}
