/** A fleet of virtual devices on one timeline: measures in order of true time, at the run's pace, and waits for acknowledgements while it hurries through the past. */

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
  /** Epoch ms at which the run ends; absent: it lives until it is closed. */
  readonly to?: number;
  /** Where a device's own past begins, when that is not where the pace begins. */
  readonly fromOf?: (member: FleetMember) => number;
  readonly faultsOf?: (member: FleetMember, kind: Kind) => DeviceFaults;
  readonly truth?: Truth;
  readonly onRefused?: (member: FleetMember, message: string) => void;
  readonly onTrouble?: (member: FleetMember, message: string) => void;
  /** What the platform answers on a device's `errors` topic. */
  readonly onError?: (member: FleetMember, report: string) => void;
}

export interface FleetCounts {
  /** Readings. */
  readonly sent: number;
  readonly acknowledged: number;
  readonly buffered: number;
  readonly overwritten: number;
  /** Publishes acknowledged. */
  readonly messages: number;
  readonly connected: number;
}

export interface Fleet {
  readonly counts: FleetCounts;
  /** True time of what is being measured, epoch ms. */
  readonly position: number;
  /** Resolves when the past is acknowledged, but for devices that a fault keeps offline just now, and they measure in real time, or the run has ended. */
  readonly live: Promise<void>;
  /** Resolves when `to` is reached and everything acknowledged, or the fleet was closed. */
  readonly ended: Promise<void>;
  close(how?: 'orderly' | 'abrupt'): Promise<void>;
}

/** What a small logger holds: two days at one reading a minute. */
const LOGGER_CAPACITY = 2880;
/** Of all devices together, about half a kilobyte each. */
const FLEET_CAPACITY = 1_000_000;
/** A ground station on the ground looks this often whether the drone flies: no longer than a take-off lasts, lest the first line be missed. */
const IDLE_MS = 5000;
/** Connections that are being made at one time. */
const CONNECTING = 50;
/** How long one waits for its connection before the next is tried. */
const PATIENCE_MS = 2000;

export function startFleet(options: FleetOptions): Fleet {
  const { pace, to = Number.POSITIVE_INFINITY } = options;
  const devices = createDevices(options);
  /** Ends of the disturbances that last. */
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
    // The network comes back when a run ends, so that its backlog arrives.
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

/** Devices were not switched on in the same second. */
function phaseOf(member: FleetMember, seed: string): number {
  return Math.floor(uniform(seedOf(`${seed}/${clientIdOf(member)}/phase`), 0) * member.intervalMs);
}

/** The past as often as devices report in the field, the present as the registry says: demo devices hurry so that a newcomer sees the page move. */
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

/** Its backlog does not have to wait for the end of a fault, which may be half an hour away. */
const isReachable = ({ isDisturbed }: VirtualDevice): boolean => !isDisturbed;
