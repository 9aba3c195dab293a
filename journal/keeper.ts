/** Copies records from the log into the shared state: those whose writer died in between, and those of other programs. One process at a time does it. */
import { codeOf } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { subjects } from '../base/topics.ts';
import type { Bus, Delivery } from '../bus/bus.ts';
import { startConsumer } from '../bus/consumer.ts';
import type { Kv } from '../kv/kv.ts';
import { parseJournalEntry, recordKey } from './entry.ts';

export const JOURNAL_KEEPER = 'journal';
const LIMITS = { maxDeliveries: 128, maxBytes: 4 * 1024 * 1024, waitMs: 5 } as const;

export interface JournalKeeperOptions {
  readonly bus: Pick<Bus, 'consume'>;
  readonly kv: Kv;
  readonly log: Log;
}

export async function startJournalKeeper({ bus, kv, log }: JournalKeeperOptions): Promise<{ close(): Promise<void> }> {
  async function take(deliveries: readonly Delivery[]): Promise<void> {
    for (const { data } of deliveries) {
      const entry = parseJournalEntry(data);
      if (entry === undefined) continue;
      await kv.put(recordKey(entry.is, entry.record), entry.record, 0).catch((error: unknown) => {
        // The first record of an id is kept.
        if (codeOf(error) !== 'STATE_CONFLICT') throw error;
      });
    }
  }

  return await startConsumer({ ...LIMITS, bus, name: JOURNAL_KEEPER, subjects: [subjects.allJournal], log, take });
}
