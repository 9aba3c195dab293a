/** Knows which devices are connected to which process: each broker announces its own on change and every few seconds; a silent one is dropped. */

import type { DeviceAddress } from '../base/topics.ts';
import { clientIdOf, SLUG } from '../base/topics.ts';
import type { Broker, BrokerStatus } from '../broker/broker.ts';
import type { PubSub } from './pubsub/pubsub.ts';

const SUBJECT = 'presence';
const ASK = 'presence-ask';
const SAY_EVERY_MS = 5000;
/** Two lost announcements are tolerated. */
const FORGET_AFTER_MS = 16_000;
/** Names in one message: well below the largest that NATS takes. */
const CHUNK = 1000;

interface Word {
  /** The announcing process. */
  readonly of: string;
  readonly online?: readonly string[];
  readonly offline?: readonly string[];
  /** It has closed: no device is connected to it any more. */
  readonly isGone?: boolean;
  readonly status?: BrokerStatus;
}

export interface Announcer {
  note(device: DeviceAddress, status: 'online' | 'offline'): void;
  close(): Promise<void>;
}

export async function announcePresence(
  pubsub: PubSub,
  id: string,
  broker: Pick<Broker, 'devices' | 'status'>,
): Promise<Announcer> {
  function say(word: Omit<Word, 'of'>): void {
    pubsub.publish(SUBJECT, { of: id, ...word });
  }

  function sayAll(): void {
    const names = broker.devices().map(clientIdOf);
    say({ status: broker.status() });
    for (let start = 0; start < names.length; start += CHUNK) say({ online: names.slice(start, start + CHUNK) });
  }

  const unsubscribe = await pubsub.subscribe(ASK, sayAll);
  const timer = setInterval(sayAll, SAY_EVERY_MS);
  timer.unref();
  return {
    note: (device, status) => say({ [status]: [clientIdOf(device)] }),
    async close() {
      clearInterval(timer);
      unsubscribe();
      say({ isGone: true });
    },
  };
}

export interface Presence {
  isConnected(device: DeviceAddress): boolean;
  /** Of all brokers together, a few seconds old. */
  brokers(): BrokerStatus;
  close(): Promise<void>;
}

/** `monotonic` in ms: only the time since the last announcement counts, not wall clocks. */
export async function followPresence(pubsub: PubSub, monotonic: () => number): Promise<Presence> {
  /** By process, then device: time of its last announcement. */
  const heard = new Map<string, Map<string, number>>();
  const statuses = new Map<string, { readonly status: BrokerStatus; readonly at: number }>();

  function hear(message: unknown): void {
    const word = parseWord(message);
    if (word === undefined) return;
    if (word.isGone) {
      heard.delete(word.of);
      statuses.delete(word.of);
      return;
    }
    if (word.status !== undefined) statuses.set(word.of, { status: word.status, at: monotonic() });
    const devices = heard.get(word.of) ?? new Map<string, number>();
    heard.set(word.of, devices);
    for (const name of word.online ?? []) devices.set(name, monotonic());
    for (const name of word.offline ?? []) devices.delete(name);
  }

  function tidy(): void {
    const since = monotonic() - FORGET_AFTER_MS;
    for (const [of, { at }] of statuses) if (at < since) statuses.delete(of);
    for (const [of, devices] of heard) {
      for (const [name, at] of devices) if (at < since) devices.delete(name);
      if (devices.size === 0) heard.delete(of);
    }
  }

  const unsubscribe = await pubsub.subscribe(SUBJECT, hear);
  const timer = setInterval(tidy, FORGET_AFTER_MS);
  timer.unref();
  pubsub.publish(ASK, {});
  return {
    isConnected(device) {
      const name = clientIdOf(device);
      const since = monotonic() - FORGET_AFTER_MS;
      return [...heard.values()].some((devices) => (devices.get(name) ?? Number.NEGATIVE_INFINITY) >= since);
    },
    brokers: () => [...statuses.values()].map(({ status }) => status).reduce(added, NO_BROKER),
    async close() {
      clearInterval(timer);
      unsubscribe();
    },
  };
}

const NO_BROKER: BrokerStatus = {
  connections: 0,
  inFlight: 0,
  inFlightBytes: 0,
  refused: {},
  received: 0,
  acknowledged: 0,
};

function added(a: BrokerStatus, b: BrokerStatus): BrokerStatus {
  const refused: Record<string, number> = { ...a.refused };
  for (const [reason, count] of Object.entries(b.refused)) refused[reason] = (refused[reason] ?? 0) + count;
  return {
    connections: a.connections + b.connections,
    inFlight: a.inFlight + b.inFlight,
    inFlightBytes: a.inFlightBytes + b.inFlightBytes,
    refused,
    received: a.received + b.received,
    acknowledged: a.acknowledged + b.acknowledged,
  };
}

/** Anyone on the same NATS server may have sent this. */
function parseWord(message: unknown): Word | undefined {
  if (typeof message !== 'object' || message === null || !('of' in message)) return undefined;
  const { of, online = [], offline = [], isGone = false, status } = message as Record<string, unknown>;
  if (typeof of !== 'string' || !isNames(online) || !isNames(offline)) return undefined;
  return { of, online, offline, isGone: isGone === true, ...(isStatus(status) && { status }) };
}

function isStatus(value: unknown): value is BrokerStatus {
  if (typeof value !== 'object' || value === null) return false;
  const { refused, ...numbers } = value as Record<string, unknown>;
  const isCounts = (counts: object) => Object.values(counts).every((count) => typeof count === 'number');
  return typeof refused === 'object' && refused !== null && isCounts(refused) && isCounts(numbers);
}

function isNames(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.every((name) => typeof name === 'string' && name.split('.').every((part) => SLUG.test(part)))
  );
}

/** A device behind a gateway is reached as long as that is connected. */
export function withCarriers(
  presence: Presence,
  carrierOf: (device: DeviceAddress) => DeviceAddress | undefined,
): Presence {
  return {
    ...presence,
    isConnected(device) {
      if (presence.isConnected(device)) return true;
      const carrier = carrierOf(device);
      return carrier !== undefined && presence.isConnected(carrier);
    },
  };
}
