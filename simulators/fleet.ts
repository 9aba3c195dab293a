/** A fleet of virtual devices on one timeline: measures in order of true time at the pace of the run, and waits for acknowledgements while it catches up with the present. */

import { DaoyuError } from '../base/errors.ts';
import { clientIdOf } from '../base/topics.ts';
import type { Kind } from '../sensors/kind.ts';
import { createDevice, type VirtualDevice } from './device.ts';
import type { LinkFault } from './fault.ts';
import type { DeviceFaults } from './faults.ts';
import type { FleetMember } from './fleet-member.ts';
import type { Model } from './model.ts';
import { seedOf, uniform } from './random.ts';
import type { Pace } from './sim-clock.ts';
import { createTimeline, type Step } from './timeline.ts';
import type { Truth } from './truth.ts';

export type { FleetMember } from './fleet-member.ts';

export interface FleetOptions {
  readonly url: string;
  readonly members: readonly FleetMember[];
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly modelOf: (member: FleetMember) => Model;
  readonly seed: string;
  readonly pace: Pace;
  /** Epoch ms at which the run ends; absent: it runs until closed. */
  readonly to?: number;
  /** Start of a device's history, if it differs from the start of the run. */
  readonly fromOf?: (member: FleetMember) => number;
  readonly faultsOf?: (member: FleetMember, kind: Kind) => DeviceFaults;
  readonly truth?: Truth;
  readonly onRefused?: (member: FleetMember, message: string) => void;
  readonly onTrouble?: (member: FleetMember, message: string) => void;
  /** Receives reports from the `errors` topic of a device. */
  readonly onError?: (member: FleetMember, report: string) => void;
}

export interface FleetCounts {
  /** Counted in readings. */
  readonly sent: number;
  readonly acknowledged: number;
  readonly buffered: number;
  readonly overwritten: number;
  /** Acknowledged publishes. */
  readonly messages: number;
  readonly connected: number;
}

export interface Fleet {
  readonly counts: FleetCounts;
  /** True time of the current measurement, epoch ms. */
  readonly position: number;
  /** Resolves once the devices measure in real time and their past is acknowledged, except of those that a fault keeps offline; or the run has ended. */
  readonly live: Promise<void>;
  /** Resolves once `to` is reached and everything is acknowledged, or the fleet was closed. */
  readonly ended: Promise<void>;
  close(how?: 'orderly' | 'abrupt'): Promise<void>;
}

/** Capacity of a small logger: two days at one reading per minute. */
const LOGGER_CAPACITY = 2880;
/** Readings held by all devices together, about half a kilobyte each. */
const FLEET_CAPACITY = 1_000_000;
/** Interval at which an idle ground station checks for a flight: shorter than a take-off, so that the first line is not missed. */
const IDLE_MS = 5000;
/** Concurrent connection attempts. */
const CONNECTING = 50;
/** Longest wait for one connection before the next attempt starts. */
const PATIENCE_MS = 2000;

export function startFleet(options: FleetOptions): Fleet {
  const { pace, to = Number.POSITIVE_INFINITY } = options;
  const devices = createDevices(options);
  /** Functions that end the disturbances in progress. */
  const disturbed = new Set<() => void>();
  let goLive = () => {};
  const live = new Promise<void>((resolve) => {
    goLive = resolve;
  });
  const timeline = createTimeline({ pace, to, onCaughtUp: () => void allSettled(isReachable).then(goLive) });

  for (const { device, kind, faults } of devices) plan(device, kind, faults);
  const opening = openAll();
  const ended = run();

  function plan(device: VirtualDevice, kind: Kind, faults: DeviceFaults | undefined): void {
    const { member } = device;
    const begins = options.fromOf?.(member) ?? pace.from;
    const step: Step = (at) => {
      const isPast = at < pace.real() - kind.intervalMs;
      const waiting = isPast ? device.ready() : undefined;
      return waiting === undefined ? measure(at, isPast) : waiting.then(() => measure(at, isPast));
    };
    const measure = (at: number, isPast: boolean) => {
      const isBusy = device.measure(at);
      timeline.add(at + spacing(kind, member, isPast, isBusy), step);
    };
    timeline.add(begins + phaseOf(member, options.seed), step);
    for (const { fault, window } of faults?.link ?? []) {
      if (window.to > begins) timeline.add(Math.max(begins, window.from), () => disturb(device, fault, window.to));
    }
  }

  function disturb(device: VirtualDevice, fault: LinkFault, until: number): void {
    const end = device.disturb(fault);
    disturbed.add(end);
    timeline.add(until, () => {
      if (disturbed.delete(end)) end();
    });
  }

  async function openAll(): Promise<void> {
    const waiting = devices.map(({ device }) => device);
    const opener = async () => {
      for (let next = waiting.shift(); next !== undefined && !timeline.isClosed; next = waiting.shift()) {
        next.open();
        await Promise.race([next.connected(), pause(PATIENCE_MS), timeline.closed]);
      }
    };
    await Promise.all(Array.from({ length: CONNECTING }, opener));
  }

  async function run(): Promise<void> {
    await timeline.run();
    // The network returns at the end of a run, so that the backlog arrives.
    for (const end of disturbed) end();
    disturbed.clear();
    await allSettled();
    goLive();
  }

  function allSettled(isMeant: (device: VirtualDevice) => boolean = () => true): Promise<unknown> {
    const meant = devices.map(({ device }) => device).filter(isMeant);
    return Promise.race([Promise.all(meant.map((device) => device.settled())), timeline.closed]);
  }

  return {
    live,
    ended,
    get position() {
      return timeline.position;
    },
    get counts() {
      return sum(devices.map(({ device }) => device));
    },
    async close(how) {
      timeline.close();
      await Promise.all([opening, ended]);
      await Promise.all(devices.map(({ device }) => device.close(how)));
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** Devices start at different seconds. */
function phaseOf(member: FleetMember, seed: string): number {
  return Math.floor(uniform(seedOf(`${seed}/${clientIdOf(member)}/phase`), 0) * member.intervalMs);
}

/** History has the interval of devices in the field, the present that of the registry: demo devices report more often, so that the page moves. */
function spacing(kind: Kind, member: FleetMember, isPast: boolean, isBusy: boolean): number {
  if (kind.isIntermittent) return isBusy ? member.intervalMs : Math.max(IDLE_MS, member.intervalMs);
  return isPast ? Math.max(kind.intervalMs, member.intervalMs) : member.intervalMs;
}

function createDevices(options: FleetOptions) {
  const { url, members, kinds, modelOf, seed, pace, truth, onRefused, onTrouble, onError } = options;
  const capacity = Math.max(100, Math.min(LOGGER_CAPACITY, Math.floor(FLEET_CAPACITY / members.length)));
  return members.map((member) => {
    const model = modelOf(member);
    const kind = kinds.get(member.kind);
    if (kind === undefined) throw new DaoyuError('KIND_UNKNOWN', `there is no sensor kind ${member.kind}`);
    const faults = options.faultsOf?.(member, kind);
    const device = createDevice({
      ...{ url, member, kind, model, seed, capacity, clock: pace.real },
      ...(faults && { faults }),
      ...(truth && { truth: truth.of(member, kind, faults?.planned ?? []) }),
      ...(onRefused && { onRefused: (message: string) => onRefused(member, message) }),
      ...(onTrouble && { onTrouble: (message: string) => onTrouble(member, message) }),
      ...(onError && { onError: (report: string) => onError(member, report) }),
    });
    return { device, kind, faults };
  });
}

function sum(devices: readonly VirtualDevice[]): FleetCounts {
  const counts = { sent: 0, acknowledged: 0, buffered: 0, overwritten: 0, messages: 0, connected: 0 };
  for (const device of devices) {
    counts.sent += device.counts.sent;
    counts.acknowledged += device.counts.acknowledged;
    counts.buffered += device.counts.buffered;
    counts.overwritten += device.counts.overwritten;
    counts.messages += device.messages;
    if (device.isConnected) counts.connected += 1;
  }
  return counts;
}

/** Does not wait for the end of a fault, which may be half an hour away. */
const isReachable = ({ isDisturbed }: VirtualDevice): boolean => !isDisturbed;
