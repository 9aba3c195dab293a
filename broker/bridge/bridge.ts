/** Devices behind another MQTT broker, as seen by the rest of the platform; the contract is docs/bridge.md. */

import type { Log } from '../../base/logger.ts';
import type { DeviceAddress } from '../../base/topics.ts';
import type { Admit, AdmitOversize } from '../broker.ts';
import type { BridgeAddress } from './address.ts';

export interface BridgeOptions {
  readonly address: BridgeAddress;
  /** The same at every start, and unique among bridges: under it the broker keeps unacknowledged messages. */
  readonly clientId: string;
  /** As for our own broker: called in order of arrival; the other broker gets our PUBACK when it resolves. Retried for ever when it rejects. */
  readonly admit: Admit;
  readonly admitOversize: AdmitOversize;
  /** Payloads above it go to `admitOversize`. */
  readonly maxPacketBytes: number;
  /** Most messages waiting for the log; announced to the broker as receive maximum. */
  readonly maxInFlight?: number;
  readonly clock: () => number;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

export interface BridgeStatus {
  readonly isConnected: boolean;
  /** Why no messages come, for people. */
  readonly problem?: string;
  readonly inFlight: number;
  readonly received: number;
  readonly acknowledged: number;
}

export interface Bridge {
  /** Publishes on the device's own topic through the other broker, QoS 1. Dropped and counted while disconnected: a late answer is worthless. */
  tell(device: DeviceAddress, channel: 'errors' | `commands/${string}`, payload: string): Promise<void>;
  status(): BridgeStatus;
  /** Acknowledges pending messages; the broker keeps the session, and messages until the next start. */
  close(): Promise<void>;
}
