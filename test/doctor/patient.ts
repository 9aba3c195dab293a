/** A real broker with a device on it, examined by a doctor: mistakes are made over a socket, findings are read from the report. */
import { onTestFinished } from 'vitest';
import { openLocalPubSub } from '../../cluster/pubsub/local.ts';
import { openDoctor } from '../../doctor/doctor.ts';
import type { Check, Report } from '../../doctor/report.ts';
import { watchDevices } from '../../doctor/watch-devices.ts';
import { tryMapping } from '../../ingest/try-mapping.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { openTestBroker, type TestBroker } from '../broker/open-test-broker.ts';

export const INTERVAL_MS = 1000;
export const ADDRESS = { park: 'park', device: 'probe' };
export const TELEMETRY = 'daoyu/park/probe/telemetry';
export const STATUS = 'daoyu/park/probe/status';
export const ERRORS = 'daoyu/park/probe/errors';
/** As a device should have it. */
export const WILL = { topic: STATUS, payload: Buffer.from('offline'), qos: 1 as const, retain: true };

export interface Patient extends TestBroker {
  /** Begins an examination. */
  examine(isActive?: boolean): Promise<void>;
  /** The report so far. */
  report(): Promise<Report>;
  /** Ends it. */
  end(): Promise<Report>;
}

export async function openPatient(
  options: Parameters<typeof openTestBroker>[0] = {},
  intervalMs = INTERVAL_MS,
): Promise<Patient> {
  const test = await openTestBroker(options);
  const pubsub = openLocalPubSub();
  const kinds = await loadKinds();
  const kind = kinds.get('aquaculture_pond');
  if (kind === undefined) throw new Error('no pond');
  const device = { park: 'park', id: 'probe', site: 'pond', kind: kind.name, intervalMs };
  const doctor = await openDoctor({
    ...{ pubsub, kv: openMemoryKv(), clock: Date.now },
    patient: () => ({
      device: { ...ADDRESS, intervalMs },
      decode: (payload, channel, receivedAt) =>
        tryMapping({ device, kind, mapping: undefined, payload, receivedAt, channel }),
    }),
  });
  const watching = await watchDevices({ pubsub, broker: test.broker, id: 'this process' });
  onTestFinished(() => doctor.close());
  onTestFinished(() => watching.close());
  return {
    ...test,
    examine: async (isActive = false) =>
      void (await doctor.start(ADDRESS, { watchMs: 60_000, isActive, by: 'a test' })),
    report: async () => {
      const report = await doctor.find(ADDRESS);
      if (report === undefined) throw new Error('there is no report');
      return report;
    },
    end: () => doctor.stop(ADDRESS),
  };
}

/** What was found, by code. */
export function findingsOf({ checks }: Report): Readonly<Record<string, string>> {
  const found = checks.filter(({ verdict }) => verdict === 'warning' || verdict === 'fail');
  return Object.fromEntries(found.map(({ code, verdict }) => [code, verdict]));
}

export const checkOf = (report: Report, code: string): Check | undefined =>
  report.checks.find((check) => check.code === code);

/** A reading as it should be, so many intervals ago. */
export function reading(ago = 0, extra: object = {}): string {
  const time = Date.now() - ago * INTERVAL_MS;
  return JSON.stringify({ time, dissolved_oxygen: 6 + (time % 997) / 1000, water_temperature: 21.5, ...extra });
}
