/** Entries that no handler can read: told apart from the good ones, and put into quarantine with the reason. */
import { codeOf } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { subjects } from '../base/topics.ts';
import type { Bus, Delivery } from './bus.ts';
import type { QuarantineEntry } from './events.ts';
import { PoisonedEntries, type SetAside } from './handler.ts';
import { entryOf, type LogEntry } from './parse-event.ts';
import { payloadOf } from './quarantine-record.ts';
import type { QuarantineRecord } from './rejection.ts';

export interface ReadEntry {
  readonly delivery: Delivery;
  readonly entry: LogEntry;
}

/** Throws `PoisonedEntries` with all that are none of ours. */
export function readEntries(
  deliveries: readonly Delivery[],
  parse: (delivery: Delivery) => LogEntry | undefined = entryOf,
): readonly ReadEntry[] {
  const read = deliveries.map((delivery) => ({ delivery, entry: parse(delivery) }));
  const unreadable = read.filter(({ entry }) => entry === undefined);
  if (unreadable.length > 0) {
    throw new PoisonedEntries(
      unreadable.map(({ delivery }) => ({
        delivery,
        reason: `entry ${delivery.position} of the log is not one of ours`,
      })),
    );
  }
  return read.flatMap(({ delivery, entry }) => (entry === undefined ? [] : [{ delivery, entry }]));
}

/** Puts a poisoned entry into quarantine. Whoever meets the same entry makes the same record, so it is kept once. */
export function intoQuarantine(options: QuarantineWriterOptions): SetAside {
  const write = quarantineWriter(options);
  return (delivery, reason) => write([recordOf(delivery, reason)]);
}

export interface QuarantineWriterOptions {
  readonly bus: Pick<Bus, 'append'>;
  readonly log: Log;
}

/**
 * Appends records to the log, for the quarantine keeper; rejects when the log is away. A full log does not take them, and must not hold up the
 * entries behind, whose taking is what makes room: then only the program's log tells of them.
 */
export function quarantineWriter({ bus, log }: QuarantineWriterOptions) {
  return async (records: readonly QuarantineRecord[]): Promise<void> => {
    for (const [park, ofPark] of groupByPark(records)) {
      const entry: QuarantineEntry = { version: 1, records: ofPark, tallies: [] };
      const subject = subjects.quarantine({ park, device: 'unknown' });
      try {
        await bus.append([{ subject, data: JSON.stringify(entry) }]);
      } catch (error) {
        if (codeOf(error) !== 'BUS_FULL' && codeOf(error) !== 'ENTRY_TOO_LARGE') throw error;
        const told = ofPark.map(({ topic, reason: { message } }) => `${topic}: ${message}`);
        log.error({ code: codeOf(error), records: told }, 'the log did not take it into quarantine either');
      }
    }
  };
}

function groupByPark(records: readonly QuarantineRecord[]): Map<string, QuarantineRecord[]> {
  const parks = new Map<string, QuarantineRecord[]>();
  for (const record of records) parks.set(record.park, [...(parks.get(record.park) ?? []), record]);
  return parks;
}

function recordOf({ subject, position, appendedAt, data }: Delivery, message: string): QuarantineRecord {
  const id = `${appendedAt.toString(36).padStart(9, '0')}-${position.toString(36).padStart(7, '0')}-poison`;
  const park = subject.split('.')[2] ?? 'unknown';
  return {
    ...{ id, park, device: 'unknown', topic: subject, receivedAt: appendedAt },
    ...{ scope: 'message', reason: { code: 'ENTRY_UNREADABLE', message }, ...payloadOf(Buffer.from(data)) },
  };
}
