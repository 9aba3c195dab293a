/** A fleet of virtual devices: opens them, gives them a past, lets them live, and says how far they are. */
import { type DeviceOptions, openDevice, type VirtualDevice } from './device.ts';
import type { Model } from './model.ts';
import { createEncoder, type SenderMapping } from './vendor-format.ts';

/** One line of the credentials file that the platform writes for its demo devices. */
export interface FleetMember {
  readonly park: string;
  readonly site: string;
  readonly device: string;
  readonly password: string;
  readonly kind: string;
  readonly intervalMs: number;
  readonly profile?: string;
  readonly siteType?: string;
  readonly latitude?: number;
  readonly longitude?: number;
  readonly mapping?: SenderMapping;
}

export interface FleetOptions {
  readonly url: string;
  readonly members: readonly FleetMember[];
  readonly modelOf: (member: FleetMember) => Model;
  readonly clock: () => number;
  /** How much past to send first, and at which spacing at least. */
  readonly history?: { readonly from: number; readonly everyMs: number };
  readonly onRefused?: (member: FleetMember, message: string) => void;
  readonly onHistory?: (done: number, total: number) => void;
  /** What the platform answers on a device's `errors` topic. */
  readonly onError?: (member: FleetMember, report: string) => void;
}

export interface Fleet {
  readonly counts: {
    readonly sent: number;
    readonly acknowledged: number;
    readonly buffered: number;
    readonly overwritten: number;
  };
  /** Resolves when the past is acknowledged and the devices measure in real time. */
  readonly live: Promise<void>;
  close(how?: 'orderly' | 'abrupt'): Promise<void>;
}

/** Devices that send their past at one time; the rest wait their turn. */
const BACKFILLS_AT_ONCE = 4;

export function startFleet(options: FleetOptions): Fleet {
  const { members, clock, history } = options;
  const devices = members.map((member) => ({ member, device: openDevice(deviceOptions(options, member)) }));
  let isClosed = false;

  async function tellPast(): Promise<void> {
    if (history === undefined) return;
    const waiting = [...devices];
    let done = 0;
    options.onHistory?.(done, devices.length);
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined && !isClosed; next = waiting.shift()) {
        const everyMs = Math.max(history.everyMs, next.member.intervalMs);
        await next.device.backfill(history.from, clock(), everyMs);
        next.device.start();
        done += 1;
        options.onHistory?.(done, devices.length);
      }
    };
    await Promise.all(Array.from({ length: BACKFILLS_AT_ONCE }, worker));
  }

  const live = tellPast().then(() => {
    if (!isClosed) for (const { device } of devices) device.start();
  });

  return {
    live,
    get counts() {
      const total = (pick: (device: VirtualDevice) => number) =>
        devices.reduce((sum, { device }) => sum + pick(device), 0);
      return {
        sent: total((device) => device.counts.sent),
        acknowledged: total((device) => device.counts.acknowledged),
        buffered: total((device) => device.counts.buffered),
        overwritten: total((device) => device.counts.overwritten),
      };
    },
    async close(how) {
      isClosed = true;
      await Promise.all(devices.map(({ device }) => device.close(how)));
    },
  };
}

function deviceOptions(options: FleetOptions, member: FleetMember): DeviceOptions {
  const { onRefused, onError } = options;
  return {
    url: options.url,
    login: member,
    model: options.modelOf(member),
    intervalMs: member.intervalMs,
    encode: createEncoder(member.mapping),
    clock: options.clock,
    ...(onRefused && { onRefused: (message: string) => onRefused(member, message) }),
    ...(onError && { onError: (report: string) => onError(member, report) }),
  };
}
