/** The real application over hand-made parts: a memory store, one park with two ponds, a feed the test pushes into. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { onTestFinished } from 'vitest';
import { openAlarmLog } from '../../alarms/alarm-log.ts';
import { openAlarms } from '../../alarms/alarms.ts';
import { openChannelBook } from '../../alarms/notify/channel-book.ts';
import type { ApiOptions } from '../../api/api.ts';
import { buildApp } from '../../api/server.ts';
import { openSignInCodes } from '../../app/sign-in-codes.ts';
import { createRules } from '../../automation/rules.ts';
import { DaoyuError } from '../../base/errors.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import type { QuarantineRecord } from '../../bus/rejection.ts';
import { openLocalPubSub } from '../../cluster/pubsub/local.ts';
import { createCommands } from '../../commands/commands.ts';
import { createAuditTrail } from '../../consumers/audit/trail.ts';
import type { LiveEvent } from '../../consumers/live-feed.ts';
import type { Correction } from '../../corrections/correction.ts';
import { openDoctor } from '../../doctor/doctor.ts';
import { createImporter } from '../../imports/importer.ts';
import { createSpool } from '../../imports/spool.ts';
import { tryMapping } from '../../ingest/try-mapping.ts';
import type { FarmEvent } from '../../journal/events.ts';
import { openRecordBook } from '../../journal/record-book.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { openPeople } from '../../people/people.ts';
import { openRegistry } from '../../registry/open-registry.ts';
import type { NewDevice } from '../../registry/registry.ts';
import { createScheduleBook } from '../../reports/schedule.ts';
import { deviceModels } from '../../seeds/models/models.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import type { Reading } from '../../sensors/reading.ts';
import { openMemoryStore } from '../../store/memory.ts';

export const NOW = Date.parse('2026-07-20T05:40:00+08:00');
export const TOKEN = 'test-token-of-the-api';
export const bearer = { authorization: `Bearer ${TOKEN}` };
/** Hashes of passwords that cost nothing. */
export const QUICK = { N: 2, r: 1, p: 1 } as const;
export const quiet = { info() {}, warn() {}, error() {} };
const label = { zh: '塘', en: 'pond' };

export const limits = {
  maxPoints: 1000,
  maxConcurrentQueries: 2,
  queryTimeoutMs: 10_000,
  maxLiveClients: 2,
  requestsPerMinute: 10_000,
  maxPacketBytes: 262_144,
  maxMessagesPerSecond: 10,
  admitTimeoutMs: 5000,
};

export interface RunningApi {
  readonly app: FastifyInstance;
  readonly options: ApiOptions;
  readonly makeCode: () => Promise<string>;
  readonly logged: object[];
  get(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  send(request: InjectOptions): Promise<LightMyRequestResponse>;
  write(readings: readonly Partial<Reading>[]): Promise<void>;
}

export async function apiOptions(
  logged: object[] = [],
  clock: () => number = () => NOW,
): Promise<ApiOptions & { write: RunningApi['write'] }> {
  const store = openMemoryStore();
  const kinds = await loadKinds();
  const parks = [{ id: 'tianyu', label, towns: [label] }];
  const sites = [{ park: 'tianyu', id: 'pond-1', label, type: 'pond' as const }];
  const registry = await openRegistry({ kv: openMemoryKv(), kinds, seeds: { parks, sites, profiles: [] }, clock });
  const known = { park: 'tianyu', site: 'pond-1', label, kind: 'aquaculture_pond' };
  for (const device of ['probe', 'silent']) await registry.addDevice({ ...known, device }, 'scrypt-secret');
  const people = await openPeople({ kv: openMemoryKv(), token: TOKEN, clock, log: quiet, cost: QUICK });
  const commands = createCommands({
    ...{ bus: openMemoryBus(), kv: openMemoryKv(), tell: async () => {}, clock, log: quiet },
  });
  let position = 0;
  const keep = (fields: object) => void logged.push(fields);
  return {
    host: '127.0.0.1',
    port: 0,
    people,
    audit: createAuditTrail({ bus: openMemoryBus(), kv: openMemoryKv(), clock, log: quiet }),
    sessionSecret: 'secret',
    codes: await openSignInCodes({ kv: openMemoryKv(), clock, monotonic: clock }),
    kinds,
    models: deviceModels,
    registry,
    store,
    ledger: {
      account: async () => ({
        rows: [{ park: 'tianyu', device: 'probe', received: 3, stored: 1, duplicate: 1, quarantined: 1, pending: 0 }],
        isComplete: true,
      }),
    },
    quarantine: {
      list: async ({ limit }) => [record].slice(0, limit),
      get: async (id) => (id === record.id ? record : undefined),
      replay: async (id) => Promise.reject(new DaoyuError('QUARANTINE_UNKNOWN', `no record ${id} in quarantine`)),
    },
    live: { follow: () => nothing() },
    book: await openChannelBook(openMemoryKv(), clock),
    notices: async () => [],
    alarmLog: openAlarmLog(openMemoryKv()),
    schedules: createScheduleBook(openMemoryKv(), (channel) => channel === 'mail'),
    alarms: await openAlarms({ bus: openMemoryBus(), kv: openMemoryKv(), clock }),
    addDevice: async (given: NewDevice) => ({
      device: await registry.addDevice({ label, ...given }, 'scrypt-secret'),
      password: 'shown-once',
    }),
    async removeReadings(park, device) {
      await store.remove({ park, device });
      await registry.removeDevice(park, device);
    },
    removeDemo: async () => ({ devices: 0, sites: 0, parks: 0, kept: [] }),
    hashFramePassword: async (password) => `hash of ${password}`,
    async rotatePassword(park, device, overlapMs) {
      await registry.setPassword(park, device, 'scrypt-next', overlapMs);
      return 'shown-once-more';
    },
    async makeObserver(park, device) {
      await registry.setDevice(park, device, { observerPasswordHash: 'scrypt-observer' });
      return 'shown-once';
    },
    tryMapping: async (park, id, payload, { mapping, channel }) => {
      const device = registry.device(park, id);
      const kind = device && kinds.get(device.kind);
      if (device === undefined || kind === undefined) throw new DaoyuError('DEVICE_UNKNOWN', `no device ${id}`);
      const more = channel === undefined ? {} : { channel };
      return tryMapping({ device, kind, mapping: mapping ?? device.mapping, payload, receivedAt: NOW, ...more });
    },
    importer: createImporter({ bus: openMemoryBus(), registry, kinds, store, clock, pending: async () => 0 }),
    spool: createSpool(join(tmpdir(), `daoyu-imports-${process.pid}`)),
    verifyDevice: async ({ username, password }) => {
      const [park = '', device = ''] = username.split('.');
      return password.toString() === 'right' ? { park, device } : 'password';
    },
    admit: async () => {},
    idempotency: { firstReceipt: async () => 0 },
    monotonic: clock,
    doctor: await openDoctor({
      ...{ pubsub: openLocalPubSub(), kv: openMemoryKv(), clock },
      patient: ({ park, device }) =>
        registry.device(park, device) && {
          device: { park, device, intervalMs: 60_000 },
          decode: () => ({ readings: [], told: [] }),
        },
    }),
    version: '0.0.0',
    committed: () => store.committed(),
    isConnected: (_park, device) => device === 'probe',
    tell: async () => {},
    corrections: await openRecordBook<Correction>('correction', {
      ...{ bus: openMemoryBus(), kv: openMemoryKv(), clock, log: quiet },
    }),
    events: await openRecordBook<FarmEvent>('event', { bus: openMemoryBus(), kv: openMemoryKv(), clock, log: quiet }),
    commands,
    rules: createRules({ kv: openMemoryKv(), registry, kinds, store, commands, clock }),
    checks: async () => [{ name: 'log', isReady: false, message: 'the log is full of what the store needs' }],
    status: async () => ({
      bus: {
        isWritable: true,
        durability: { survives: 'power loss', message: 'synced' },
        sizeBytes: 1,
        maxBytes: 2,
        firstPosition: 1,
        lastPosition: 2,
        consumers: [],
      },
      store: { isWritable: true, readings: 1, sizeBytes: 1 },
      intake: { values: 12, unknownValues: 2 },
      broker: { connections: 1, refused: { password: 2 }, received: 7, acknowledged: 6, inFlight: 0 },
    }),
    limits,
    mqttUrls: () => ['mqtt://127.0.0.1:1883'],
    clock,
    log: { info: keep, warn: keep, error: keep },
    async write(readings) {
      const batch = readings.map((reading) => ({
        park: 'tianyu',
        site: 'pond-1',
        device: 'probe',
        kind: 'aquaculture_pond',
        time: NOW - 60_000,
        receivedAt: NOW,
        values: { dissolved_oxygen: 6.42 },
        ...reading,
      }));
      await store.write({ readings: batch, tallies: [] }, ++position);
    },
  };
}

const record: QuarantineRecord = {
  id: '0001-a',
  park: 'tianyu',
  device: 'probe',
  topic: 'daoyu/tianyu/probe/telemetry',
  receivedAt: NOW,
  scope: 'message',
  reason: { code: 'PAYLOAD_NOT_JSON', message: 'no JSON' },
  payload: '{',
  payloadEncoding: 'utf8',
};

/** Past the checks of the route. */
export async function addEvent(
  { events }: Pick<ApiOptions, 'events'>,
  event: Pick<FarmEvent, 'kind' | 'at' | 'values'> & Partial<FarmEvent>,
): Promise<void> {
  await events.add({ park: 'tianyu', site: 'pond-1', by: 'li', id: `event-${event.kind}-${event.at}`, ...event });
}

async function* nothing(): AsyncGenerator<LiveEvent> {}

export async function runApi(change: Partial<ApiOptions> = {}): Promise<RunningApi> {
  const logged: object[] = [];
  const { write, ...made } = await apiOptions(logged, change.clock);
  const options = { ...made, ...change };
  const app = await buildApp(options);
  onTestFinished(() => app.close());
  return {
    app,
    options,
    makeCode: () => options.codes.make(),
    logged,
    get: (url, headers = bearer) => app.inject({ url, headers }),
    send: (request) => app.inject(request),
    write,
  };
}
