/** The loop of every consumer: groups, back-off, poison rule, abort, position. Its promises are in `handler.ts`. */

import { gather } from './batch.ts';
import type { Consumption, Delivery } from './bus.ts';
import { ConsumerProblem } from './consumer-problem.ts';
import { type BackOff, type Consumer, type ConsumerOptions, PoisonedEntries } from './handler.ts';
import { holdUntilKept } from './unkept.ts';

/** Short at first, so that a brief failure goes unnoticed; at most half a minute. */
const BACK_OFF: BackOff = { firstMs: 1000, maxMs: 30_000 };

/** Resolves once the consumer exists: from then on, the log keeps every entry for it. */
export async function startConsumer(options: ConsumerOptions): Promise<Consumer> {
  const { bus, name, subjects, log, take, after, maxDeliveries, backOff = BACK_OFF } = options;
  const { reach = () => 0, passed = () => 0, setAside = leaveOnLog, later, mayLag } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let taken = after ?? 0;
  const problem = new ConsumerProblem(name, log, backOff);
  const isTaken = (position: number) => position <= Math.max(taken, passed());
  let consumption = await consume();
  // After a loss the loop restarts after the last kept entry.
  const unkept = later && holdUntilKept(later, () => void consumption.close().catch(() => undefined));

  function consume(): Promise<Consumption> {
    // Entries taken before would otherwise fill the limit, and the end of a begun batch would never arrive.
    const maxInFlight = Math.max(2 * maxDeliveries, reach() - passed()) + (later?.maxEntries ?? 0);
    if (after === undefined) return bus.consume({ name, subjects, from: 'first', maxInFlight, mayLag });
    return bus.consume({ subjects, from: { after: Math.max(taken, passed()) }, maxInFlight, mayLag });
  }

  /** What was not taken before. */
  function fresh(): AsyncIterable<Delivery> & Pick<Consumption, 'ready'> {
    let skipped: Delivery | undefined;

    async function* deliveries(): AsyncGenerator<Delivery> {
      for await (const delivery of consumption) {
        if (isTaken(delivery.position)) await acknowledge([delivery]);
        else yield delivery;
        if (skipped !== undefined) await acknowledge([skipped]);
        skipped = undefined;
      }
      if (unkept?.loss !== undefined) throw unkept.loss.cause;
    }

    return {
      [Symbol.asyncIterator]: deliveries,
      ready() {
        const delivery = skipped === undefined ? consumption.ready?.() : undefined;
        if (delivery === undefined || !isTaken(delivery.position)) return delivery;
        skipped = delivery;
        return undefined;
      },
    };
  }

  /** Runs until the consumption is closed, or a group can only be taken together with later entries. */
  async function follow(): Promise<'closed' | 'regroup'> {
    for await (const group of gather(fresh(), options)) {
      const upTo = group.at(-1)?.position ?? 0;
      const poisoned = new Set<number>();
      while (!signal.aborted && !(await attempt(group, upTo, poisoned))) if (reach() > upTo) return 'regroup';
      if (signal.aborted) return 'closed';
      taken = Math.max(taken, upTo);
      await acknowledge(group);
    }
    return 'closed';
  }

  async function acknowledge(group: readonly Delivery[]): Promise<void> {
    if (unkept !== undefined) return await unkept.add(group);
    for (const delivery of group) delivery.ack();
  }

  /** Returns whether the whole group is taken or set aside. */
  async function attempt(group: readonly Delivery[], upTo: number, poisoned: Set<number>): Promise<boolean> {
    const rest = group.filter(({ position }) => !isTaken(position) && !poisoned.has(position));
    try {
      const work = () => take(rest, signal, upTo);
      if (rest.length > 0) await (unkept?.take(work) ?? work());
      problem.recovered(taken);
      return true;
    } catch (error) {
      if (error instanceof PoisonedEntries && rest.some((each) => isAmong(error, each))) {
        return (await isolate(error, poisoned)) && (await attempt(group, upTo, poisoned));
      }
      if (unkept?.loss !== undefined) throw error;
      await problem.failed(error, signal);
      return false;
    }
  }

  async function isolate({ entries }: PoisonedEntries, poisoned: Set<number>): Promise<boolean> {
    try {
      for (const { delivery, reason } of entries) {
        const { subject, position } = delivery;
        if (poisoned.has(position)) continue;
        await setAside(delivery, reason);
        log.error(
          { consumer: name, subject, position, reason },
          'an entry of the log cannot be processed; it is set aside',
        );
        poisoned.add(position);
      }
      return true;
    } catch (error) {
      await problem.failed(error, signal);
      return false;
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        if ((await follow()) === 'closed') return;
      } catch (error) {
        await problem.failed(error, signal);
      }
      await startOver();
    }
  }

  /** Replaces the consumption by one that starts after the last kept entry. */
  async function startOver(): Promise<void> {
    if (unkept?.loss !== undefined) taken = Math.min(taken, unkept.kept);
    unkept?.startOver();
    await consumption.close().catch(() => undefined);
    while (!signal.aborted) {
      const next = await consume().catch((error: unknown) => problem.failed(error, signal));
      if (next === undefined) continue;
      consumption = next;
      return;
    }
  }

  const leave = options.hurriedBy?.(() => consumption.hurry?.());
  const running = run().finally(() => consumption.close());

  return {
    status: () => ({ position: Math.max(taken, passed()), ...(problem.current && { problem: problem.current }) }),
    async close() {
      stopping.abort();
      leave?.();
      await consumption.close();
      await running;
      unkept?.close();
    },
  };
}

const isAmong = ({ entries }: PoisonedEntries, { position }: Delivery) =>
  entries.some(({ delivery }) => delivery.position === position);

/** The loop logs the entry, which stays on the log for its retention. */
async function leaveOnLog(): Promise<void> {}
