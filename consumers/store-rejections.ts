/** Quarantines readings that a store writer cannot store, each with its reason. */
import type { Log } from '../base/logger.ts';
import { topicsOf } from '../base/topics.ts';
import type { Bus } from '../bus/bus.ts';
import { quarantineWriter } from '../bus/poison.ts';
import { createRecords, randomRun, storedPayload } from '../bus/quarantine-record.ts';
import type { Rejection, RejectionScope } from '../bus/rejection.ts';
import type { Reading } from '../sensors/reading.ts';
import type { ConflictingReading, RejectedReading } from '../store/store.ts';

export interface StoreRejections {
  /** Readings that reached the log after their device had been removed with its readings. */
  removed(readings: readonly Reading[]): Promise<void>;
  /** Readings that the store will never accept: they must neither block their neighbours nor disappear. */
  rejected(readings: readonly RejectedReading[]): Promise<void>;
  /** Values that differ from stored ones of the same time, older than the memory of intake: the stored value stays. */
  conflicting(readings: readonly ConflictingReading[]): Promise<void>;
}

export function createStoreRejections(bus: Pick<Bus, 'append'>, log: Log): StoreRejections {
  const record = createRecords(randomRun());
  const quarantine = quarantineWriter({ bus, log });

  function recordOf(reading: Reading, scope: RejectionScope, reason: Rejection) {
    const { park, device, receivedAt } = reading;
    const origin = { park, device, topic: topicsOf({ park, device }).telemetry, receivedAt };
    return record(origin, scope, reason, storedPayload(reading));
  }

  return {
    async removed(readings) {
      if (readings.length === 0) return;
      const message = 'received before its device was removed with its readings, and on the log only afterwards';
      await quarantine(readings.map((reading) => recordOf(reading, 'reading', { code: 'DEVICE_REMOVED', message })));
    },
    async rejected(readings) {
      const [first] = readings;
      if (first === undefined) return;
      log.error(
        { readings: readings.length, reason: first.reason },
        'the store rejects readings; they go to quarantine',
      );
      await quarantine(
        readings.map(({ reading, reason: message }) =>
          recordOf(reading, 'reading', { code: 'STORE_REFUSED', message }),
        ),
      );
    },
    async conflicting(readings) {
      await quarantine(
        readings.map(({ reading, stored, isWhole }) => {
          const [[field, before] = ['', 0]] = Object.entries(stored);
          const message = `${field} is ${reading.values[field]}, but ${before} is stored for the same time: one time, one value; the first stays`;
          return recordOf(reading, isWhole ? 'reading' : 'field', { code: 'READING_CONFLICT', field, message });
        }),
      );
    },
  };
}
