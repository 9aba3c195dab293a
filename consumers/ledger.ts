/** The ledger of each device: readings received, stored, duplicate and quarantined, committed by the store, plus pending entries on the log. */

import type { Log } from '../base/logger.ts';
import type { Bus, Delivery } from '../bus/bus.ts';
import { startConsumer } from '../bus/consumer.ts';
import { talliesOf } from '../bus/parse-event.ts';
import type { Tally } from '../sensors/tally.ts';
import { type Committed, DEFAULT_WRITER, type LedgerRow, type Store } from '../store/store.ts';
import { LogReach } from './log-reach.ts';
import { createPendingTallies, keyOf, positionOf } from './pending-tallies.ts';

export interface LedgerView extends LedgerRow {
  readonly pending: number;
}

export interface LedgerOptions {
  readonly bus: Pick<Bus, 'consume' | 'status'>;
  readonly store: Pick<Store, 'committed'>;
  readonly log: Log;
  /** Names of all writers of the store. */
  readonly writers?: readonly string[];
  /** Which writer of the store takes the entries of a subject. */
  readonly writerOf?: (subject: string) => string;
  /** How long an answer waits until the newest log entries are counted; after that it is marked incomplete. */
  readonly patienceMs?: number;
  /** Tallies of uncommitted entries that are held one by one; beyond that, neighbours are merged. */
  readonly maxTallies?: number;
}

export interface Account {
  /** received = stored + duplicate + quarantined + pending in every row, whatever was killed when. */
  readonly rows: readonly LedgerView[];
  /** Whether everything on the log at the time of the request is counted. False while the log cannot be read to its end: the newest entries are in no column yet. */
  readonly isComplete: boolean;
}

export interface LedgerFilter {
  readonly park?: string;
  readonly device?: string;
}

export interface Ledger {
  account(filter?: LedgerFilter): Promise<Account>;
}

export interface OpenLedger extends Ledger {
  /** The rows of `account`, for callers that ask again soon. */
  rows(filter?: LedgerFilter): Promise<readonly LedgerView[]>;
  close(): Promise<void>;
}

/** Valid from one starting position on: if the store goes back behind it, a new run must start. */
export interface LedgerRun extends OpenLedger {
  /** Whether its starting position no longer fits the store and its writers. */
  isOutdated(): Promise<boolean>;
}

/** Follows every entry, so that it knows when it has reached the end of the log. */
const EVERYTHING = 'daoyu.>';
/** No delay: an answer waits for the newest entry. */
const LIMITS = { maxDeliveries: 64, maxBytes: 4 * 1024 * 1024, waitMs: 0 } as const;

export async function openLedger(options: LedgerOptions): Promise<LedgerRun> {
  const {
    bus,
    store,
    log,
    writers = [DEFAULT_WRITER],
    writerOf = () => DEFAULT_WRITER,
    patienceMs = 2000,
    maxTallies = 100_000,
  } = options;
  // Starts at the writer that is furthest behind; the positions of the others tell what they have taken since. A writer that never had
  // anything to write has no position in the store, but its consumer has passed the entries of others.
  const passedAtStart = await passedBy();
  // Read second, because what a consumer has passed is committed.
  const pending = createPendingTallies(await store.committed(), maxTallies);
  const from = beginning(pending.committed, passedAtStart);
  /** The store has lost readings that it had committed. */
  let isBehind = false;
  const reach = new LogReach(from);
  let renewing: Promise<void> | undefined;
  /** Makes the log deliver delayed entries at once. */
  let hurry = () => {};

  async function passedBy(): Promise<ReadonlyMap<string, number>> {
    const { consumers } = await bus.status();
    return new Map(consumers.map(({ name, position }) => [name, position]));
  }

  function beginning(committed: Committed, passed: ReadonlyMap<string, number>): number {
    return Math.min(...writers.map((name) => Math.max(positionOf(committed, name), passed.get(name) ?? 0)));
  }

  function adopt(next: Committed): void {
    isBehind = writers.some((name) => positionOf(next, name) < positionOf(pending.committed, name));
    if (!isBehind) pending.adopt(next);
  }

  async function take(deliveries: readonly Delivery[]): Promise<void> {
    for (const delivery of deliveries) {
      const { subject, position } = delivery;
      // A redelivered entry would count twice.
      if (position <= reach.position) continue;
      const writer = writerOf(subject);
      if (position > positionOf(pending.committed, writer)) pending.add(writer, position, talliesOf(delivery));
      // Nobody may have asked for a long time, or the store may be away.
      if (pending.isTooMuch) {
        await renew().catch(() => undefined);
        pending.shrink();
      }
      reach.advance(position);
    }
  }

  /** One at a time: an older answer after a newer one would restore a state whose entries are no longer held. */
  function renew(): Promise<void> {
    renewing ??= store
      .committed()
      .then(adopt)
      .finally(() => {
        renewing = undefined;
      });
    return renewing;
  }

  const consumer = await startConsumer({
    ...LIMITS,
    ...{ bus, name: 'ledger', subjects: [EVERYTHING], log, after: from },
    passed: () => reach.position,
    take,
    mayLag: () => true,
    hurriedBy(call) {
      hurry = call;
      return () => {
        hurry = () => {};
      };
    },
  });

  async function account({ park, device }: LedgerFilter = {}): Promise<Account> {
    const { firstPosition, lastPosition, problem } = await bus.status();
    await renew();
    // Entries that retention removed were taken by all consumers, and never arrive here.
    reach.advance(firstPosition - 1);
    hurry();
    // While the server is away, its last known position may be outdated.
    const isComplete =
      (await reach.until(lastPosition, patienceMs)) && problem?.code !== 'BUS_UNAVAILABLE' && !isBehind;
    const views = new Map<string, LedgerView>(
      pending.committed.ledger.map((row) => [keyOf(row), { ...row, pending: 0 }]),
    );
    for (const tally of pending.tallies()) addTo(views, tally);
    const rows = [...views.values()]
      .filter((row) => (park === undefined || row.park === park) && (device === undefined || row.device === device))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    return { rows, isComplete };
  }

  return {
    account,
    rows: async (filter) => (await account(filter)).rows,
    async isOutdated() {
      const passed = await passedBy();
      return beginning(await store.committed(), passed) < from;
    },
    close: () => consumer.close(),
  };
}

function addTo(rows: Map<string, LedgerView>, { park, device, received, duplicate, quarantined }: Tally): void {
  const key = keyOf({ park, device });
  const row = rows.get(key) ?? { park, device, received: 0, stored: 0, duplicate: 0, quarantined: 0, pending: 0 };
  rows.set(key, {
    ...row,
    received: row.received + received,
    duplicate: row.duplicate + duplicate,
    quarantined: row.quarantined + quarantined,
    pending: row.pending + received - duplicate - quarantined,
  });
}
