/** What a device does on the wire, as the broker sees it: plain data, so that it can travel to whoever examines the device. */

export type Transport = 'tcp' | 'tls' | 'ws';

/** A CONNECT without its secret. */
export interface ConnectInfo {
  /** Protocol level: 3 and 4 are MQTT 3.1 and 3.1.1. */
  readonly level: number;
  readonly clientId: string;
  readonly username: string;
  readonly isClean: boolean;
  /** Seconds, as asked; 0 is none. */
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
      /** It was connected when the watch began: nothing is known of how it came. */
      readonly isEarlier: boolean;
    } & ConnectInfo)
  /** The CONNECT was answered well. */
  | { readonly what: 'accepted'; readonly isResumed: boolean }
  /** The CONNECT was refused, with this return or reason code. */
  | { readonly what: 'refused'; readonly code: number }
  /** Closed before its CONNECT was answered, on request of the watch. */
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
  /** The device acknowledged what was sent to it. */
  | { readonly what: 'received'; readonly id: number }
  /** The platform acknowledged; `reason` of MQTT 5. */
  | { readonly what: 'acknowledged'; readonly id: number; readonly reason: number }
  /** As above, but kept from the device on request of the watch. */
  | { readonly what: 'withheld'; readonly id: number }
  /** Acknowledgements are held back for so long, then sent. */
  | { readonly what: 'delayed'; readonly id: number }
  | { readonly what: 'released' }
  | { readonly what: 'sent'; readonly topic: string; readonly id: number; readonly payload: string }
  /** The link was cut on request of the watch. */
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

/** What is done to a watched device, each once and for a bounded time. */
export type Fault =
  /** The next acknowledgement is not sent. */
  | { readonly kind: 'withhold' }
  /** Acknowledgements wait so long, counted from the first. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The connection is broken off, and every new one for so long. */
  | { readonly kind: 'outage'; readonly ms: number };

/** Longer than these nothing is done to a device. */
export const MOST_DELAY_MS = 10_000;
export const MOST_OUTAGE_MS = 5 * 60_000;
/** What was asked for and did not come to pass within it, does not. */
export const MOST_WITHHOLD_MS = 5 * 60_000;
