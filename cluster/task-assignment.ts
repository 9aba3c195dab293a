/** Assigns singleton tasks to live processes; reassigns on leave or lost heartbeat. */
import { codeOf } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import type { Kv } from '../kv/kv.ts';

export interface Task {
  readonly name: string;
  /** May wait for the one who had it before; the log and the store see to it that only one works. */
  start(): Promise<{ close(): Promise<void> | void }>;
}

export interface TaskAssignmentOptions {
  readonly kv: Kv;
  /** Processes of one area divide its duties. */
  readonly area: string;
  /** Of this process alone, another one at each start. */
  readonly id: string;
  readonly duties: readonly Task[];
  readonly log: Log;
  /** Monotonic ms: how long another process was silent is measured here, so clocks need not agree. */
  readonly monotonic: () => number;
}

export interface TaskAssignment {
  /** Names of what this process does now. */
  readonly held: readonly string[];
  close(): Promise<void>;
}

const BEAT_MS = 2000;
/** A process that was silent so long is taken for dead. Being wrong costs a handover, nothing else. */
const MISSED_AFTER_MS = 7000;
const FIRST_HEARD_WITHIN_MS = 3000;
const TIDY_AFTER_MS = 60_000;
const LOOK_EVERY_MS = 500;
const AGAIN_AFTER_MS = 5000;
const LEAVE_WITHIN_MS = 2000;

/** Everybody who sees the same members comes to the same division. */
export function divide<T>(items: readonly T[], members: readonly string[], id: string): readonly T[] {
  const sorted = [...new Set(members)].sort();
  return items.filter((_, index) => sorted[index % sorted.length] === id);
}

/** Resolves when this process has begun its first share. Rejects when that cannot begin. */
export async function assignTasks(options: TaskAssignmentOptions): Promise<TaskAssignment> {
  const { kv, area, id, duties, log, monotonic } = options;
  const prefix = `members/${area}/`;
  const heardOf = new Map<string, number>();
  const running = new Map<string, { close(): Promise<void> | void }>();
  const notBefore = new Map<string, number>();
  let beats = 0;
  let beatAt = monotonic();
  let isBeating = false;
  let settling: Promise<void> | undefined;
  let isClosing = false;

  const unwatch = await kv.watch<number>(prefix, ({ key, item }) => {
    const member = key.slice(prefix.length);
    if (item === undefined) heardOf.delete(member);
    else heardOf.set(member, monotonic());
  });
  // Who stands in the list may have died long ago, we ourselves before a restart: a little more than one beat, and we know.
  const listedAt = monotonic() - MISSED_AFTER_MS + FIRST_HEARD_WITHIN_MS;
  for await (const { key } of kv.list(prefix)) {
    const member = key.slice(prefix.length);
    if (!heardOf.has(member)) heardOf.set(member, listedAt);
  }

  const isCutOff = () => monotonic() - beatAt > MISSED_AFTER_MS;

  function alive(): string[] {
    const since = monotonic() - MISSED_AFTER_MS;
    return [id, ...[...heardOf].filter(([, at]) => at >= since).map(([member]) => member)];
  }

  async function beat(): Promise<void> {
    beats += 1;
    await kv.put(prefix + id, beats);
    // We were cut off, not the others: they get time to be heard again.
    if (isCutOff()) for (const member of heardOf.keys()) heardOf.set(member, monotonic());
    beatAt = monotonic();
    const dead = [...heardOf].filter(([, at]) => at < monotonic() - TIDY_AFTER_MS);
    for (const [member] of dead) await kv.delete(prefix + member);
  }

  /** Ends what is another's now before it begins what is ours: nobody waits in a circle. */
  async function settle(isFirst = false): Promise<void> {
    // Who hears nobody cannot know what is whose: all stays as it is.
    if (isCutOff()) return;
    const mine = divide(duties, alive(), id);
    for (const [name, part] of running) {
      if (mine.some((duty) => duty.name === name)) continue;
      running.delete(name);
      await part.close();
      log.info({ area, duty: name }, 'duty handed over');
    }
    for (const duty of mine) {
      if (isClosing || running.has(duty.name) || (notBefore.get(duty.name) ?? 0) > monotonic()) continue;
      try {
        running.set(duty.name, await duty.start());
        if (!isFirst) log.info({ area, duty: duty.name }, 'duty taken over');
      } catch (error) {
        if (isFirst) throw error;
        notBefore.set(duty.name, monotonic() + AGAIN_AFTER_MS);
        log.error({ area, duty: duty.name, code: codeOf(error), err: error }, 'duty did not begin; trying again');
      }
    }
  }

  function look(): void {
    settling ??= settle()
      .catch((error: unknown) => log.error({ area, code: codeOf(error), err: error }, 'duties did not settle'))
      .finally(() => {
        settling = undefined;
      });
  }

  async function endAll(): Promise<void> {
    for (const part of [...running.values()].reverse()) await part.close();
    running.clear();
  }

  function beatInBackground(): void {
    if (isBeating) return;
    isBeating = true;
    beat()
      .catch((error: unknown) => log.warn({ area, code: codeOf(error) }, 'no sign of life got through'))
      .finally(() => {
        isBeating = false;
      });
  }

  /** Not waited for long: without it the others miss us a little later. */
  async function leave(): Promise<void> {
    const leaving = kv.delete(prefix + id).catch(() => {});
    await Promise.race([leaving, new Promise((resolve) => setTimeout(resolve, LEAVE_WITHIN_MS).unref())]);
  }

  let beating: NodeJS.Timeout | undefined;
  let looking: NodeJS.Timeout | undefined;
  try {
    await beat();
    await settle(true);
    beating = setInterval(beatInBackground, BEAT_MS);
    looking = setInterval(look, LOOK_EVERY_MS);
  } catch (error) {
    unwatch();
    await endAll();
    await leave();
    throw error;
  }

  return {
    get held() {
      return [...running.keys()];
    },
    async close() {
      isClosing = true;
      clearInterval(beating);
      clearInterval(looking);
      unwatch();
      await settling;
      await endAll();
      // Last: whoever takes over finds everything finished.
      await leave();
    },
  };
}
