/** Assigns singleton tasks to live processes; reassigns on leave or lost heartbeat. */
import { codeOf } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import type { Kv } from '../kv/kv.ts';

export interface Task {
  readonly name: string;
  /** May wait for the process that ran it before; the log and the store make sure that only one process works. */
  start(): Promise<{ close(): Promise<void> | void }>;
}

export interface TaskAssignmentOptions {
  readonly kv: Kv;
  /** Processes of one area share its tasks. */
  readonly area: string;
  /** Unique to this process and this start. */
  readonly id: string;
  readonly tasks: readonly Task[];
  readonly log: Log;
  /** Monotonic ms. Silence of other processes is measured by this clock, so clocks need not agree. */
  readonly monotonic: () => number;
}

export interface TaskAssignment {
  /** Names of the tasks that this process runs. */
  readonly held: readonly string[];
  close(): Promise<void>;
}

const BEAT_MS = 2000;
/** A process that is silent for longer counts as dead. If that is wrong, it costs a handover and nothing else. */
const MISSED_AFTER_MS = 7000;
const FIRST_HEARD_WITHIN_MS = 3000;
const TIDY_AFTER_MS = 60_000;
const LOOK_EVERY_MS = 500;
const AGAIN_AFTER_MS = 5000;
const LEAVE_WITHIN_MS = 2000;

/** Processes that see the same members come to the same division. */
export function divide<T>(items: readonly T[], members: readonly string[], id: string): readonly T[] {
  const sorted = [...new Set(members)].sort();
  return items.filter((_, index) => sorted[index % sorted.length] === id);
}

/** Resolves when this process has started its first tasks. Rejects when one of them cannot start. */
export async function assignTasks(options: TaskAssignmentOptions): Promise<TaskAssignment> {
  const { kv, area, id, tasks, log, monotonic } = options;
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
  // A listed member may have died long ago, or be this process before a restart: a little more than one heartbeat tells.
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
    // This process was cut off, not the others: they get time to be heard again.
    if (isCutOff()) for (const member of heardOf.keys()) heardOf.set(member, monotonic());
    beatAt = monotonic();
    const dead = [...heardOf].filter(([, at]) => at < monotonic() - TIDY_AFTER_MS);
    for (const [member] of dead) await kv.delete(prefix + member);
  }

  /** Stops the tasks of others before it starts its own, so that no two processes wait for each other. */
  async function settle(isFirst = false): Promise<void> {
    // A process that is cut off cannot know who is alive: it keeps its tasks.
    if (isCutOff()) return;
    const mine = divide(tasks, alive(), id);
    for (const [name, part] of running) {
      if (mine.some((task) => task.name === name)) continue;
      running.delete(name);
      await part.close();
      log.info({ area, task: name }, 'task handed over');
    }
    for (const task of mine) {
      if (isClosing || running.has(task.name) || (notBefore.get(task.name) ?? 0) > monotonic()) continue;
      try {
        running.set(task.name, await task.start());
        if (!isFirst) log.info({ area, task: task.name }, 'task taken over');
      } catch (error) {
        if (isFirst) throw error;
        notBefore.set(task.name, monotonic() + AGAIN_AFTER_MS);
        log.error({ area, task: task.name, code: codeOf(error), err: error }, 'task did not start; trying again');
      }
    }
  }

  function look(): void {
    settling ??= settle()
      .catch((error: unknown) => log.error({ area, code: codeOf(error), err: error }, 'tasks could not be reassigned'))
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
      .catch((error: unknown) => log.warn({ area, code: codeOf(error) }, 'heartbeat could not be written'))
      .finally(() => {
        isBeating = false;
      });
  }

  /** Does not wait long: without it the others notice a little later. */
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
      // Last, so that the next process finds everything finished.
      await leave();
    },
  };
}
