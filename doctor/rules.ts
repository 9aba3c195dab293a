/** All that a doctor looks for, in the order of a report. */
import type { Rule } from './rule.ts';
import { backOff } from './rules/back-off.ts';
import { backlog } from './rules/backlog.ts';
import { clock } from './rules/clock.ts';
import { connectPerReading } from './rules/connect-per-reading.ts';
import { credential } from './rules/credential.ts';
import { dup } from './rules/dup.ts';
import { encryption } from './rules/encryption.ts';
import { errorsTopic } from './rules/errors-topic.ts';
import { interval } from './rules/interval.ts';
import { keepAlive } from './rules/keep-alive.ts';
import { latePuback } from './rules/late-puback.ts';
import { leftEarly } from './rules/left-early.ts';
import { login } from './rules/login.ts';
import { packetIds } from './rules/packet-ids.ts';
import { qos } from './rules/qos.ts';
import { reconnects } from './rules/reconnects.ts';
import { fields, readable, sentinels, values } from './rules/refused.ts';
import { resend } from './rules/resend.ts';
import { resendTime } from './rules/resend-time.ts';
import { retain } from './rules/retain.ts';
import { session } from './rules/session.ts';
import { size } from './rules/size.ts';
import { stuck } from './rules/stuck.ts';
import { subscriptions } from './rules/subscriptions.ts';
import { timeMissing } from './rules/time-missing.ts';
import { timeRepeated } from './rules/time-repeated.ts';
import { topic } from './rules/topic.ts';
import { will } from './rules/will.ts';
import { window } from './rules/window.ts';
import { withheld } from './rules/withheld.ts';

export const rules: readonly Rule[] = [
  ...[login, credential, reconnects, connectPerReading, encryption],
  ...[keepAlive, will, session, subscriptions, errorsTopic],
  ...[qos, retain, topic, packetIds, dup, resend, resendTime, leftEarly, window],
  ...[timeMissing, clock, timeRepeated, interval, backlog],
  ...[size, readable, fields, values, sentinels, stuck],
  ...[withheld, latePuback, backOff],
];
