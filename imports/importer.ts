/** Imports files of measurements as readings of a device, by a person's right: understood, previewed, and taken the way of every reading. */
import { DaoyuError } from '../base/errors.ts';
import type { Bus } from '../bus/bus.ts';
import { createRecords, randomRun } from '../bus/quarantine-record.ts';
import { createGroupCommit } from '../ingest/group-commit.ts';
import type { Registry } from '../registry/registry.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Store } from '../store/store.ts';
import type { ImportOptions } from './options.ts';
import { planImport } from './plan.ts';
import { type ImportReport, notesOf, previewOf, reportedColumns, requireDecided } from './report.ts';
import { openSource } from './source.ts';
import { storedReadings } from './stored-readings.ts';
import { takeRows } from './take-rows.ts';
import { createTally } from './tally.ts';

export interface ImportRequest {
  readonly file: string;
  readonly park: string;
  readonly device: string;
  readonly dryRun: boolean;
  readonly options: ImportOptions;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
}

export interface ImportProgress {
  readonly phase: 'reading' | 'importing' | 'storing';
  readonly rows: number;
  readonly of: number;
}

export interface Importer {
  /**
   * Resolves when every row has its verdict: on the log, in quarantine, or counted as there already. A repeat doubles nothing, so what was broken
   * off is begun anew. Rejects with `DEVICE_UNKNOWN`, `TABLE_INVALID`, `ENCODING_INVALID`, `IMPORT_TIME_UNKNOWN`, `IMPORT_COLUMN_UNKNOWN`,
   * `IMPORT_UNDECIDED` (not in a dry run, which lists the questions), `STORE_UNAVAILABLE`, `BUS_FULL`, `BUS_UNAVAILABLE`.
   */
  run(request: ImportRequest): Promise<ImportReport>;
}

export interface ImporterOptions {
  readonly bus: Pick<Bus, 'append'>;
  readonly registry: Pick<Registry, 'device'>;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly store: Pick<Store, 'export'>;
  /** Readings of a device that are on the log and not yet in the store. */
  readonly pending: (park: string, device: string) => Promise<number>;
  readonly retainMs?: number | undefined;
  readonly clock: () => number;
}

/** Until the store has what is on the log: longer, and the import goes on without. */
const STORED_WITHIN_MS = 60_000;

export function createImporter(parts: ImporterOptions): Importer {
  const { bus, registry, kinds, store, pending, retainMs, clock } = parts;
  const record = createRecords(randomRun());

  async function stored(park: string, device: string, signal: AbortSignal | undefined): Promise<number> {
    const end = performance.now() + STORED_WITHIN_MS;
    for (;;) {
      const left = await pending(park, device);
      if (left === 0 || performance.now() > end) return left;
      signal?.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  return {
    async run({ file, park, device: id, dryRun, options, signal, onProgress }) {
      const device = registry.device(park, id);
      const kind = device && kinds.get(device.kind);
      if (device === undefined || kind === undefined)
        throw new DaoyuError('DEVICE_UNKNOWN', `park ${park} has no device ${id}`);
      const source = await openSource(file, options);
      const commit = dryRun ? undefined : createGroupCommit({ bus });
      try {
        const plan = await planImport(source, kind, options, signal);
        const isOpen = plan.questions.length > 0 || !plan.columns.some(({ field }) => field !== undefined);
        if (!dryRun) requireDecided(plan, kind);
        const tally = createTally();
        const notes = [...notesOf(plan, source.form)];
        const preview = previewOf(plan);
        const lookUp = storedReadings(store, device, kind, signal);
        let span = {};
        if (!isOpen) {
          if ((await stored(park, id, signal)) > 0)
            notes.push('the store is behind the log: what it holds already may be counted as new; nothing is doubled');
          const progress = (rows: number) => onProgress?.({ phase: 'importing', rows, of: plan.rows });
          const told = { time: options.time, rows: options.rows };
          const common = { source, plan, device, kind, ...told, record, retainMs, clock, tally, signal };
          span = await takeRows({ ...common, commit, stored: lookUp, onProgress: progress });
          if (lookUp.isPartial)
            notes.push(
              'the rows are in no order of time: what the store holds already may be counted as new; nothing is doubled',
            );
          if (!dryRun) {
            onProgress?.({ phase: 'storing', rows: plan.rows, of: plan.rows });
            const left = await stored(park, id, signal);
            if (left > 0) notes.push(`${left} readings are on the log and on their way to the store`);
          }
        } else tally.counts.rows = plan.rows;
        return {
          ...{ park, device: id, kind: kind.name, dryRun },
          file: {
            ...source.form,
            ...{ decimal: plan.decimal, rows: plan.rows, skipped: plan.layout.preamble.length },
          },
          time: {
            ...{ columns: plan.times.columns, form: plan.times.form, zone: plan.times.zone },
            ...(plan.times.order !== undefined && { order: plan.times.order }),
            ...{ zoneFrom: plan.times.zoneFrom, ...span },
          },
          columns: reportedColumns(plan),
          preview,
          questions: plan.questions,
          ...tally.result(),
          notes,
        };
      } finally {
        await commit?.close();
        source.close();
      }
    },
  };
}
