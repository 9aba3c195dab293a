/** A way to reach people: what every channel promises, whatever service stands behind it. */
import type { Label } from '../../sensors/label.ts';

/** What is to be told. Channels choose the language and the form; they add nothing. */
export interface Notice {
  /** The same for a repeat of the same notice: receivers that understand it show it once. */
  readonly dedupKey: string;
  readonly severity: 'warning' | 'critical';
  /** 【演练】 stands in front of everything. */
  readonly isDrill?: boolean;
  /** One line: what is wrong and where. */
  readonly title: Label;
  /** Facts, a line each: the value and its limit, since when, what to do. */
  readonly lines: readonly Label[];
  /** Opens the alarm for acknowledgement without signing in. */
  readonly link?: string;
  /** Mobile numbers to be called by name, where the service can. */
  readonly mobiles?: readonly string[];
}

/**
 * What became of one attempt. Only `delivered` means that the service took it, by its own words in the body: a status of 200 alone says nothing.
 * `retry`: not now; `broken`: this channel will not work until somebody mends it; `refused`: this notice will never be taken.
 */
export type Outcome =
  | { readonly is: 'delivered'; readonly code?: string }
  | { readonly is: 'retry'; readonly afterMs: number; readonly code: string; readonly why: string }
  | { readonly is: 'broken'; readonly code: string; readonly why: string }
  | { readonly is: 'refused'; readonly code: string; readonly why: string };

export interface Channel {
  /** Never rejects; gives up with `retry` after `SEND_TIMEOUT_MS`, or when the signal says so. */
  send(notice: Notice, signal?: AbortSignal): Promise<Outcome>;
}

export const SEND_TIMEOUT_MS = 10_000;

/**
 * Asks a device of the platform to do something and waits a few seconds for its answer. The same key is the same order: it is never done twice. Never
 * rejects: what cannot be sent has the state `unsent`.
 */
export type DeviceOrder = (
  order: {
    readonly park: string;
    readonly device: string;
    readonly name: string;
    readonly value: unknown;
    readonly key: string;
  },
  signal?: AbortSignal,
) => Promise<{
  readonly state: 'unsent' | 'sent' | 'received' | 'done' | 'failed' | 'expired';
  readonly message?: string;
}>;

export interface ChannelContext {
  readonly language: 'zh' | 'en';
  /** Absent where no command can be sent. */
  readonly order?: DeviceOrder;
  /** Epoch ms. */
  readonly clock: () => number;
}

/** Settings as an operator writes them: texts, numbers and lists of texts. */
export type ChannelSettings = Readonly<Record<string, unknown>>;

/** One file a channel; the table in `channels.ts` lists them. */
export interface ChannelKind {
  readonly name: string;
  readonly label: Label;
  /** Settings never shown again once they are stored. */
  readonly secrets: readonly string[];
  /** Messages a minute that the service takes, less a reserve; more are held back. */
  readonly perMinute: number;
  /** Everything that is wrong with the settings, in sentences that say what would be right. */
  problemsOf(settings: ChannelSettings): Iterable<string>;
  /** Only with settings that have no problems. Makes no connection. */
  create(settings: ChannelSettings, context: ChannelContext): Channel;
}
