/** State of one connection, shared by both lanes. */
import type { Duplex } from 'node:stream';
import type { DeviceAddress } from '../base/topics.ts';
import type { ClientFlow } from './in-flight.ts';
import type { ConnectInfo, Transport } from './observe/observation.ts';
import type { Tap } from './observe/tap.ts';
import type { Pace } from './rate-limit.ts';

export interface Session {
  readonly stream: Duplex;
  readonly remote: string;
  readonly transport: Transport;
  /** The CONNECT; undefined if it could not be parsed. */
  connect?: ConnectInfo | undefined;
  /** Present while the device is watched. */
  tap?: Tap | undefined;
  /** Position of the reader within a frame. */
  position?: () => { readonly skip: number; readonly bytes: readonly Buffer[] };
  readonly flow: ClientFlow;
  readonly pace: Pace;
  /** Granted subscriptions with their QoS, for MQTT 3.1.1; those of MQTT 5 belong to the session. */
  readonly subscriptions: Map<string, 0 | 1>;
  /** Set once the credential is verified. */
  address?: DeviceAddress;
  willTopic?: string;
  /** Silence after which the connection ends, ms. */
  silenceMs: number;
  /** Time of the last complete packet, ms of the monotonic clock. */
  heardAt: number;
  /** The CONNACK has been sent: from now on the express lane may take publishes. */
  isReady: boolean;
  /** Ends the connection with a reason, if the protocol supports it. */
  end?: (reason: 'keep-alive' | 'log', error: Error) => void;
}
