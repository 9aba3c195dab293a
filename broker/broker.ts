/** The MQTT front door as the rest of the platform sees it. It moves bytes and knows clients, topics, credentials and quotas; nothing of readings. */
import type { Log } from '../base/logger.ts';
import type { DeviceAddress, DeviceTopic } from '../base/topics.ts';
import type { Observation } from './observe/observation.ts';
import type { Watch } from './observe/observers.ts';

export interface InboundMessage extends DeviceTopic {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  /** The client says it sent this before. */
  readonly isResend: boolean;
  /** Handed out by another broker that had kept it: not fresh. */
  readonly isRetained?: boolean;
  /** By HTTP with an idempotency key: `receivedAt` is that of the first time it came. */
  readonly isOnce?: boolean;
  /** The client that published it for the device, where it is not the device itself. */
  readonly via?: DeviceAddress;
  /** A last will, published by the broker because the connection broke. */
  readonly isWill: boolean;
  /** Correlation data that came with it (MQTT 5): the id of the command that a reply answers. */
  readonly correlation?: string | undefined;
  /** Epoch ms. */
  readonly receivedAt: number;
  /**
   * For a protocol that can say so in its acknowledgement: called at most once, before `admit` returns, with what is refused. `isWhole`:
   * nothing of the message was taken.
   */
  readonly onRefused?: ((reasons: readonly RefusedReason[], isWhole: boolean) => void) | undefined;
}

/** As it is told on the device's `errors` topic. */
export interface RefusedReason {
  readonly code: string;
  readonly message: string;
}

export interface TellOptions {
  /** Epoch ms: worth nothing afterwards. */
  readonly expires?: number | undefined;
  /** What an answer must carry; asks the device for one, on its `replies`. */
  readonly correlation?: string | undefined;
}

/**
 * Called in the order of arrival of each client, without waiting for earlier ones: take order before the first `await`.
 * Resolves when the verdict on the message is durable; the PUBACK goes out right after. Rejects only when the log cannot
 * take it: no PUBACK, and the connection is closed after the deadline (the only refusal MQTT 3.1.1 has), so that the device resends.
 */
export type Admit = (message: InboundMessage) => Promise<void>;

/** A publish larger than a packet may be, whose payload was swallowed: its size and how it began. Resolves when the refusal is durable; then it is acknowledged. */
export type AdmitOversize = (
  message: Omit<InboundMessage, 'payload'> & { readonly sizeBytes: number; readonly head: Uint8Array },
) => Promise<void>;

/** What the broker asks of the registry: the address behind a user name and the hashes that prove it (two while a password is rotated), or undefined. */
export type FindCredential = (
  username: string,
) => (DeviceAddress & { readonly passwordHashes: readonly string[] }) | undefined;

/** What the registry knows of topics and devices beyond a client's own prefix. */
export interface Elsewhere {
  /** What a publish of this client on a topic outside of its own prefix is; undefined: not its to publish on. */
  addressOf(client: DeviceAddress, topic: string): DeviceTopic | undefined;
  /** Whether the client carries that device. */
  carries(client: DeviceAddress, park: string, device: string): boolean;
  /** Whether the client speaks topics of its own, and so may ask for the answers on them. */
  hasTopics(client: DeviceAddress): boolean;
  /** Over whose connection the device is reached. */
  carrierOf(device: DeviceAddress): DeviceAddress | undefined;
}

export interface BrokerLimits {
  /** Largest MQTT packet after CONNECT. */
  readonly maxPacketBytes: number;
  readonly maxTopicBytes: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** Sustained publishes a second of one device; a bucket of ten seconds' worth allows bursts after an outage. */
  readonly maxMessagesPerSecond: number;
  /** Publishes of one client waiting for the log; more stop the reading of its socket. */
  readonly maxInFlightPerClient: number;
  /** Of all clients together; more stop the reading of all sockets. */
  readonly maxInFlight: number;
  readonly maxInFlightBytes: number;
  readonly connectTimeoutMs: number;
  /** Keep-alive asked by clients is held between these; 0 (none) becomes the ceiling. */
  readonly minKeepAliveSeconds: number;
  readonly maxKeepAliveSeconds: number;
  /** A client that does not read for so long is closed. */
  readonly drainTimeoutMs: number;
  /** No verdict within this: no PUBACK, the connection is closed. */
  readonly admitTimeoutMs: number;
  readonly maxPersistentSessions: number;
  readonly maxQueuedPerSession: number;
  readonly maxSubscriptions: number;
}

export interface BrokerOptions {
  readonly host: string;
  /** 0 picks a free one; undefined switches the listener off. */
  readonly tcpPort?: number | undefined;
  readonly webSocketPort?: number | undefined;
  readonly tls?: { readonly port: number; readonly certificate: string; readonly key: string } | undefined;
  readonly limits: BrokerLimits;
  readonly admit: Admit;
  readonly admitOversize: AdmitOversize;
  /** A device's connection began or ended, whatever it says of itself on its status topic. */
  readonly onPresence?: (device: DeviceAddress, status: 'online' | 'offline', at: number) => void;
  readonly findCredential: FindCredential;
  /** Absent: there is nothing but own prefixes. */
  readonly elsewhere?: Elsewhere;
  /** Within it a credential is proven or the connection refused; 30 s unless given. */
  readonly authenticateTimeoutMs?: number;
  /** Epoch ms: when something was received. */
  readonly clock: () => number;
  /** Ms that never jump, for everything that waits; the process's own unless given. */
  readonly monotonic?: () => number;
  /** Refusals are counted and logged at a bounded rate, never with a password or payload. */
  readonly log: Log;
}

export interface BrokerStatus {
  readonly connections: number;
  readonly inFlight: number;
  readonly inFlightBytes: number;
  /** Cumulative, by reason: `password`, `topic`, `client_id`, `oversize`, `rate`, `connections`, `timeout`… */
  readonly refused: Readonly<Record<string, number>>;
  readonly received: number;
  readonly acknowledged: number;
}

export interface Broker {
  /** `mqtt://127.0.0.1:1883`, `ws://…`, `mqtts://…` of the listeners that are open. */
  readonly urls: { readonly mqtt?: string; readonly ws?: string; readonly mqtts?: string };
  /** To the device's own `errors` or `commands/{name}` topic, QoS 1; resolves when handed over, whether or not the device is connected. */
  tell(
    device: DeviceAddress,
    channel: 'errors' | `commands/${string}`,
    payload: string,
    options?: TellOptions,
  ): Promise<void>;
  /** An answer of stock firmware's protocol on a topic of its own, to the client that asked, if it listens now. */
  reply(client: DeviceAddress, topic: string, payload: string): void;
  /** Itself, or the gateway that carries it. */
  isConnected(device: DeviceAddress): boolean;
  /** Closes the device's connection, if it has one: its credential no longer holds. */
  disconnect(device: DeviceAddress): void;
  /** Tells all that the device does on the wire from now on, whether or not it is connected, until the watch is stopped. One watch a device. */
  watch(device: DeviceAddress, onObservation: (observation: Observation) => void): Watch;
  /** Every device that is connected now. */
  devices(): readonly DeviceAddress[];
  status(): BrokerStatus;
  /** Stops listening, lets appends under way be acknowledged, closes clients. */
  close(): Promise<void>;
}
