/** Imports texts and bytes with a real importer: what it puts on the log is caught, what it looks up comes from a store in memory. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Entry } from '../../bus/bus.ts';
import { createImporter } from '../../imports/importer.ts';
import type { ImportOptions } from '../../imports/options.ts';
import type { ImportReport } from '../../imports/report.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { openRegistry } from '../../registry/open-registry.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import type { Reading } from '../../sensors/reading.ts';
import { openMemoryStore } from '../../store/memory.ts';

export const NOW = Date.parse('2026-11-28T20:00:00+08:00');
export const kinds = await loadKinds();

export interface Imported {
  readonly report: ImportReport;
  /** What went to the log: `2026-11-27T08:00:00.000+08:00` → values, as instants of UTC. */
  readonly readings: readonly { readonly time: string; readonly values: Readonly<Record<string, number>> }[];
  readonly quarantined: number;
}

export async function importerOf(kind = 'aquaculture_pond') {
  const label = { zh: '塘', en: 'pond' };
  const parks = [{ id: 'tianyu', label, towns: [label] }];
  const sites = [{ park: 'tianyu', id: 'pond-1', label, type: 'pond' as const }];
  const clock = () => NOW;
  const registry = await openRegistry({ kv: openMemoryKv(), kinds, seeds: { parks, sites, profiles: [] }, clock });
  await registry.addDevice({ park: 'tianyu', site: 'pond-1', label, kind, device: 'probe' }, 'scrypt-secret');
  const store = openMemoryStore();
  let position = 0;
  let entries: Entry[] = [];
  const bus = {
    async append(appended: readonly Entry[]) {
      for (const entry of appended) {
        entries.push(entry);
        const { readings = [], tallies } = JSON.parse(entry.data) as { readings?: Reading[]; tallies: [] };
        await store.write({ readings, tallies }, ++position);
      }
    },
  };
  const importer = createImporter({ bus: bus as never, registry, kinds, store, clock, pending: async () => 0 });
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-import-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));

  /** `file`: a path, or the content. */
  return async (content: string | Uint8Array, options: ImportOptions = {}, dryRun = false): Promise<Imported> => {
    const file = join(folder, 'file');
    writeFileSync(file, content);
    entries = [];
    const report = await importer.run({ file, park: 'tianyu', device: 'probe', dryRun, options });
    const bodies = entries.map(({ data }) => JSON.parse(data) as { readings?: Reading[]; records?: unknown[] });
    return {
      report,
      readings: bodies
        .flatMap(({ readings = [] }) => readings)
        .map(({ time, values }) => ({ time: new Date(time).toISOString(), values })),
      quarantined: bodies.flatMap(({ records = [] }) => records).length,
    };
  };
}

export const caseFile = (name: string) => fileURLToPath(new URL(`../data/cases/${name}`, import.meta.url));
