/** The ingest role: carries the log into store and quarantine, and removes what is older than the settings keep. */

import { assignTasks, type Task } from '../../cluster/task-assignment.ts';
import { startQuarantineKeeper } from '../../consumers/quarantine/keeper.ts';
import { startStoreWriter } from '../../consumers/store-writer.ts';
import type { Store } from '../../store/store.ts';
import { startRetention } from '../retention.ts';
import type { Closer, Services } from '../services.ts';
import { planWriters } from '../store-writers.ts';

/** With the names of what this process does now. */
export async function openIngestRole(services: Services, store: Store, keep: Closer): Promise<() => readonly string[]> {
  const { config, log, id, kv, monotonic } = services;
  const duties = dutiesOf(services, store);
  if (planWriters(config).isShared) {
    const shared = keep(await assignTasks({ kv, area: 'ingest', id, duties, log, monotonic }));
    return () => shared.held;
  }
  for (const duty of duties) keep(await duty.start());
  return () => duties.map(({ name }) => name);
}

function dutiesOf({ config, log, clock, bus, kv }: Services, store: Store): readonly Task[] {
  return [
    ...planWriters(config).writers.map((writer) => ({
      name: writer.name,
      start: () => startStoreWriter({ bus, store, log, ...writer }),
    })),
    {
      name: 'quarantine',
      start: () =>
        startQuarantineKeeper({
          bus,
          kv,
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
