import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openMemoryKv } from '../../kv/memory.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import type { StoreCapability } from '../../store/capabilities.ts';
import { storeDrivers } from '../../store/drivers.ts';
import { silent } from '../ingest/parts.ts';

/** Nobody listens at the port; InfluxDB's store opens all the same. */
const URLS: Readonly<Record<string, string>> = {
  embedded: 'embedded',
  memory: 'memory',
  influxdb: 'influxdb://127.0.0.1:1?db=x',
};
const ALL: Readonly<Record<StoreCapability, true>> = { ahead: true, checkpoint: true, rejectedPoints: true };

it.each(storeDrivers.map((driver) => [driver.schemes[0] ?? '', driver] as const))(
  'a store of the driver %s has the capabilities that the driver declares, and no others',
  async (scheme, driver) => {
    const folder = await mkdtemp(join(tmpdir(), 'daoyu-drivers-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const store = await driver.open({
      ...{ url: URLS[scheme] ?? '', folder, kinds: await loadKinds(), memory: '256MB', clock: Date.now },
      ...{ space: { check() {} }, log: silent, kv: openMemoryKv() },
    });
    onTestFinished(() => store.close());
    const names = Object.keys(ALL) as StoreCapability[];
    expect(names.filter((name) => store[name] !== undefined)).toEqual(
      names.filter((name) => driver.capabilities.includes(name)),
    );
  },
);
