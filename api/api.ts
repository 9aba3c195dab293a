/** The HTTP front door as the composition root sees it, and the few things it asks of the others. */

import type { DeviceAddress } from '../base/topics.ts';
import type { BusStatus } from '../bus/bus.ts';
import type { QuarantineRecord } from '../bus/rejection.ts';
import type { Device, NewDevice, Registry } from '../registry/registry.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Reading } from '../sensors/reading.ts';
import type { LedgerRow, Store, StoreStatus } from '../store/store.ts';
import type { CodeBook } from './authenticate.ts';

export interface LedgerView extends LedgerRow {
  readonly pending: number;
}

export interface Ledger {
  /** received = stored + duplicate + quarantined + pending in every row; `isComplete` is false while the newest entries of the log are not counted. */
  account(filter?: {
    readonly park?: string;
    readonly device?: string;
  }): Promise<{ readonly rows: readonly LedgerView[]; readonly isComplete: boolean }>;
}

export interface Quarantine {
  /** Newest first; `before` is the id of the last row of the page before. */
  list(query: {
    readonly park?: string;
    readonly device?: string;
    readonly code?: string;
    readonly before?: string;
    readonly limit: number;
  }): Promise<readonly QuarantineRecord[]>;
  get(id: string): Promise<QuarantineRecord | undefined>;
  /** Decodes it again with the device's present mapping. Rejects with `QUARANTINE_UNKNOWN`, `QUARANTINE_REPLAYED`. */
  replay(id: string): Promise<{
    readonly accepted: number;
    readonly duplicate: number;
    readonly refused: readonly { readonly code: string; readonly message: string }[];
  }>;
}

export interface LiveEvent {
  /** Position in the log: the id of the server-sent event. */
  readonly position: number;
  readonly readings: readonly Reading[];
}

export interface LiveFeed {
  /** What was appended behind `after` (or from now on), then live; ends with `signal`. A reader that lags more than the feed's buffer is ended: it comes back with its last id. */
  follow(after: number | 'now', signal: AbortSignal): AsyncIterable<LiveEvent>;
}

export interface DeviceCredentials {
  readonly device: Device;
  readonly password: string;
}

/** One named part of readiness. */
export interface Check {
  readonly name: string;
  readonly isReady: boolean;
  readonly message?: string;
  /** What is and is not promised as it is set up. */
  readonly promise?: { readonly survives: 'power loss' | 'process death' | 'nothing'; readonly message: string };
}

export interface DemoRemoval {
  readonly devices: number;
  readonly sites: number;
  readonly parks: number;
  readonly kept: readonly string[];
}

export interface ApiOptions {
  readonly host: string;
  readonly port: number;
  /** Bearer token of programs. */
  readonly token: string;
  /** Signs browser sessions. */
  readonly sessionSecret: string;
  readonly codes: CodeBook;
  /** Built page to serve at `/`; absent in tests of routes. */
  readonly pageFolder?: string;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly registry: Registry;
  readonly store: Pick<Store, 'series' | 'latest' | 'export'>;
  readonly ledger: Ledger;
  readonly quarantine: Quarantine;
  readonly live: LiveFeed;
  /** Makes device and password; the password is shown once and never again. */
  readonly addDevice: (device: NewDevice) => Promise<DeviceCredentials>;
  /** Takes the demo's devices, sites and parks out; `kept` names its sites on which other devices stand. */
  readonly removeDemo: () => Promise<DemoRemoval>;
  /** A new password for a device, shown once; the old one stays valid for the overlap. */
  readonly rotatePassword: (park: string, device: string, overlapMs: number) => Promise<string>;
  readonly isConnected: (park: string, device: string) => boolean;
  /** Resolves when handed over, whether or not the device is connected. */
  readonly tell: (device: DeviceAddress, channel: `commands/${string}`, payload: string) => Promise<void>;
  readonly checks: () => Promise<readonly Check[]>;
  readonly status: () => Promise<{
    readonly bus: BusStatus;
    /** Of what the process has; absent otherwise. */
    readonly store?: StoreStatus;
    readonly bridge?: {
      readonly isConnected: boolean;
      readonly inFlight: number;
      readonly received: number;
      readonly acknowledged: number;
    };
    /** Names of what this process does of the work that is divided among several. */
    readonly duties?: readonly string[];
    readonly broker?: {
      readonly connections: number;
      readonly refused: Readonly<Record<string, number>>;
      readonly received: number;
      readonly acknowledged: number;
      readonly inFlight: number;
    };
  }>;
  readonly limits: {
    readonly maxPoints: number;
    readonly maxConcurrentQueries: number;
    readonly queryTimeoutMs: number;
    readonly maxLiveClients: number;
    readonly requestsPerMinute: number;
  };
  /** Public addresses, shown on the page and in answers to `POST /devices`. */
  readonly mqttUrls: () => readonly string[];
  readonly clock: () => number;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

export interface Api {
  readonly url: string;
  /** A link that signs one browser in, once, within an hour. */
  signInLink(): Promise<string>;
  close(): Promise<void>;
}
