/** Devices behind somebody else's MQTT broker, as the rest of the platform sees them: the contract is docs/bridge.md. */

import type { Log } from '../../base/logger.ts';
import type { DeviceAddress } from '../../base/topics.ts';
import type { Admit, AdmitOversize } from '../broker.ts';
import type { BridgeAddress } from './address.ts';

export interface BridgeOptions {
  readonly address: BridgeAddress;
  /** The same at every start, and of no other bridge: the broker keeps what this one has not acknowledged under it. */
  readonly clientId: string;
  /** As of our own broker: called in the order of arrival; the other broker gets our PUBACK when it resolves. Rejected: tried again, for ever. */
  readonly admit: Admit;
  readonly admitOversize: AdmitOversize;
  /** Payloads above it go to `admitOversize`. */
  readonly maxPacketBytes: number;
  /** Messages that wait for the log at one time; asked of the broker as its receive maximum. */
  readonly maxInFlight?: number;
  readonly clock: () => number;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

export interface BridgeStatus {
  readonly isConnected: boolean;
  /** Why nothing comes, for people. */
  readonly problem?: string;
  readonly inFlight: number;
  readonly received: number;
  readonly acknowledged: number;
}

export interface Bridge {
  /** To the device's own topic through the other broker, QoS 1. Dropped and counted while that is away: an answer is worth nothing later. */
  tell(device: DeviceAddress, channel: 'errors' | `commands/${string}`, payload: string): Promise<void>;
  status(): BridgeStatus;
  /** Acknowledges what is under way; the session stays with the broker, which keeps what comes until the next start. */
  close(): Promise<void>;
}
