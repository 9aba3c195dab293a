/** Tallies of log entries that the store has not committed yet, in bounded memory however long the store is away. */
import { deviceKey } from '../base/keys.ts';
import type { Tally } from '../sensors/tally.ts';
import type { Committed } from '../store/store.ts';

export interface PendingTallies {
  /** The store's state when it was last adopted. */
  readonly committed: Committed;
  /** More tallies are held than allowed: adopt what the store has, then shrink. */
  readonly isTooMuch: boolean;
  /** Tallies held. */
  readonly size: number;
  add(writer: string, position: number, tallies: readonly Tally[]): void;
  /** Takes over what the store committed, unless a position lies inside a block: then the older state still adds up with the blocks. */
  adopt(next: Committed): void;
  /** Merges neighbours until at most half of the limit is held, or nothing is left to merge. */
  shrink(): void;
  tallies(): Iterable<Tally>;
}

type Totals = Map<string, Tally>;

/** Sums of the entries of one writer between two positions. */
interface Block {
  readonly writer: string;
  readonly from: number;
  to: number;
  readonly totals: Totals;
}

export function createPendingTallies(known: Committed, maxTallies: number): PendingTallies {
  let committed = known;
  let blocks: Block[] = [];
  let size = 0;

  function hold(next: Block[]): void {
    blocks = next;
    size = blocks.reduce((sum, { totals }) => sum + totals.size, 0);
  }

  return {
    get committed() {
      return committed;
    },
    get size() {
      return size;
    },
    get isTooMuch() {
      return size > maxTallies;
    },
    add(writer, position, tallies) {
      if (tallies.length === 0) return;
      const totals = addAll(new Map(), tallies);
      blocks.push({ writer, from: position, to: position, totals });
      size += totals.size;
    },
    adopt(next) {
      const isInside = blocks.some(({ writer, from, to }) => {
        const position = positionOf(next, writer);
        return from <= position && position < to;
      });
      if (isInside) return;
      hold(blocks.filter(({ writer, from }) => from > positionOf(next, writer)));
      committed = next;
    },
    shrink() {
      while (size > maxTallies / 2) {
        const fewer = merged(blocks);
        if (fewer.length === blocks.length) return;
        hold(fewer);
      }
    },
    *tallies() {
      for (const { totals } of blocks) yield* totals.values();
    },
  };
}

export const positionOf = ({ writers }: Committed, writer: string) => writers[writer]?.position ?? 0;

export const keyOf = ({ park, device }: Pick<Tally, 'park' | 'device'>) => deviceKey(park, device);

function addAll(totals: Totals, tallies: Iterable<Tally>): Totals {
  for (const tally of tallies) {
    const before = totals.get(keyOf(tally));
    totals.set(keyOf(tally), {
      park: tally.park,
      device: tally.device,
      received: (before?.received ?? 0) + tally.received,
      duplicate: (before?.duplicate ?? 0) + tally.duplicate,
      quarantined: (before?.quarantined ?? 0) + tally.quarantined,
    });
  }
  return totals;
}

/** Merges pairs of neighbours of one writer: half as many blocks, each twice as long. */
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
