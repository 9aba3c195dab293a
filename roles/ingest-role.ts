/** The ingest role: carries the log into store and quarantine, and removes what is older than the settings keep. */
import { startQuarantineKeeper } from '../ingest/quarantine-keeper.ts';
import { startStoreWriter } from '../ingest/store-writer.ts';
import { startRetention } from '../retention.ts';
import type { Store } from '../store/store.ts';
import type { Foundation, Keep } from './foundation.ts';

export async function openIngestRole(
  { config, log, clock, bus, state }: Foundation,
  store: Store,
  keep: Keep,
): Promise<void> {
  keep(await startStoreWriter({ bus, store, log, clock }));
  keep(
    await startQuarantineKeeper({
      bus,
      state,
      log,
      clock,
      retainMs: config.quarantineRetain,
      maxRecords: config.quarantineMax,
    }),
  );
  keep(startRetention({ store, rawMs: config.retainRaw, minuteMs: config.retainMinutes, log, clock }));
}
