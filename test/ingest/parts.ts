/** Intake with everything behind it, on the parts that live in memory: real registry, store writer, quarantine, ledger. */
import { onTestFinished } from 'vitest';
import type { Bus } from '../../bus/bus.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import { openLedger } from '../../consumers/ledger.ts';
import { startQuarantineKeeper } from '../../consumers/quarantine/keeper.ts';
import { createQuarantine } from '../../consumers/quarantine/quarantine.ts';
import { startStoreWriter } from '../../consumers/store-writer.ts';
import { createIntake } from '../../ingest/intake.ts';
import type { Kv } from '../../kv/kv.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { openGateways } from '../../registry/gateways.ts';
import { openRegistry, type RegistrySeeds } from '../../registry/open-registry.ts';
import type { NewDevice } from '../../registry/registry.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import type { Reading } from '../../sensors/reading.ts';
import { openMemoryStore } from '../../store/memory.ts';
import type { Store } from '../../store/store.ts';
import { eventually } from '../eventually.ts';

export const kinds = await loadKinds();
export const NOW = Date.UTC(2026, 6, 20, 4, 0, 0);
export const silent = { info() {}, warn() {}, error() {} };

export const seeds: RegistrySeeds = {
  parks: [{ id: 'tianyu', label: { zh: '田渔', en: 'Tianyu' }, towns: [] }],
  sites: [],
  profiles: [],
};

export interface Told {
  readonly code: string;
  readonly field?: string;
  readonly position?: number;
  readonly message: string;
  readonly count: number;
  /** Whose errors topic it came on. */
  readonly device: string;
}

export interface Given {
  readonly bus?: Bus;
  readonly kv?: Kv;
  readonly store?: Store;
  readonly retainMs?: number;
  /** For tests that receive in the past. */
  readonly quarantineRetainMs?: number;
}

export type Parts = Awaited<ReturnType<typeof openParts>>;

export async function openParts({
  bus = openMemoryBus(),
  kv = openMemoryKv(),
  store = openMemoryStore(),
  retainMs,
  quarantineRetainMs = Number.POSITIVE_INFINITY,
}: Given = {}) {
  const clock = () => NOW;
  const told: Told[] = [];
  const registry = await openRegistry({ kv, kinds, seeds, clock });
  const gateways = openGateways(registry);
  const intake = createIntake({
    bus,
    registry,
    childNamed: gateways.childNamed,
    kinds,
    retainMs,
    tell: async ({ device }, _channel, payload) => {
      told.push({ ...(JSON.parse(payload) as Told), device });
    },
  });
  const writer = await startStoreWriter({ bus, store, log: silent, backOff: { firstMs: 5, maxMs: 5 } });
  const keeper = await startQuarantineKeeper({ bus, kv, log: silent, clock, retainMs: quarantineRetainMs });
  const quarantine = createQuarantine({ bus, kv, registry, gateways, kinds, log: silent, clock });
  const ledger = await openLedger({ bus, store, log: silent });
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    for (const part of [intake, ledger, keeper, writer, gateways, registry]) await part.close();
  };
  onTestFinished(close);

  return {
    ...{ bus, kv, store, registry, intake, quarantine, ledger, told, close },
    addDevice: (device: string, more: Partial<NewDevice> = {}) =>
      registry.addDevice({ park: 'tianyu', site: 'pond-1', device, kind: 'aquaculture_pond', ...more }, 'hash'),
    publish: (
      device: string,
      payload: unknown,
      more: { receivedAt?: number; isResend?: boolean; channel?: string } = {},
    ) => {
      const { receivedAt = NOW, isResend = false, channel = 'telemetry' } = more;
      const isBytes = payload instanceof Uint8Array;
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
      return intake.admit({
        park: 'tianyu',
        device,
        channel,
        topic: `daoyu/tianyu/${device}/${channel}`,
        payload: isBytes ? payload : Buffer.from(text),
        receivedAt,
        isResend,
      });
    },
    /** All readings in the store, once nothing is pending. */
    async stored(): Promise<readonly Reading[]> {
      await eventually(
        () => ledger.rows(),
        (rows) => rows.every(({ pending }) => pending === 0),
      );
      const found: Reading[] = [];
      for (const kind of kinds.values()) {
        const query = { kind: kind.name, fields: kind.fields.map(({ name }) => name), from: 0, to: NOW * 2 };
        for await (const reading of store.export(query)) found.push(reading);
      }
      return found;
    },
    /** The one row of a device, once nothing is pending. */
    async row(device: string) {
      const [row] = await eventually(
        () => ledger.rows({ device }),
        (rows) => rows.every(({ pending }) => pending === 0),
      );
      if (row === undefined) throw new Error(`no row of ${device}`);
      const { received, stored, duplicate, quarantined } = row;
      return { received, stored, duplicate, quarantined };
    },
    records: (count: number) =>
      eventually(
        () => quarantine.list({ limit: 10_000 }),
        (list) => list.length === count,
      ),
  };
}
