/** The embedded store: one DuckDB file in the data folder, one process. */
import { join } from 'node:path';
import { withAhead } from '../ahead.ts';
import type { StoreDriver } from '../drivers.ts';
import { openReopening } from '../reopening.ts';

export const duckDbStore: StoreDriver = {
  schemes: ['embedded'],
  form: 'embedded',
  isShared: false,
  capabilities: ['ahead'],
  validate() {},
  async open({ folder, kinds, memory, clock, space, log }) {
    const { openDuckDbStore } = await import('./duckdb.ts');
    const open = () => openDuckDbStore({ folder: join(folder, 'store'), kinds, memory, clock, space });
    return withAhead(await openReopening({ open, log }));
  },
};
