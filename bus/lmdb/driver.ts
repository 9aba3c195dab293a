/** The embedded log: files in the data folder, one process. */
import { join } from 'node:path';
import type { BusDriver } from '../drivers.ts';

export const lmdbLog: BusDriver = {
  schemes: ['embedded'],
  form: 'embedded',
  isShared: false,
  validate() {},
  async open({ folder, maxBytes, retainMs, clock, space }) {
    const { openLmdbBus } = await import('./lmdb.ts');
    return openLmdbBus({ folder: join(folder, 'bus'), maxBytes, retainMs, clock, space });
  },
};
