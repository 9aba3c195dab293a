/** What was received of each device and what became of it: committed by the store, plus what still waits on the log. */

import type { Log } from '../base/logger.ts';
import type { Bus, Delivery } from '../bus/bus.ts';
import { startConsumer } from '../bus/consumer.ts';
import { parseTallies } from '../bus/parse-event.ts';
import type { Tally } from '../sensors/tally.ts';
import { type Committed, DEFAULT_WRITER, type LedgerRow, type Store } from '../store/store.ts';

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
  /** How long an answer waits for the newest entries of the log to be counted; then it says that it is not complete. */
  readonly patienceMs?: number;
  /** Tallies of entries behind the store's position that are held one by one; of more, neighbours are added up. */
  readonly maxTallies?: number;
}

export interface Account {
  /** received = stored + duplicate + quarantined + pending in every row, whatever was killed when. */
  readonly rows: readonly LedgerView[];
  /** All that was on the log when asked is counted. False while the log cannot be read to its end: the newest entries are in no column yet. */
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
  /** Those of `account`, for who asks again soon anyway. */
  rows(filter?: LedgerFilter): Promise<readonly LedgerView[]>;
  close(): Promise<void>;
}

type Totals = Map<string, Tally>;

/** Entries of the log that one writer takes, from the first to the last position, added up. */
interface Block {
  readonly writer: string;
  readonly from: number;
  to: number;
  readonly totals: Totals;
}

/** Every entry passes here, so that reaching the end of the log can be told from waiting for it. */
const EVERYTHING = 'daoyu.>';
/** Nothing is gained by waiting: an answer waits for the newest entry. */
const LIMITS = { maxDeliveries: 64, maxBytes: 4 * 1024 * 1024, waitMs: 0 } as const;

export async function openLedger(options: LedgerOptions): Promise<OpenLedger> {
  const {
    bus,
    store,
    log,
    writers = [DEFAULT_WRITER],
    writerOf = () => DEFAULT_WRITER,
    patienceMs = 2000,
    maxTallies = 100_000,
  } = options;
  let blocks: Block[] = [];
  // The writer that is furthest behind decides: what others have taken since is told apart by their own positions. One that never had
  // anything to write has no position in the store, but its consumer has passed what was not for it.
  const { consumers } = await bus.status();
  const passed = new Map(consumers.map(({ name, position }) => [name, position]));
  // Asked second: what a consumer has passed is committed.
  let committed = await store.committed();
  const from = Math.min(...writers.map((name) => Math.max(positionOf(committed, name), passed.get(name) ?? 0)));
  let seen = from;
  let waiting: (() => void)[] = [];
  let held = 0;
  let renewing: Promise<void> | undefined;

  async function take(deliveries: readonly Delivery[]): Promise<void> {
    for (const { subject, position, data } of deliveries) {
      // Given a second time, it would count twice.
      if (position <= seen) continue;
      seen = position;
      const writer = writerOf(subject);
      const tallies = position > positionOf(committed, writer) ? parseTallies(data) : [];
      if (tallies.length > 0) {
        blocks.push({ writer, from: position, to: position, totals: addAll(new Map(), tallies) });
        held += tallies.length;
        if (held > maxTallies) await shrink();
      }
      const calls = waiting;
      waiting = [];
      for (const call of calls) call();
    }
  }

  /** Nobody may have asked for long, or the store may be away for long. */
  async function shrink(): Promise<void> {
    await renew().catch(() => undefined);
    held = sizeOf(blocks);
    while (held > maxTallies / 2) {
      const smaller = merged(blocks);
      if (smaller.length === blocks.length) return;
      blocks = smaller;
      held = sizeOf(blocks);
    }
  }

  /** Whether it came to that in time. */
  async function untilSeen(position: number): Promise<boolean> {
    const deadline = performance.now() + patienceMs; // A wall clock may jump.
    while (seen < position && performance.now() < deadline) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - performance.now());
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return seen >= position;
  }

  /** One at a time: an older answer behind a newer one would bring back a past whose entries are no longer held. */
  function renew(): Promise<void> {
    renewing ??= store
      .committed()
      .then(adopt)
      .finally(() => {
        renewing = undefined;
      });
    return renewing;
  }

  /** Takes over what the store committed, unless a position lies inside a block: then the older one still adds up with the blocks. */
  function adopt(next: Committed): void {
    const isInside = blocks.some(({ writer, from: start, to }) => {
      const position = positionOf(next, writer);
      return start <= position && position < to;
    });
    if (isInside) return;
    blocks = blocks.filter(({ writer, from: start }) => start > positionOf(next, writer));
    committed = next;
  }

  const consumer = await startConsumer({
    ...LIMITS,
    ...{ bus, name: 'ledger', subjects: [EVERYTHING], log, after: from },
    passed: () => seen,
    take,
  });

  async function account({ park, device }: LedgerFilter = {}): Promise<Account> {
    const { firstPosition, lastPosition, problem } = await bus.status();
    await renew();
    // What retention removed was taken by everybody, and never comes here.
    seen = Math.max(seen, firstPosition - 1);
    // A server that is away is not asked: what it had last may not be all.
    const isComplete = (await untilSeen(lastPosition)) && problem?.code !== 'BUS_UNAVAILABLE';
    const views = new Map<string, LedgerView>(committed.ledger.map((row) => [keyOf(row), { ...row, pending: 0 }]));
    for (const { totals } of blocks) for (const tally of totals.values()) addTo(views, tally);
    const rows = [...views.values()]
      .filter((row) => (park === undefined || row.park === park) && (device === undefined || row.device === device))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    return { rows, isComplete };
  }

  return {
    account,
    rows: async (filter) => (await account(filter)).rows,
    close: () => consumer.close(),
  };
}

const positionOf = ({ writers }: Committed, writer: string) => writers[writer]?.position ?? 0;

const keyOf = ({ park, device }: Pick<Tally, 'park' | 'device'>) => `${park}.${device}`;

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

function addAll(totals: Totals, tallies: Iterable<Tally>): Totals {
  for (const tally of tallies) {
    const { park, device, received, duplicate, quarantined } = totals.get(keyOf(tally)) ?? NOTHING;
    const isFirst = park === '';
    totals.set(keyOf(tally), {
      park: isFirst ? tally.park : park,
      device: isFirst ? tally.device : device,
      received: received + tally.received,
      duplicate: duplicate + tally.duplicate,
      quarantined: quarantined + tally.quarantined,
    });
  }
  return totals;
}

const NOTHING: Tally = { park: '', device: '', received: 0, duplicate: 0, quarantined: 0 };

const sizeOf = (blocks: readonly Block[]) => blocks.reduce((sum, { totals }) => sum + totals.size, 0);

/** Neighbours of one writer added up: half as many, each twice as long, so that memory stays bounded however long the store is away. */
function merged(blocks: readonly Block[]): Block[] {
  const pairs: Block[] = [];
  const open = new Map<string, Block>();
  for (const block of blocks) {
    const first = open.get(block.writer);
    if (first === undefined) {
      open.set(block.writer, block);
      pairs.push(block);
      continue;
    }
    addAll(first.totals, block.totals.values());
    first.to = block.to;
    open.delete(block.writer);
  }
  return pairs;
}
