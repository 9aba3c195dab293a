/** Taps one connection: observes both directions and, on request, holds back acknowledgements. Exists only while the device is watched. */
import type { Session } from '../session.ts';
import { FrameFeed } from './frame-feed.ts';
import type { ConnectInfo, Seen } from './observation.ts';
import { createPacketEyes, readConnack } from './packets.ts';

/** Decides about each acknowledgement. */
export interface Acknowledging {
  /** False: it is not sent. */
  mayAcknowledge(): boolean;
  /** Ms until it may be sent; 0 sends it at once. */
  delayMs(): number;
}

export interface TapOptions {
  readonly session: Session;
  readonly connect: ConnectInfo;
  readonly isEarlier: boolean;
  readonly acknowledging: Acknowledging;
  readonly onSeen: (seen: Seen) => void;
}

export interface Tap {
  incoming(chunk: Buffer): void;
  cut(): void;
  /** Removes the tap; sends what was held back. */
  close(): void;
}

/** Kept of an incoming packet; enough for a batch of readings. */
const MAX_KEPT_BYTES = 64 * 1024;
/** Kept of a client whose credential is not verified yet. */
const MAX_UNPROVEN = 50;

export function tapConnection({ session, connect, isEarlier, acknowledging, onSeen }: TapOptions): Tap {
  const { stream, remote, transport } = session;
  const eyes = createPacketEyes(connect.level);
  const { write, end } = stream;
  /** Input before the credential is verified, which is not an observation of the device; undefined afterwards. */
  let unproven: Seen[] | undefined = isEarlier ? undefined : [];
  let isBlind = false;
  let held: Buffer[] = [];
  let holding: NodeJS.Timeout | undefined;

  const incoming = new FrameFeed(MAX_KEPT_BYTES, (frame, size) => see(eyes.incoming(frame, size)));
  const outgoing = new FrameFeed(Number.POSITIVE_INFINITY, send);

  function see(seen: Seen | undefined): void {
    if (seen === undefined) return;
    if (unproven === undefined) onSeen(seen);
    else if (unproven.length < MAX_UNPROVEN) unproven.push(seen);
  }

  /** Bytes that are not frames end the observation; the handler of the connection deals with them. */
  function watching(look: () => void): void {
    if (isBlind) return;
    try {
      look();
    } catch {
      isBlind = true;
    }
  }

  function send(frame: Buffer): void {
    const seen = attempt(() => eyesOn(frame));
    if (seen?.what !== 'acknowledged') {
      see(seen);
      pass(frame);
      return;
    }
    if (!acknowledging.mayAcknowledge()) return see({ what: 'withheld', id: seen.id });
    const delayMs = held.length > 0 ? 0 : acknowledging.delayMs();
    if (held.length === 0 && delayMs === 0) {
      see(seen);
      pass(frame);
      return;
    }
    see({ what: 'delayed', id: seen.id });
    // The buffer of the frame may be reused.
    held.push(Buffer.from(frame));
    holding ??= setTimeout(release, delayMs).unref();
  }

  function eyesOn(frame: Buffer): Seen | undefined {
    const connack = readConnack(frame);
    if (connack === undefined) return eyes.outgoing(frame);
    const waiting = unproven ?? [];
    unproven = undefined;
    const { code, isResumed } = connack;
    if (code !== 0) return { what: 'refused', code };
    onSeen({ what: 'accepted', isResumed });
    for (const each of waiting) onSeen(each);
    return undefined;
  }

  function release(): void {
    clearTimeout(holding);
    holding = undefined;
    const frames = held;
    held = [];
    if (frames.length === 0) return;
    for (const frame of frames) {
      see(eyes.outgoing(frame));
      pass(frame);
    }
    see({ what: 'released' });
  }

  function pass(bytes: Buffer): void {
    if (stream.writable) Reflect.apply(write, stream, [bytes]);
  }

  function take(chunk: unknown, encoding: unknown): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encodingOf(encoding)) : Buffer.from(chunk as Buffer);
    if (isBlind) return pass(bytes);
    watching(() => outgoing.feed(bytes));
    if (isBlind) pass(bytes);
  }

  stream.write = ((chunk: unknown, encoding?: unknown, callback?: unknown) => {
    take(chunk, encoding);
    const done = typeof encoding === 'function' ? encoding : callback;
    if (typeof done === 'function') process.nextTick(done as () => void);
    return !stream.writableNeedDrain;
  }) as typeof stream.write;
  stream.end = ((chunk?: unknown, ...rest: unknown[]) => {
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'function') take(chunk, rest[0]);
    release();
    return Reflect.apply(end, stream, []);
  }) as typeof stream.end;
  const onClose = () => {
    clearTimeout(holding);
    if (unproven === undefined) onSeen({ what: 'end' });
  };
  stream.once('close', onClose);

  onSeen({ what: 'connect', transport, remote, isEarlier, ...connect });
  if (isEarlier) {
    const { skip, bytes } = session.position?.() ?? { skip: 0, bytes: [] };
    incoming.skip(skip);
    for (const chunk of bytes) watching(() => incoming.feed(chunk));
  }

  return {
    incoming: (chunk) => watching(() => incoming.feed(chunk)),
    cut() {
      see({ what: 'cut' });
      stream.destroy();
    },
    close() {
      release();
      stream.off('close', onClose);
      stream.write = write;
      stream.end = end;
    },
  };
}

/** Frames that cannot be parsed are sent unchanged. */
function attempt(look: () => Seen | undefined): Seen | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

function encodingOf(encoding: unknown): BufferEncoding {
  return typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8';
}
