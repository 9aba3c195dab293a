/** The api role: HTTP for people and programs: series, ledger, live feed, page. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Alarm } from '../../alarms/alarm.ts';
import { openAlarmLog } from '../../alarms/alarm-log.ts';
import { openAlarms } from '../../alarms/alarms.ts';
import { noticesOf } from '../../alarms/notify/notice-outcome.ts';
import type { Api, ApiOptions } from '../../api/api.ts';
import type { Check } from '../../api/routes/health.ts';
import { openApi } from '../../api/server.ts';
import { createRules } from '../../automation/rules.ts';
import { DaoyuError } from '../../base/errors.ts';
import type { Admit } from '../../broker/broker.ts';
import { generatePassword, hashPassword } from '../../broker/credentials.ts';
import { createVerifier } from '../../broker/verifier.ts';
import { sendLive, sendOverPubSub, type Tell } from '../../cluster/downlink.ts';
import { assignTasks } from '../../cluster/task-assignment.ts';
import { createCommands } from '../../commands/commands.ts';
import { createAuditTrail } from '../../consumers/audit/trail.ts';
import { openLastingLedger } from '../../consumers/lasting-ledger.ts';
import type { OpenLedger } from '../../consumers/ledger.ts';
import { openLiveFeed } from '../../consumers/live-feed.ts';
import { startPlatformMetrics } from '../../consumers/platform-metrics/writer.ts';
import { createQuarantine } from '../../consumers/quarantine/quarantine.ts';
import type { Correction } from '../../corrections/correction.ts';
import { type Doctor, type DoctorOptions, openDoctor } from '../../doctor/doctor.ts';
import { createImporter } from '../../imports/importer.ts';
import { createSpool } from '../../imports/spool.ts';
import { FORMATS } from '../../ingest/decoders/table.ts';
import { createIntake } from '../../ingest/intake.ts';
import { tryMapping } from '../../ingest/try-mapping.ts';
import type { FarmEvent } from '../../journal/events.ts';
import { openRecordBook } from '../../journal/record-book.ts';
import type { NewDevice, RegistryChange } from '../../registry/registry.ts';
import { validateMapping } from '../../registry/validate-mapping.ts';
import { createScheduleBook } from '../../reports/schedule.ts';
import { deviceModels } from '../../seeds/models/models.ts';
import type { Store } from '../../store/store.ts';
import { openMetricSink } from '../backends.ts';
import { addDemoDevices, removeDemo } from '../demo.ts';
import { createFindCredential } from '../find-credential.ts';
import { createIdempotency } from '../idempotency.ts';
import { createRemoveReadings } from '../remove-readings.ts';
import type { Closer, Services } from '../services.ts';
import { openSignInCodes } from '../sign-in-codes.ts';
import { singleSignOnOf } from '../single-sign-on.ts';
import { planWriters } from '../store-writers.ts';
import { programVersion } from '../version.ts';
import type { BrokerRole } from './broker-role.ts';
import type { IngestRole } from './ingest-role.ts';

export interface ApiRoleOptions {
  readonly store: Store;
  /** Parts of the same process; if absent, other processes have them. */
  readonly door?: BrokerRole | undefined;
  readonly ingest?: IngestRole | undefined;
  readonly checks: () => Promise<readonly Check[]>;
  readonly status: ApiOptions['status'];
}

const PAGE_FOLDER = [new URL('../../page/', import.meta.url), new URL('../../dist/page/', import.meta.url)].map((url) =>
  fileURLToPath(url),
);

export async function openApiRole(
  services: Services,
  { store, door, ingest, checks, status }: ApiRoleOptions,
  keep: Closer,
): Promise<Api> {
  const { config, log, clock, monotonic, folder, kinds, bus, kv, registry, pubsub, presence } = services;
  const { channelBook, sessionSecret, people, installation } = services;
  if (config.demo) await addDemoDevices(folder, kv, registry, kinds);
  const { writers, writerOf } = planWriters(config);
  const names = writers.map(({ name }) => name);
  const isWhole = () => ingest?.writerProblem()?.code !== 'STORE_BEHIND';
  const ledger = keep(await openLastingLedger({ bus, store, log, writers: names, writerOf, isWhole }));
  const alarms = keep(await openAlarms({ bus, kv, clock }));
  const live = keep(await openLiveFeed({ bus, log }));
  // Its own broker knows at once; other brokers announce it.
  const isConnected = (park: string, device: string) =>
    door?.broker.isConnected({ park, device }) || presence.isConnected({ park, device });
  const shownAlarms = () => alarms.list({ limit: Number.MAX_SAFE_INTEGER });
  const tell = door?.tell ?? sendOverPubSub(pubsub, presence);
  const admit = door?.admit ?? openIntake(services, tell, keep);
  const figures = { store, ledger, isConnected, alarms: shownAlarms };
  await writePlatformMetrics(services, figures, keep);
  const doctor = keep(await openDoctor({ pubsub, kv, patient: patientsOf(services), clock }));
  keep({ close: registry.watch((change) => forgetRemoved(change, doctor, log)) });
  const commands = createCommands({ bus, kv, tell: sendLive(pubsub, presence), clock, log });
  return keep(
    await openApi({
      host: config.host,
      port: config.httpPort,
      sessionSecret,
      people,
      audit: createAuditTrail({ bus, kv, clock, log }),
      trustProxy: config.trustProxy,
      tls: tlsOf(config),
      singleSignOn: singleSignOnOf(services),
      mapTiles: config.mapTiles,
      mapAttribution: config.mapAttribution,
      codes: keep(await openSignInCodes({ kv, clock, monotonic })),
      ...pageFolder(),
      kinds,
      models: deviceModels,
      registry,
      store,
      ledger,
      quarantine: createQuarantine({
        bus,
        kv,
        registry,
        kinds,
        log,
        clock,
        correctedReceipt: (record) => installation.correctedReceipt(record),
        gateways: services.gateways,
      }),
      live,
      alarms,
      book: channelBook,
      notices: (alarm) => noticesOf(kv, alarm),
      alarmLog: openAlarmLog(kv),
      schedules: createScheduleBook(kv, (name) => channelBook.open(name)?.channel.sendDocument !== undefined),
      async addDevice(device: NewDevice) {
        const password = generatePassword();
        return { device: await registry.addDevice(device, await hashPassword(password)), password };
      },
      removeReadings: createRemoveReadings({ registry, ledger, store, kv, clock }),
      removeDemo: () => removeDemo(folder, kv, registry),
      hashFramePassword: hashPassword,
      async rotatePassword(park, id, overlapMs) {
        const password = generatePassword();
        await registry.setPassword(park, id, await hashPassword(password), overlapMs);
        return password;
      },
      async makeObserver(park, id) {
        const password = generatePassword();
        await registry.setDevice(park, id, { observerPasswordHash: await hashPassword(password) });
        return password;
      },
      async tryMapping(park, id, payload, { mapping, channel }) {
        const device = registry.device(park, id);
        const kind = device && kinds.get(device.kind);
        if (device === undefined || kind === undefined)
          throw new DaoyuError('DEVICE_UNKNOWN', `park ${park} has no device ${id}`);
        if (mapping !== undefined) validateMapping(mapping, kind, FORMATS);
        const more = {
          elevation: registry.site(park, device.site)?.elevation,
          ...(channel !== undefined && { channel }),
        };
        return tryMapping({ device, kind, mapping: mapping ?? device.mapping, payload, receivedAt: clock(), ...more });
      },
      importer: createImporter({
        ...{ bus, registry, kinds, store, clock, retainMs: config.retainRaw },
        pending: async (park, device) => (await ledger.account({ park, device })).rows[0]?.pending ?? 0,
      }),
      spool: createSpool(join(folder.path, 'imports')),
      verifyDevice: createVerifier(createFindCredential(registry, clock), monotonic).verify,
      admit: (message) => admit({ ...message, qos: 1, isWill: false }),
      idempotency: keep(createIdempotency(kv, clock)),
      monotonic,
      doctor,
      version: programVersion(),
      committed: () => store.committed(),
      isConnected,
      tell,
      corrections: keep(await openRecordBook<Correction>('correction', { bus, kv, clock, log })),
      events: keep(await openRecordBook<FarmEvent>('event', { bus, kv, clock, log })),
      commands,
      rules: createRules({ kv, registry, kinds, store, commands, clock }),
      checks,
      status,
      limits: {
        maxPoints: config.maxPoints,
        maxConcurrentQueries: config.maxConcurrentQueries,
        queryTimeoutMs: config.queryTimeoutMs,
        maxLiveClients: config.maxLiveClients,
        requestsPerMinute: config.requestsPerMinute,
        maxPacketBytes: config.maxPacketBytes,
        maxMessagesPerSecond: config.maxMessagesPerSecond,
        admitTimeoutMs: config.admitTimeoutMs,
      },
      mqttUrls: () => Object.values(door?.broker.urls ?? {}),
      clock,
      log,
    }),
  );
}

/** Of a process that has no broker: what comes by HTTP takes the same way. */
function openIntake({ config, bus, registry, gateways, kinds }: Services, tell: Tell, keep: Closer): Admit {
  const { retainRaw: retainMs, maxPacketBytes } = config;
  const intake = keep(
    createIntake({
      ...{ bus, registry, kinds, tell, retainMs, maxPacketBytes },
      childNamed: gateways.childNamed,
    }),
  );
  return (message) => intake.admit(message);
}

function tlsOf({ host, httpsPort: port, tlsCertificate: certificate, tlsKey: key }: Services['config']) {
  if (port === undefined || certificate === undefined || key === undefined) return undefined;
  return { host, port, certificate, key };
}

interface Figured {
  readonly alarms: () => Promise<readonly Alarm[]>;
  readonly store: Store;
  readonly ledger: Pick<OpenLedger, 'rows'>;
  readonly isConnected: (park: string, device: string) => boolean;
}

/** One api process at a time writes the metrics of all processes. */
async function writePlatformMetrics(
  services: Services,
  { store, ledger, isConnected, alarms }: Figured,
  keep: Closer,
): Promise<void> {
  const { config, log, clock, kinds, registry, bus, presence, kv, id, monotonic } = services;
  const sink = await openMetricSink(config);
  if (sink === undefined) return;
  const status = async () => ({ bus: await bus.status(), store: await store.status(), broker: presence.brokers() });
  const latest = () => store.latest({});
  const rows = () => ledger.rows();
  const start = async () =>
    startPlatformMetrics({ sink, kinds, registry, latest, ledger: rows, isConnected, alarms, status, log, clock });
  if (planWriters(config).isShared)
    keep(await assignTasks({ kv, area: 'api', id, tasks: [{ name: 'figures', start }], log, monotonic }));
  else keep(await start());
}

/** Compiled, the page lies one folder up; run from source, in dist. */
function pageFolder(): { readonly pageFolder?: string } {
  const found = PAGE_FOLDER.find((folder) => existsSync(folder));
  return found === undefined ? {} : { pageFolder: found };
}

/** Every API process hears of the removal: the report goes, and whichever of them examines the device stops. */
function forgetRemoved({ noun, before, after }: RegistryChange, doctor: Doctor, log: Services['log']): void {
  if (noun !== 'device' || before === undefined || after !== undefined) return;
  doctor
    .forget({ park: before.park, device: before.id })
    .catch((err: unknown) => log.warn({ err, device: before.id }, 'the report of a removed device is left behind'));
}

/** What an examination needs to know of a device: its registration, and what intake makes of its payloads. */
function patientsOf({ registry, kinds }: Services): DoctorOptions['patient'] {
  return ({ park, device: id }) => {
    const device = registry.device(park, id);
    const kind = device && kinds.get(device.kind);
    if (device === undefined || kind === undefined) return undefined;
    const { mapping } = device;
    return {
      device: { park, device: id, intervalMs: device.intervalMs ?? kind.intervalMs },
      decode: (payload, channel, receivedAt) => tryMapping({ device, kind, mapping, payload, receivedAt, channel }),
    };
  };
}
