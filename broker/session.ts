/** What the broker knows of one connection, whichever lane its packets take. */
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
  /** As it came; undefined where it could not be read. */
  connect?: ConnectInfo | undefined;
  /** Only while somebody watches the device. */
  tap?: Tap | undefined;
  /** Where in a frame its reading stands. */
  position?: () => { readonly skip: number; readonly bytes: readonly Buffer[] };
  readonly flow: ClientFlow;
  readonly pace: Pace;
  /** Granted on this connection, with the QoS at which they are delivered. Of MQTT 3.1.1: those of version 5 belong to the session. */
  readonly subscriptions: Map<string, 0 | 1>;
  /** Once the credential is proven. */
  address?: DeviceAddress;
  willTopic?: string;
  /** Silence after which the connection ends, ms. */
  silenceMs: number;
  /** When the last whole packet was there, ms of the monotonic clock. */
  heardAt: number;
  /** Its CONNACK is out: from here on the express lane may take what is meant for it. */
  isReady: boolean;
  /** Ends the connection and says why, where the protocol has words for it. */
  end?: (reason: 'keep-alive' | 'log', error: Error) => void;
}
