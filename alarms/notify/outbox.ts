/** Sends notices: each ends as delivered, failed with its reason, or expired. After a crash, a notice may be sent twice with the same key. */
import { codeOf } from '../../base/errors.ts';
import type { Log } from '../../base/logger.ts';
import { pause } from '../../base/pause.ts';
import type { Kv } from '../../kv/kv.ts';
import type { Notice, Outcome } from '../channels/channel.ts';
import type { ChannelBook } from './channel-book.ts';
import { noteHealth } from './channel-health.ts';
import type { Intent } from './follow-up.ts';
import { type Due, type NoticeOutcome, outcomeKey, outcomeOf } from './notice-outcome.ts';

export const DUE_PREFIX = 'notify/due/';
/** Beyond this many waiting, notices expire at once, warnings first: a storm must not fill the disk. */
const MAX_DUE = 2000;

export interface OutboxOptions {
  readonly kv: Kv;
  readonly book: Pick<ChannelBook, 'open' | 'names'>;
  readonly noticeOf: (intent: Intent) => Notice;
  readonly clock: () => number;
  readonly log: Log;
  readonly onOutcome?: (outcome: NoticeOutcome) => void;
}

export interface Outbox {
  /** Durable when it resolves; a notice that already has an outcome is not sent again. */
  add(intents: readonly Intent[]): Promise<void>;
  waiting(): number;
  close(): Promise<void>;
}

/** Continues with notices that a previous process left unsent. */
export async function openOutbox(options: OutboxOptions): Promise<Outbox> {
  const { kv, book, noticeOf, clock, log, onOutcome = () => undefined } = options;
  const due = new Map<string, Due>();
  const lanes = new Map<string, Promise<void>>();
  /** Channels whose last answer was to try again later. */
  const busy = new Set<string>();
  const stopping = new AbortController();
  const { signal } = stopping;

  for await (const { value } of kv.list<Due>(DUE_PREFIX)) due.set(value.intent.id, value);

  async function end(item: Due, result: NoticeOutcome['result'], outcome?: Outcome): Promise<void> {
    const { id, channel } = item.intent;
    const record = outcomeOf(item, result, outcome, clock());
    for (const alarm of record.alarms) await kv.put(outcomeKey(alarm, id), record);
    await kv.delete(DUE_PREFIX + id);
    due.delete(id);
    onOutcome(record);
    if (result !== 'delivered')
      log.warn({ notice: id, channel, code: record.code, why: record.why }, `notice ${result}`);
  }

  /** The next channel to the same people. */
  async function standIn({ intent }: Due): Promise<void> {
    const [channel, ...standIns] = intent.standIns.filter((name) => book.names().includes(name));
    if (channel === undefined) return;
    await add([{ ...intent, id: `${intent.id}>${channel}`, channel, standIns }]);
  }

  /** Sends waiting critical notices of a busy channel over the next channel; `add` ignores a stand-in that exists. */
  async function handOn(channel: string): Promise<void> {
    busy.add(channel);
    const isWaiting = ({ intent }: Due) => intent.channel === channel && intent.severity === 'critical';
    const waiting = [...due.values()].filter(isWaiting);
    for (const item of waiting) await standIn(item);
  }

  /** Returns how long to wait before the next notice on this channel, ms. */
  async function sendOne(item: Due): Promise<number> {
    const { intent } = item;
    if (clock() > intent.notAfter) {
      await end(item, 'expired');
      return 0;
    }
    const opened = book.open(intent.channel);
    if (opened === undefined) {
      await end(item, 'failed', { is: 'broken', code: 'CHANNEL_UNKNOWN', why: 'the channel has been removed' });
      await standIn(item);
      return 0;
    }
    const tried = { intent, attempts: item.attempts + 1 };
    due.set(intent.id, tried);
    const outcome = await opened.channel.send(noticeOf(intent), signal);
    if (signal.aborted && outcome.is === 'retry') return 0;
    await noteHealth(kv, intent.channel, outcome, clock());
    return await settle(tried, outcome, 60_000 / opened.perMinute);
  }

  /** Returns how long to wait before the next notice on this channel, ms. */
  async function settle(tried: Due, outcome: Outcome, paceMs: number): Promise<number> {
    const { id, channel, notAfter } = tried.intent;
    if (outcome.is !== 'retry') busy.delete(channel);
    if (outcome.is === 'delivered') {
      await end(tried, 'delivered', outcome);
      return paceMs;
    }
    if (outcome.is === 'retry') {
      const isTooLate = clock() + outcome.afterMs > notAfter;
      // Somebody must be notified now: if one channel is busy, use the next.
      await handOn(channel);
      if (isTooLate) await end(tried, 'expired', outcome);
      else await kv.put(DUE_PREFIX + id, tried);
      return outcome.afterMs;
    }
    await end(tried, 'failed', outcome);
    await standIn(tried);
    return 0;
  }

  /** The most urgent notice of a channel. */
  function nextOf(channel: string): Due | undefined {
    const mine = [...due.values()].filter(({ intent }) => intent.channel === channel);
    return mine.sort((one, other) => urgency(one) - urgency(other))[0];
  }

  /** Sends one notice at a time on a channel, until none is left. */
  async function run(channel: string): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const next = nextOf(channel);
      if (next === undefined) return;
      try {
        const waitMs = await sendOne(next);
        if (waitMs > 0) await pause(waitMs, signal);
        failures = 0;
      } catch (error) {
        failures += 1;
        log.warn({ channel, code: codeOf(error) }, 'a notice cannot be handled; trying again');
        await pause(Math.min(30_000, 1000 * 2 ** failures), signal);
      }
    }
  }

  function wake(channel: string): void {
    if (lanes.has(channel) || signal.aborted) return;
    const lane = run(channel).finally(() => {
      lanes.delete(channel);
      // A notice may have arrived between the last look and the end.
      if (nextOf(channel) !== undefined) wake(channel);
    });
    lanes.set(channel, lane);
  }

  async function add(intents: readonly Intent[]): Promise<void> {
    for (const intent of intents) {
      const [alarm] = intent.alarms;
      if (due.has(intent.id)) continue;
      if (alarm !== undefined && (await kv.get(outcomeKey(alarm.id, intent.id))) !== undefined) continue;
      const item = { intent, attempts: 0 };
      if (due.size >= MAX_DUE && intent.severity === 'warning') {
        await end(item, 'expired', {
          is: 'refused',
          code: 'OUTBOX_FULL',
          why: `${MAX_DUE} notices are already waiting`,
        });
        continue;
      }
      await kv.put(DUE_PREFIX + intent.id, item);
      due.set(intent.id, item);
      if (busy.has(intent.channel) && intent.severity === 'critical') await standIn(item);
      wake(intent.channel);
    }
  }

  for (const { intent } of due.values()) wake(intent.channel);

  return {
    add,
    waiting: () => due.size,
    async close() {
      stopping.abort();
      await Promise.all(lanes.values());
    },
  };
}

const urgency = ({ intent }: Due) =>
  (intent.severity === 'critical' ? 0 : Number.MAX_SAFE_INTEGER / 2) + intent.decidedAt;
