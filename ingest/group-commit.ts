/** Gathers what concurrent publishes want on the log and appends it together, one entry a subject: the fsync is shared, so throughput does not hang on it. */
import { DaoyuError } from '../base/errors.ts';
import type { Bus } from '../bus/bus.ts';
import { Gathering, type Group } from './gathering.ts';

/** A group larger than this is closed, so that one slow append does not hold ever more publishes. */
const MAX_GROUP_BYTES = 4 * 1024 * 1024;
/**
 * Between the beginnings of two appends of small groups. An append costs about as much as two hundred readings, so at a thousand
 * readings a second one each would be most of the work; the first after a pause does not wait, and neither does a group that has grown.
 */
const APPEND_EVERY_MS = 3;
const SMALL_GROUP_BYTES = 16 * 1024;

export interface GroupCommit {
  /**
   * Fills the group at once and resolves when it is on disk. One append is under way at a time, so the order of the log is the order of
   * calls, for every subject. While it runs the next group gathers: the disk sets the pace, and small groups come at least some
   * milliseconds apart; none waits when the last was longer ago.
   * Rejects with the error of the append, and then nothing of the group is on the log; with `INTAKE_FULL` when too many bytes wait:
   * the caller gives no PUBACK, and the device sends again.
   */
  submit(fill: (group: Group) => void): Promise<void>;
  /** The group to fill at once, and then to hand to `filled`: as `submit`, without a function a message. Undefined when it would reject. */
  gathering(): Group | undefined;
  filled(group: Group): Promise<void>;
  /** Appends what waits, then refuses with `INTAKE_CLOSED`. */
  close(): Promise<void>;
}

export interface GroupCommitOptions {
  readonly bus: Pick<Bus, 'append'>;
  /** Of all groups that wait. */
  readonly maxQueuedBytes?: number;
}

export function createGroupCommit({ bus, maxQueuedBytes = 128 * 1024 * 1024 }: GroupCommitOptions): GroupCommit {
  const queue: Gathering[] = [];
  let queuedBytes = 0;
  let isClosed = false;
  let running: Promise<void> | undefined;

  /** When the last append began, by a clock that nobody sets. */
  let beganAt = Number.NEGATIVE_INFINITY;
  /** Ends the wait of a small group for company. */
  let hasten: (() => void) | undefined;

  /** One turn of the event loop first: all sockets that are readable now get into the same group. */
  const start = () => {
    running ??= new Promise<void>((resolve) => setImmediate(resolve)).then(drain).finally(() => {
      running = undefined;
      if (queue.length > 0) start();
    });
  };

  const isLarge = () => queue.length > 1 || isClosed || (queue[0]?.bytes ?? 0) >= SMALL_GROUP_BYTES;

  async function untilDue(): Promise<void> {
    const rest = beganAt + APPEND_EVERY_MS - performance.now();
    if (rest <= 0 || isLarge()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, rest);
      hasten = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    hasten = undefined;
  }

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      await untilDue();
      const group = queue.shift();
      if (group === undefined) return;
      beganAt = performance.now();
      try {
        const entries = group.entries();
        queuedBytes += group.takeBytes();
        await bus.append(entries);
        group.succeed();
      } catch (error) {
        group.fail(error);
      }
      queuedBytes -= group.bytes;
    }
  }

  function open(): Gathering {
    const last = queue.at(-1);
    if (last !== undefined && last.bytes <= MAX_GROUP_BYTES) return last;
    const group = new Gathering();
    queue.push(group);
    return group;
  }

  function filled(group: Gathering): Promise<void> {
    queuedBytes += group.takeBytes();
    start();
    if (hasten !== undefined && isLarge()) hasten();
    return group.promise;
  }

  return {
    submit(fill) {
      if (isClosed) return Promise.reject(new DaoyuError('INTAKE_CLOSED', 'intake is closing'));
      if (queuedBytes > maxQueuedBytes) {
        return Promise.reject(new DaoyuError('INTAKE_FULL', `more than ${maxQueuedBytes} bytes wait for the log`));
      }
      const group = open();
      fill(group);
      return filled(group);
    },
    gathering: () => (isClosed || queuedBytes > maxQueuedBytes ? undefined : open()),
    filled: (group) => filled(group as Gathering),
    async close() {
      isClosed = true;
      hasten?.();
      await running;
    },
  };
}
