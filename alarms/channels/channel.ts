/** A way to reach people: the contract of every channel, whatever its service. */
import type { Label } from '../../sensors/label.ts';

/** The content of a message. Channels choose language and format, and add nothing. */
export interface Notice {
  /** Equal for repeats of the same notice: receivers that support it show it once. */
  readonly dedupKey: string;
  readonly severity: 'warning' | 'critical';
  /** Marked 【演练】 in front of everything. */
  readonly isDrill?: boolean;
  /** One line saying what is wrong and where. */
  readonly title: Label;
  /** One line each: the value and its limit, since when, what to do. */
  readonly lines: readonly Label[];
  /** Opens the alarm for acknowledgement without signing in. */
  readonly link?: string;
  /** Mobile numbers to be called by name, where the service can. */
  readonly mobiles?: readonly string[];
}

/**
 * The outcome of one attempt. Only `delivered` means that the service accepted it, according to the body: status 200 alone proves nothing. `retry`:
 * not now; `broken`: the channel will not work until somebody fixes it; `refused`: this notice will never be accepted.
 */
export type Outcome =
  | { readonly is: 'delivered'; readonly code?: string }
  | { readonly is: 'retry'; readonly afterMs: number; readonly code: string; readonly why: string }
  | { readonly is: 'broken'; readonly code: string; readonly why: string }
  | { readonly is: 'refused'; readonly code: string; readonly why: string };

/** A report, for people to keep. */
export interface Document {
  /** Equal for repeats of the same document. */
  readonly key: string;
  readonly subject: string;
  readonly html: string;
  readonly file?: { readonly name: string; readonly type: string; readonly content: Uint8Array };
}

export interface Channel {
  /** Never rejects; gives up with `retry` after `SEND_TIMEOUT_MS` or when aborted. */
  send(notice: Notice, signal?: AbortSignal): Promise<Outcome>;
  /** Absent: it carries short messages alone. Never rejects. */
  sendDocument?(document: Document): Promise<Outcome>;
}

export const SEND_TIMEOUT_MS = 10_000;

/**
 * Sends a command to a device of the platform and waits a few seconds for its reply. A repeated key is the same command, never executed twice. Never
 * rejects: a command that cannot be sent has the state `unsent`.
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
  /** Absent if no command can be sent. */
  readonly order?: DeviceOrder;
  /** Epoch ms. */
  readonly clock: () => number;
}

/** Settings as an operator enters them: texts, numbers and lists of texts. */
export type ChannelSettings = Readonly<Record<string, unknown>>;

/** One file a channel; the table in `channels.ts` lists them. */
export interface ChannelKind {
  readonly name: string;
  readonly label: Label;
  /** Settings never shown again once they are stored. */
  readonly secrets: readonly string[];
  /** Messages a minute that the service accepts, less a reserve; more are held back. */
  readonly perMinute: number;
  /** Everything wrong with the settings, in sentences that say what would be right. */
  problemsOf(settings: ChannelSettings): Iterable<string>;
  /** Call with valid settings only. Opens no connection. */
  create(settings: ChannelSettings, context: ChannelContext): Channel;
}
