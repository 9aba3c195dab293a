/**
 * What doctor and brokers say to each other, which may be different processes. Anyone on the same NATS server may have sent it: what is
 * asked of a broker is checked, and bounded there.
 */
import type { DeviceAddress } from '../base/topics.ts';
import { SLUG } from '../base/topics.ts';
import type { Fault, Observation } from '../broker/observe/observation.ts';

export const WATCH = 'doctor-watch';
export const OBSERVED = 'doctor-observed';

/** Said again well within it, or the watch ends and whatever was done to the device. */
export const LEASE_MS = 15_000;
export const RENEW_MS = 4000;

export interface WatchMessage {
  /** Of the examination. */
  readonly id: string;
  readonly device: DeviceAddress;
  readonly fault?: Fault;
  readonly isOver?: boolean;
}

export interface ObservedMessage {
  readonly id: string;
  /** The process that saw it, whose connections are numbered by itself. */
  readonly of: string;
  readonly seen: readonly Observation[];
}

export function parseWatch(message: unknown): WatchMessage | undefined {
  if (!isObject(message)) return undefined;
  const { id, device, fault, isOver } = message;
  if (typeof id !== 'string' || !isObject(device)) return undefined;
  const { park, device: name } = device;
  if (typeof park !== 'string' || typeof name !== 'string' || !SLUG.test(park) || !SLUG.test(name)) return undefined;
  const parsed = parseFault(fault);
  return { id, device: { park, device: name }, isOver: isOver === true, ...(parsed && { fault: parsed }) };
}

function parseFault(fault: unknown): Fault | undefined {
  if (!isObject(fault)) return undefined;
  const { kind, ms } = fault;
  if (kind === 'withhold') return { kind };
  if ((kind === 'delay' || kind === 'outage') && typeof ms === 'number' && ms >= 0) return { kind, ms };
  return undefined;
}

export function parseObserved(message: unknown): ObservedMessage | undefined {
  if (!isObject(message)) return undefined;
  const { id, of, seen } = message;
  if (typeof id !== 'string' || typeof of !== 'string' || !Array.isArray(seen)) return undefined;
  return { id, of, seen: seen.filter(isObservation) };
}

function isObservation(value: unknown): value is Observation {
  return (
    isObject(value) &&
    typeof value.what === 'string' &&
    typeof value.at === 'number' &&
    typeof value.connection === 'number'
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
