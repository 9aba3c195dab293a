/** The ingest role: carries the log into store and quarantine, and removes what is older than the settings keep. */
import { startQuarantineKeeper } from '../ingest/quarantine-keeper.ts';
import { startStoreWriter } from '../ingest/store-writer.ts';
import { startRetention } from '../retention.ts';
import type { Store } from '../store/store.ts';
import { type Duty, shareDuties } from './duties.ts';
import type { Foundation, Keep } from './foundation.ts';
import { planWriters } from './store-writers.ts';

/** With the names of what this process does now. */
export async function openIngestRole(
  foundation: Foundation,
  store: Store,
  keep: Keep,
): Promise<() => readonly string[]> {
  const { config, log, id, state, monotonic } = foundation;
  const duties = dutiesOf(foundation, store);
  if (planWriters(config).isShared) {
    const shared = keep(await shareDuties({ state, area: 'ingest', id, duties, log, monotonic }));
    return () => shared.held;
  }
  for (const duty of duties) keep(await duty.start());
  return () => duties.map(({ name }) => name);
}

function dutiesOf({ config, log, clock, bus, state }: Foundation, store: Store): readonly Duty[] {
  return [
    ...planWriters(config).writers.map((writer) => ({
      name: writer.name,
      start: () => startStoreWriter({ bus, store, log, clock, ...writer }),
    })),
    {
      name: 'quarantine',
      start: () =>
        startQuarantineKeeper({
          bus,
          state,
          log,
          clock,
          retainMs: config.quarantineRetain,
          maxRecords: config.quarantineMax,
        }),
    },
    {
      name: 'retention',
      start: async () => startRetention({ store, rawMs: config.retainRaw, minuteMs: config.retainMinutes, log, clock }),
    },
  ];
}
