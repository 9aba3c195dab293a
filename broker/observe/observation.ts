/** What a device sends and receives, as observed by the broker: plain data, so that it can be sent to another process. */

export type Transport = 'tcp' | 'tls' | 'ws';

/** A CONNECT without its secret. */
export interface ConnectInfo {
  /** Protocol level: 3 and 4 are MQTT 3.1 and 3.1.1. */
  readonly level: number;
  readonly clientId: string;
  readonly username: string;
  readonly isClean: boolean;
  /** Seconds, as requested; 0 is none. */
  readonly keepAlive: number;
  readonly will?: { readonly topic: string; readonly qos: number; readonly isRetained: boolean } | undefined;
  /** Seconds; MQTT 5. */
  readonly sessionExpiry?: number | undefined;
}

export type Seen =
  | ({
      readonly what: 'connect';
      readonly transport: Transport;
      readonly remote: string;
      /** It was already connected when the watch began. */
      readonly isEarlier: boolean;
    } & ConnectInfo)
  /** The CONNECT was accepted. */
  | { readonly what: 'accepted'; readonly isResumed: boolean }
  /** The CONNECT was refused, with this return or reason code. */
  | { readonly what: 'refused'; readonly code: number }
  /** Closed before its CONNECT was answered, at the request of the watch. */
  | { readonly what: 'turned-away' }
  | {
      readonly what: 'publish';
      readonly topic: string;
      readonly qos: number;
      readonly isDup: boolean;
      readonly isRetained: boolean;
      /** 0 at QoS 0. */
      readonly id: number;
      /** Bytes of the payload. */
      readonly size: number;
      /** Base64 of the payload, or of its beginning. */
      readonly payload: string;
    }
  | { readonly what: 'subscribe'; readonly filters: readonly string[] }
  | { readonly what: 'subscription-refused'; readonly count: number }
  | { readonly what: 'ping' }
  /** The device acknowledged a message. */
  | { readonly what: 'received'; readonly id: number }
  /** The platform acknowledged a message; `reason` of MQTT 5. */
  | { readonly what: 'acknowledged'; readonly id: number; readonly reason: number }
  /** An acknowledgement withheld from the device at the request of the watch. */
  | { readonly what: 'withheld'; readonly id: number }
  /** Acknowledgements are delayed by this time. */
  | { readonly what: 'delayed'; readonly id: number }
  | { readonly what: 'released' }
  | { readonly what: 'sent'; readonly topic: string; readonly id: number; readonly payload: string }
  /** The connection was closed at the request of the watch. */
  | { readonly what: 'cut' }
  /** `reason` of MQTT 5. */
  | { readonly what: 'disconnect'; readonly by: 'device' | 'platform'; readonly reason: number }
  | { readonly what: 'end' };

export type Observation = Seen & {
  /** Epoch ms. */
  readonly at: number;
  /** Numbers the connections of one process. */
  readonly connection: number;
};

/** Faults injected into a watched device, each once and for a bounded time. */
export type Fault =
  /** The next acknowledgement is not sent. */
  | { readonly kind: 'withhold' }
  /** Acknowledgements are delayed by this time. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Closes the connection, and new ones during this time. */
  | { readonly kind: 'outage'; readonly ms: number };

/** Upper bounds of the faults. */
export const MOST_DELAY_MS = 10_000;
export const MOST_OUTAGE_MS = 5 * 60_000;
/** A requested fault that does not occur within this time is dropped. */
export const MOST_WITHHOLD_MS = 5 * 60_000;
