/** Examinations of devices: begun, followed and ended by whichever process was asked, their reports in the shared state for all. */
import { randomUUID } from 'node:crypto';
import { codeOf, DaoyuError } from '../base/errors.ts';
import { clientIdOf, type DeviceAddress } from '../base/topics.ts';
import type { PubSub } from '../cluster/pubsub/pubsub.ts';
import type { Kv } from '../kv/kv.ts';
import type { Decode, Facts } from './facts.ts';
import type { Report } from './report.ts';
import { type RunningExamination, runExamination } from './run-examination.ts';

export interface DoctorOptions {
  readonly pubsub: PubSub;
  readonly kv: Kv;
  /** What is registered of a device, and what intake makes of its payloads; undefined when it is not registered. */
  readonly patient: (
    device: DeviceAddress,
  ) => { readonly device: Facts['device']; readonly decode: Decode } | undefined;
  readonly clock: () => number;
}

export interface StartOptions {
  readonly watchMs: number;
  readonly isActive: boolean;
  readonly by: string;
}

export interface Doctor {
  /** Rejects with `DEVICE_UNKNOWN`, `DOCTOR_RUNNING`, `DOCTOR_BUSY`. */
  start(device: DeviceAddress, options: StartOptions): Promise<Report>;
  /** The last report, of one under way too; undefined for a device that was never examined. Rejects with `DEVICE_UNKNOWN`. */
  find(device: DeviceAddress): Promise<Report | undefined>;
  /** Ends the examination, wherever it runs. Rejects with `REPORT_UNKNOWN`. */
  stop(device: DeviceAddress): Promise<Report>;
  /** Of a device that is removed: what is known of it goes, and an examination under way here ends. */
  forget(device: DeviceAddress): Promise<void>;
  close(): Promise<void>;
}

const STOP = 'doctor-stop';
/** At one time, of one process. */
const MAX_RUNNING = 20;
/** A report is renewed every two seconds; one that is not belongs to a process that has ended. */
const STALE_MS = 20_000;
const STOP_PATIENCE_MS = 5000;
const ASK_EVERY_MS = 100;

const keyOf = (device: DeviceAddress) => `doctor/${clientIdOf(device)}`;

export async function openDoctor({ pubsub, kv, patient, clock }: DoctorOptions): Promise<Doctor> {
  const running = new Map<string, RunningExamination & { readonly key: string }>();
  let starting = 0;
  const unsubscribe = await pubsub.subscribe(STOP, (message) => {
    const { id } = (message ?? {}) as { readonly id?: unknown };
    if (typeof id === 'string') void running.get(id)?.stop('stopped');
  });

  const isUnderWay = ({ state, updatedAt }: Report) => state === 'running' && clock() - updatedAt < STALE_MS;

  function registered(address: DeviceAddress) {
    const known = patient(address);
    if (known !== undefined) return known;
    throw new DaoyuError('DEVICE_UNKNOWN', `park ${address.park} has no device ${address.device}`);
  }

  /** Of several that ask at the same moment, on any process, one begins. */
  async function begin(device: DeviceAddress, first: Report): Promise<void> {
    const taken = () => new DaoyuError('DOCTOR_RUNNING', `${clientIdOf(device)} is being examined: stop that first`);
    const before = await kv.get<Report>(keyOf(device));
    if (before !== undefined && isUnderWay(before.value)) throw taken();
    try {
      await kv.put(keyOf(device), first, before?.revision ?? 0);
    } catch (error) {
      throw codeOf(error) === 'STATE_CONFLICT' ? taken() : error;
    }
  }

  async function find(device: DeviceAddress): Promise<Report | undefined> {
    const report = (await kv.get<Report>(keyOf(device)))?.value;
    if (report === undefined) registered(device);
    return report?.state !== 'running' || isUnderWay(report) ? report : { ...report, state: 'interrupted' };
  }

  async function examined(device: DeviceAddress): Promise<Report> {
    const report = await find(device);
    if (report !== undefined) return report;
    throw new DaoyuError('REPORT_UNKNOWN', `${clientIdOf(device)} has not been examined: start an examination first`);
  }

  return {
    find,
    async start(address, { watchMs, isActive, by }) {
      const known = registered(address);
      if (running.size + starting >= MAX_RUNNING)
        throw new DaoyuError('DOCTOR_BUSY', `${MAX_RUNNING} devices are being examined: wait for one to end`);
      const startedAt = clock();
      const head = { id: randomUUID(), isActive, startedAt, endsAt: startedAt + watchMs, by };
      const key = keyOf(address);
      starting += 1;
      try {
        const examination = await runExamination({
          ...{ pubsub, clock, head, ...known },
          begin: (report) => begin(address, report),
          keep: (report) => kv.put(key, report),
          onEnd: () => running.delete(head.id),
        });
        running.set(head.id, { ...examination, key });
        return examination.first;
      } finally {
        starting -= 1;
      }
    },
    async stop(device) {
      const before = await examined(device);
      const { id, state } = before;
      if (state !== 'running') return before;
      pubsub.publish(STOP, { id });
      const deadline = performance.now() + STOP_PATIENCE_MS;
      for (;;) {
        const report = await examined(device);
        if (report.state !== 'running' || performance.now() > deadline) return report;
        await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
      }
    },
    async forget(device) {
      const key = keyOf(device);
      const own = [...running.values()].filter((each) => each.key === key);
      // Its last report is kept first, and goes with the others.
      await Promise.all(own.map((each) => each.stop('interrupted')));
      await kv.delete(key);
    },
    async close() {
      unsubscribe();
      await Promise.all([...running.values()].map((each) => each.stop('interrupted')));
    },
  };
}
