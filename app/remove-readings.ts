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
}

/** What the device had sent when it was shut out is on the log by then. */
const SETTLE_MS = 1000;
const ASK_EVERY_MS = 250;

/**
 * The device is shut out first; what it sent before has to be in the store, because a reading that is stored afterwards would stay. Rejects with
 * `READINGS_PENDING` when that takes too long, and with `STORE_UNAVAILABLE`: the device is disabled then, and asking again goes on.
 */
export function createRemoveReadings({
  registry,
  ledger,
  store,
  kv,
  clock,
  patienceMs = 20_000,
}: RemoveReadingsOptions): (park: string, device: string) => Promise<void> {
  return async (park, device) => {
    await registry.setDevice(park, device, { isDisabled: true });
    await wait(SETTLE_MS);
    const until = clock() + patienceMs;
    for (;;) {
      const { rows, isComplete } = await ledger.account({ park, device });
      const pending = rows.reduce((sum, row) => sum + row.pending, 0);
      if (isComplete && pending === 0) break;
      if (clock() >= until)
        throw new DaoyuError(
          'READINGS_PENDING',
          `${pending} readings of ${park}/${device} are not in the store yet, and would stay; the device is disabled, ask again when the store has caught up`,
        );
      await wait(ASK_EVERY_MS);
    }
    await noteRemovedReadings(kv, { park, device, at: clock() });
    await store.remove({ park, device });
    await registry.removeDevice(park, device);
  };
}
