/** The session of a client [MQTT5 4.1], which outlives its connection for the expiry interval. In memory: it does not survive a restart, and the next CONNACK says so. */
import type { DeviceAddress } from '../../base/topics.ts';
import type { Deliveries } from './deliveries.ts';

export interface Granted {
  readonly qos: 0 | 1;
  readonly subscriptionId: number | undefined;
}

export interface SessionState {
  readonly id: string;
  readonly address: DeviceAddress;
  readonly subscriptions: Map<string, Granted>;
  /** QoS 2 ids between PUBREC and PUBREL. */
  readonly received: Set<number>;
  readonly deliveries: Deliveries;
}

export interface LastWill {
  /** Seconds after the end of the connection. */
  readonly delay: number;
  publish(): void;
}
