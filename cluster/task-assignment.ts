/** Assigns singleton tasks to live processes; reassigns on leave or lost heartbeat. */
import { codeOf } from '../base/errors.ts';
import { type MembershipOptions, openMembership } from './membership.ts';

export interface Task {
  readonly name: string;
  /** May wait for the process that ran it before; the log and the store make sure that only one process works. */
  start(): Promise<{ close(): Promise<void> | void }>;
}

export interface TaskAssignmentOptions extends MembershipOptions {
  readonly tasks: readonly Task[];
}

export interface TaskAssignment {
  /** Names of the tasks that this process runs. */
  readonly held: readonly string[];
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 500;
const AGAIN_AFTER_MS = 5000;

/** Processes that see the same members compute the same division. */
export function divide<T>(items: readonly T[], members: readonly string[], id: string): readonly T[] {
  const sorted = [...new Set(members)].sort();
  return items.filter((_, index) => sorted[index % sorted.length] === id);
}

/** Resolves when this process has started its first tasks. Rejects when one of them cannot start. */
export async function assignTasks(options: TaskAssignmentOptions): Promise<TaskAssignment> {
  const { area, id, tasks, log, monotonic } = options;
  const members = await openMembership(options);
  const running = new Map<string, { close(): Promise<void> | void }>();
  const notBefore = new Map<string, number>();
  let settling: Promise<void> | undefined;
  let isClosing = false;

  /** Stops the tasks of others before it starts its own, so that no two processes wait for each other. */
  async function settle(isFirst = false): Promise<void> {
    // A process that is cut off cannot know who is alive: it keeps its tasks.
    if (members.isCutOff()) return;
    const mine = divide(tasks, members.alive(), id);
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

  let looking: NodeJS.Timeout | undefined;
  try {
    await members.join();
    await settle(true);
    looking = setInterval(look, LOOK_EVERY_MS);
  } catch (error) {
    members.stop();
    await endAll();
    await members.leave();
    throw error;
  }

  return {
    get held() {
      return [...running.keys()];
    },
    async close() {
      isClosing = true;
      clearInterval(looking);
      members.stop();
      await settling;
      await endAll();
      // Last, so that the next process finds everything finished.
      await members.leave();
    },
  };
}
