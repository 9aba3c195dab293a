/** Takes a device out of the installation together with its readings. */
import { setTimeout as wait } from 'node:timers/promises';
import { DaoyuError } from '../base/errors.ts';
import type { Ledger } from '../consumers/ledger.ts';
import type { Kv } from '../kv/kv.ts';
import type { Registry } from '../registry/registry.ts';
import { noteRemovedReadings } from '../registry/removed-readings.ts';
import type { Store } from '../store/store.ts';

export interface RemoveReadingsOptions {
  readonly registry: Pick<Registry, 'setDevice' | 'removeDevice'>;
  readonly ledger: Pick<Ledger, 'account'>;
  readonly store: Pick<Store, 'remove'>;
  readonly kv: Pick<Kv, 'get' | 'put'>;
  readonly clock: () => number;
  readonly patienceMs?: number;
  readonly settleMs?: number;
}

/** Longer than every process needs to learn that the device is shut out, or that its readings are removed. */
const SETTLE_MS = 1000;
const ASK_EVERY_MS = 250;

/**
 * The device is shut out first; what it sent before has to be in the store, because a reading that is stored afterwards would stay. What is later still,
 * because its append stalled, the store writer keeps out: from the note on it knows. Rejects with `READINGS_PENDING` when that takes too long, and with
 * `STORE_UNAVAILABLE`: the device is disabled then, and asking again goes on.
 */
export function createRemoveReadings({
  registry,
  ledger,
  store,
  kv,
  clock,
  patienceMs = 20_000,
  settleMs = SETTLE_MS,
}: RemoveReadingsOptions): (park: string, device: string) => Promise<void> {
  /** Waits until nothing of the device is on the log that the store does not have. */
  async function untilStored(park: string, device: string, until: number): Promise<void> {
    for (;;) {
      const { rows, isComplete } = await ledger.account({ park, device });
      const pending = rows.reduce((sum, row) => sum + row.pending, 0);
      if (isComplete && pending === 0) return;
      if (clock() >= until)
        throw new DaoyuError(
          'READINGS_PENDING',
          `${pending} readings of ${park}/${device} are not in the store yet, and would stay; the device is disabled, ask again when the store has caught up`,
        );
      await wait(ASK_EVERY_MS);
    }
  }

  return async (park, device) => {
    await registry.setDevice(park, device, { isDisabled: true });
    await wait(settleMs);
    const until = clock() + patienceMs;
    await untilStored(park, device, until);
    await noteRemovedReadings(kv, { park, device, at: clock() });
    await wait(settleMs);
    // A batch that was begun before its writer knew of the note is committed by then.
    await untilStored(park, device, until);
    await store.remove({ park, device });
    await registry.removeDevice(park, device);
  };
}
