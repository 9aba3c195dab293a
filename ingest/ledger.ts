/** What was received of each device and what became of it: committed by the store, plus what still waits on the log. */
import type { Bus, Consumption } from '../bus/bus.ts';
import { codeOf } from '../errors.ts';
import { type Committed, DEFAULT_WRITER, type LedgerRow, type Store, type Tally } from '../store/store.ts';
import { parseTallies } from './entry.ts';
import type { Log } from './log.ts';

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
  /** How long an answer waits for the newest entries of the log to be counted. */
  readonly patienceMs?: number;
  /** Tallies of entries behind the store's position that are held one by one; of more, neighbours are added up. */
  readonly maxTallies?: number;
}

export interface OpenLedger {
  /** received = stored + duplicate + quarantined + pending in every row, whatever was killed when. Includes all that was on the log when asked, unless that takes too long. */
  rows(filter?: { readonly park?: string; readonly device?: string }): Promise<readonly LedgerView[]>;
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
  const consumption: Consumption = await bus.consume({ subjects: [EVERYTHING], from: { after: from } });

  async function follow(): Promise<void> {
    for await (const { subject, position, data } of consumption) {
      seen = Math.max(seen, position);
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
    await store.committed().then(adopt, () => undefined);
    held = sizeOf(blocks);
    while (held > maxTallies / 2) {
      const smaller = merged(blocks);
      if (smaller.length === blocks.length) return;
      blocks = smaller;
      held = sizeOf(blocks);
    }
  }

  async function untilSeen(position: number): Promise<void> {
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
    // Retention may have removed the last entries: nobody waits for them twice.
    seen = Math.max(seen, position);
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

  const following = follow().catch((error: unknown) => log.error({ code: codeOf(error), err: error }, 'ledger ended'));

  return {
    async rows({ park, device } = {}) {
      const { lastPosition } = await bus.status();
      adopt(await store.committed());
      await untilSeen(lastPosition);
      const rows = new Map<string, LedgerView>(committed.ledger.map((row) => [keyOf(row), { ...row, pending: 0 }]));
      for (const { totals } of blocks) for (const tally of totals.values()) addTo(rows, tally);
      return [...rows.values()]
        .filter((row) => (park === undefined || row.park === park) && (device === undefined || row.device === device))
        .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    },
    async close() {
      await consumption.close();
      await following;
    },
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
