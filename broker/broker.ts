/** The contract of the MQTT broker. It transports bytes and knows clients, topics, credentials and quotas, but not readings. */
import type { Log } from '../base/logger.ts';
import type { DeviceAddress, DeviceTopic } from '../base/topics.ts';
import type { Observation } from './observe/observation.ts';
import type { Watch } from './observe/observers.ts';

export interface InboundMessage extends DeviceTopic {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  /** The client marks this as a resend. */
  readonly isResend: boolean;
  /** Retained by another broker, so not fresh. */
  readonly isRetained?: boolean;
  /** Sent by HTTP with an idempotency key: `receivedAt` is that of the first request. */
  readonly isOnce?: boolean;
  /** The client that published for the device, if not the device itself. */
  readonly via?: DeviceAddress;
  /** A last will, published by the broker after the connection failed. */
  readonly isWill: boolean;
  /** Correlation data (MQTT 5): the id of the command that a reply answers. */
  readonly correlation?: string | undefined;
  /** Epoch ms. */
  readonly receivedAt: number;
  /**
   * For protocols whose acknowledgement can carry a refusal: called at most once, before `admit` returns, with the reasons. `isWhole`:
   * nothing of the message was accepted.
   */
  readonly onRefused?: ((reasons: readonly RefusedReason[], isWhole: boolean) => void) | undefined;
}

/** A reason as published on the `errors` topic of the device. */
export interface RefusedReason {
  readonly code: string;
  readonly message: string;
}

export interface TellOptions {
  /** Epoch ms after which the message is useless. */
  readonly expires?: number | undefined;
  /** Asks the device for a reply on `replies` with this correlation. */
  readonly correlation?: string | undefined;
}

/**
 * Called in the order of arrival per client, without waiting for earlier calls: fix the order before the first `await`.
 * Resolves once the verdict on the message is durable; then the PUBACK is sent. Rejects only if the log cannot store it: there is no
 * PUBACK, and the connection is closed after the deadline (the only refusal in MQTT 3.1.1), so that the device resends.
 */
export type Admit = (message: InboundMessage) => Promise<void>;

/** A publish above the packet limit, whose payload was discarded: its size and first bytes. Resolves once the refusal is durable; then it is acknowledged. */
export type AdmitOversize = (
  message: Omit<InboundMessage, 'payload'> & { readonly sizeBytes: number; readonly head: Uint8Array },
) => Promise<void>;

/** Finds the address of a user name and its password hashes (two during a rotation); undefined if unknown. */
export type FindCredential = (
  username: string,
) => (DeviceAddress & { readonly passwordHashes: readonly string[] }) | undefined;

/** Topics and devices outside a client's own prefix, by the registry. */
export interface Elsewhere {
  /** The meaning of a publish of this client outside its own prefix; undefined: not allowed. */
  addressOf(client: DeviceAddress, topic: string): DeviceTopic | undefined;
  /** Whether the client carries that device. */
  carries(client: DeviceAddress, park: string, device: string): boolean;
  /** Whether the client uses topics of its own, and so may subscribe to the replies on them. */
  hasTopics(client: DeviceAddress): boolean;
  /** The client whose connection reaches the device. */
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
  /** Publishes of one client waiting for the log; beyond it, its socket is not read. */
  readonly maxInFlightPerClient: number;
  /** The same for all clients together; beyond it, no socket is read. */
  readonly maxInFlight: number;
  readonly maxInFlightBytes: number;
  readonly connectTimeoutMs: number;
  /** Bounds of the keep-alive that clients request; 0 (none) becomes the upper one. */
  readonly minKeepAliveSeconds: number;
  readonly maxKeepAliveSeconds: number;
  /** A client that does not read for this long is disconnected. */
  readonly drainTimeoutMs: number;
  /** Without a verdict in this time there is no PUBACK, and the connection is closed. */
  readonly admitTimeoutMs: number;
  readonly maxPersistentSessions: number;
  readonly maxQueuedPerSession: number;
  readonly maxSubscriptions: number;
}

export interface BrokerOptions {
  readonly host: string;
  /** 0 picks a free port; undefined disables the listener. */
  readonly tcpPort?: number | undefined;
  readonly webSocketPort?: number | undefined;
  readonly tls?: { readonly port: number; readonly certificate: string; readonly key: string } | undefined;
  readonly limits: BrokerLimits;
  readonly admit: Admit;
  readonly admitOversize: AdmitOversize;
  /** Called when the connection of a device begins or ends, independently of its status topic. */
  readonly onPresence?: (device: DeviceAddress, status: 'online' | 'offline', at: number) => void;
  readonly findCredential: FindCredential;
  /** Absent: clients use their own prefixes only. */
  readonly elsewhere?: Elsewhere;
  /** Time for checking a credential before the connection is refused; default 30 s. */
  readonly authenticateTimeoutMs?: number;
  /** Epoch ms, for times of receipt. */
  readonly clock: () => number;
  /** Monotonic ms, for timeouts; default: that of the process. */
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
  /** URLs of the open listeners: `mqtt://127.0.0.1:1883`, `ws://…`, `mqtts://…`. */
  readonly urls: { readonly mqtt?: string; readonly ws?: string; readonly mqtts?: string };
  /** Publishes to the `errors` or `commands/{name}` topic of the device, QoS 1; resolves once taken, whether or not the device is connected. */
  tell(
    device: DeviceAddress,
    channel: 'errors' | `commands/${string}`,
    payload: string,
    options?: TellOptions,
  ): Promise<void>;
  /** Sends a reply of a vendor's protocol on its own topic to the client that asked, if it is subscribed. */
  reply(client: DeviceAddress, topic: string, payload: string): void;
  /** Whether the device or its gateway is connected. */
  isConnected(device: DeviceAddress): boolean;
  /** Closes the connection of the device, if any, because its credential is no longer valid. */
  disconnect(device: DeviceAddress): void;
  /** Reports everything that the device sends or receives from now on, connected or not, until stopped. One watch per device. */
  watch(device: DeviceAddress, onObservation: (observation: Observation) => void): Watch;
  /** All connected devices. */
  devices(): readonly DeviceAddress[];
  status(): BrokerStatus;
  /** Stops listening, waits for the acknowledgement of pending appends, closes clients. */
  close(): Promise<void>;
}
