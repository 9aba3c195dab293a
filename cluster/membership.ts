/** Members of one area: each process writes a heartbeat, and counts as dead after a silence. */
import { codeOf } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import type { Kv } from '../kv/kv.ts';

export interface MembershipOptions {
  readonly kv: Kv;
  /** Processes of one area share its tasks. */
  readonly area: string;
  /** Unique to this process and this start. */
  readonly id: string;
  readonly log: Log;
  /** Monotonic ms. Silence of other processes is measured by this clock, so clocks need not agree. */
  readonly monotonic: () => number;
}

export interface Membership {
  /** Ids of the live members, this process included. */
  alive(): readonly string[];
  /** This process cannot write its heartbeat, so it cannot know who is alive. */
  isCutOff(): boolean;
  /** Becomes a member: writes the first heartbeat, and keeps writing. */
  join(): Promise<void>;
  /** Stops the heartbeat; this process is still a member. */
  stop(): void;
  /** Does not wait long: without it, the others notice a little later. */
  leave(): Promise<void>;
}

const BEAT_MS = 2000;
/** A process that is silent for longer counts as dead. If that is wrong, it costs a handover and nothing else. */
const MISSED_AFTER_MS = 7000;
const FIRST_HEARD_WITHIN_MS = 3000;
const TIDY_AFTER_MS = 60_000;
const LEAVE_WITHIN_MS = 2000;

/** Watches the other members; `join` makes this process one. */
export async function openMembership({ kv, area, id, log, monotonic }: MembershipOptions): Promise<Membership> {
  const prefix = `members/${area}/`;
  const heardOf = new Map<string, number>();
  let beats = 0;
  let beatAt = monotonic();
  let isBeating = false;
  let beating: NodeJS.Timeout | undefined;

  const unwatch = await kv.watch<number>(prefix, ({ key, item }) => {
    const member = key.slice(prefix.length);
    if (item === undefined) heardOf.delete(member);
    else heardOf.set(member, monotonic());
  });
  // A listed member may have died long ago, or be this process before a restart: a little more than one heartbeat tells.
  const listedAt = monotonic() - MISSED_AFTER_MS + FIRST_HEARD_WITHIN_MS;
  for await (const { key } of kv.list(prefix)) {
    const member = key.slice(prefix.length);
    if (!heardOf.has(member)) heardOf.set(member, listedAt);
  }

  const isCutOff = () => monotonic() - beatAt > MISSED_AFTER_MS;

  async function beat(): Promise<void> {
    beats += 1;
    await kv.put(prefix + id, beats);
    // This process was cut off, not the others: they get time to be heard again.
    if (isCutOff()) for (const member of heardOf.keys()) heardOf.set(member, monotonic());
    beatAt = monotonic();
    const dead = [...heardOf].filter(([, at]) => at < monotonic() - TIDY_AFTER_MS);
    for (const [member] of dead) await kv.delete(prefix + member);
  }

  function beatInBackground(): void {
    if (isBeating) return;
    isBeating = true;
    beat()
      .catch((error: unknown) => log.warn({ area, code: codeOf(error) }, 'heartbeat could not be written'))
      .finally(() => {
        isBeating = false;
      });
  }

  return {
    alive() {
      const since = monotonic() - MISSED_AFTER_MS;
      return [id, ...[...heardOf].filter(([, at]) => at >= since).map(([member]) => member)];
    },
    isCutOff,
    async join() {
      await beat();
      beating = setInterval(beatInBackground, BEAT_MS);
    },
    stop() {
      clearInterval(beating);
      unwatch();
    },
    async leave() {
      const leaving = kv.delete(prefix + id).catch(() => {});
      await Promise.race([leaving, new Promise((resolve) => setTimeout(resolve, LEAVE_WITHIN_MS).unref())]);
    },
  };
}
