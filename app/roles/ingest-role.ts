/** The ingest role: writes the log into store and quarantine, applies retention, and runs alarms and commands. */

import type { Consumer } from '../../bus/handler.ts';
import { assignTasks, type Task } from '../../cluster/task-assignment.ts';
import { AUDIT_KEEPER, startAuditKeeper } from '../../consumers/audit/keeper.ts';
import { startQuarantineKeeper } from '../../consumers/quarantine/keeper.ts';
import { openPositionNote } from '../../consumers/store-position.ts';
import { startStoreWriter } from '../../consumers/store-writer.ts';
import { JOURNAL_KEEPER, startJournalKeeper } from '../../journal/keeper.ts';
import { followRemovedReadings } from '../../registry/removed-readings.ts';
import { DEFAULT_WRITER, type Store } from '../../store/store.ts';
import { alarmTasks } from '../alarm-tasks.ts';
import { automationTask } from '../automation-task.ts';
import { sharedParts } from '../backends.ts';
import { commandTask } from '../command-task.ts';
import { reportTask } from '../report-task.ts';
import { startRetention } from '../retention.ts';
import type { Closer, Services } from '../services.ts';
import { planWriters } from '../store-writers.ts';

export interface IngestRole {
  /** Names of the tasks that this process runs. */
  tasks(): readonly string[];
  /** Why the store writer of this process is stuck, if it is the only one. */
  writerProblem(): Problem | undefined;
}

/** Longer than servers take to elect a leader with all data. */
const DOUBT_MS = 15_000;

type Problem = NonNullable<ReturnType<Consumer['status']>['problem']>;

export async function openIngestRole(services: Services, store: Store, keep: Closer): Promise<IngestRole> {
  const { config, log, bus, id, kv, monotonic } = services;
  const { writers, isShared } = planWriters(config);
  const { covers: isRemoved } = keep(await followRemovedReadings(kv));
  if (isShared) {
    const tasks = [
      ...writers.map((writer) => ({
        name: writer.name,
        start: () => startStoreWriter({ bus, store, log, doubtMs: DOUBT_MS, isRemoved, ...writer }),
      })),
      ...othersOf(services, store),
    ];
    const shared = keep(await assignTasks({ kv, area: 'ingest', id, tasks, log, monotonic }));
    return { tasks: () => shared.held, writerProblem: () => undefined };
  }
  const note = openPositionNote(kv, DEFAULT_WRITER);
  const acceptsGap = config.storeGap === 'accept';
  const doubtMs = sharedParts(config).isLogShared ? DOUBT_MS : 0;
  const writer = keep(await startStoreWriter({ bus, store, log, note, acceptsGap, doubtMs, isRemoved }));
  const others = othersOf(services, store);
  for (const task of others) keep(await task.start());
  return {
    tasks: () => [DEFAULT_WRITER, ...others.map(({ name }) => name)],
    writerProblem: () => writer.status().problem,
  };
}

function othersOf(services: Services, store: Store): readonly Task[] {
  const { config, log, clock, bus, kv, installation } = services;
  const retentionClock = () => installation.retentionNow();
  return [
    {
      name: 'quarantine',
      start: () =>
        startQuarantineKeeper({
          bus,
          kv,
          log,
          clock,
          age: () => installation.age(),
          retainMs: config.quarantineRetain,
          maxRecords: config.quarantineMax,
        }),
    },
    {
      name: AUDIT_KEEPER,
      start: () => startAuditKeeper({ bus, kv, log, clock, retainMs: config.auditRetain, maxEntries: config.auditMax }),
    },
    {
      name: 'retention',
      start: async () =>
        startRetention({ store, rawMs: config.retainRaw, minuteMs: config.retainMinutes, log, clock: retentionClock }),
    },
    ...alarmTasks(services, store),
    commandTask(services),
    automationTask(services, store),
    reportTask(services, store),
    { name: JOURNAL_KEEPER, start: () => startJournalKeeper({ bus, kv, log }) },
  ];
}
