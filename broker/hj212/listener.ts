/**
 * Listener for environmental stations: data loggers with HJ 212-2017 over TCP. Each frame holds the MN and PW of the station. If a frame
 * requests an answer, 9014, the PUBACK of HJ 212, is sent once its verdict is durable. Without an answer the logger resends.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { hj212Crc, hj212Frame, hj212Head } from '../../base/hj212-frame.ts';
import type { Log } from '../../base/logger.ts';
import { topicsOf } from '../../base/topics.ts';
import type { Admit } from '../broker.ts';
import { translate } from '../listeners.ts';
import { createPace } from '../rate-limit.ts';
import type { Verifier } from '../verifier.ts';

export interface Hj212Options {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Of MN and PW. */
  readonly verifier: Verifier;
  readonly admit: Admit;
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly log: Log;
  readonly limits: {
    readonly maxConnections: number;
    readonly maxMessagesPerSecond: number;
    readonly admitTimeoutMs: number;
  };
}

export interface Hj212Listener {
  readonly port: number;
  status(): { readonly connections: number; readonly received: number; readonly acknowledged: number };
  close(): Promise<void>;
}

/** The length has four digits, plus the bytes around the segment. */
const MAX_FRAME_BYTES = 9999 + 16;
/** Longer than an hour, because a logger may send hourly means over an open connection. */
const SILENCE_MS = 2 * 3_600_000;
const MAX_CONNECTIONS = 2000;
/** Pending frames of one logger. */
const MAX_WAITING = 32;
/** QnRtn, appendix C. */
const WRONG_PASSWORD = 3;

export async function openHj212({
  limits,
  verifier,
  admit,
  clock,
  monotonic,
  log,
  ...place
}: Hj212Options): Promise<Hj212Listener> {
  const sockets = new Set<Socket>();
  const counts = { received: 0, acknowledged: 0, refused: 0 };

  function serve(socket: Socket): void {
    const remote = socket.remoteAddress ?? '';
    let rest: Buffer = Buffer.alloc(0);
    let waiting = 0;
    /** Keeps the order of frames while a password is verified. */
    let last: Promise<void> = Promise.resolve();
    const pace = createPace({ perSecond: limits.maxMessagesPerSecond, monotonic, wake: readOn });
    sockets.add(socket);
    socket.setKeepAlive(true, 60_000);
    socket.setTimeout(SILENCE_MS, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));

    function readOn(): void {
      if (waiting < MAX_WAITING && !pace.isHeld() && !socket.destroyed) socket.resume();
    }

    socket.on('data', (bytes) => {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      for (let found = nextFrame(rest); found !== undefined; found = nextFrame(rest)) {
        rest = rest.subarray(found.end);
        waiting += 1;
        pace.count();
        const { frame } = found;
        last = last
          .then(() => take(frame))
          .then(
            () => {
              waiting -= 1;
              readOn();
            },
            (error: Error) => {
              log.warn({ remote, reason: error.message }, 'hj212: a frame was not accepted; the logger resends it');
              socket.destroy();
            },
          );
      }
      // Bytes that do not begin a frame are line noise.
      if (rest.length > MAX_FRAME_BYTES) rest = rest.subarray(rest.length - 1);
      if (waiting >= MAX_WAITING || pace.isHeld()) socket.pause();
    });

    async function take(frame: Buffer): Promise<void> {
      if (socket.destroyed) return;
      const { head, isWhole } = headOf(frame);
      const [mn = '', pw = '', qn = ''] = ['MN', 'PW', 'QN'].map((name) => head.get(name));
      const verdict = await verifier.verify({ username: mn, password: Buffer.from(pw), remote });
      if (typeof verdict === 'string') return refuse(head, verdict);
      counts.received += 1;
      const { park, device } = verdict;
      const { telemetry: topic } = topicsOf({ park, device });
      const durable = admit({
        ...{ park, device, channel: 'telemetry', topic, payload: frame },
        ...{ qos: 1, isResend: false, isWill: false, receivedAt: clock() },
      });
      await within(durable, limits.admitTimeoutMs);
      // A frame with a wrong CRC is in quarantine, and the logger resends it.
      if (!isWhole || (Number(head.get('Flag') ?? 0) & 1) === 0) return;
      counts.acknowledged += 1;
      const cn = /^[23]/.test(head.get('CN') ?? '') ? '9014' : '9013';
      answer(`QN=${qn};ST=91;CN=${cn};PW=${pw};MN=${mn};Flag=4;CP=&&&&`);
    }

    function refuse(head: ReadonlyMap<string, string>, why: 'password' | 'backoff' | 'busy'): void {
      counts.refused += 1;
      log.warn({ remote, mn: head.get('MN')?.slice(0, 32), why }, 'hj212: unknown MN or wrong PW; see docs/hj212.md');
      if (why !== 'busy')
        answer(
          `QN=${head.get('QN') ?? ''};ST=91;CN=9011;PW=;MN=${head.get('MN') ?? ''};Flag=4;CP=&&QnRtn=${WRONG_PASSWORD}&&`,
        );
      socket.end();
    }

    function answer(segment: string): void {
      if (socket.writable) socket.write(hj212Frame(segment), 'latin1');
    }
  }

  const server = createServer({ noDelay: true }, serve);
  server.maxConnections = Math.min(limits.maxConnections, MAX_CONNECTIONS);
  server.listen(place.port, place.host);
  await Promise.race([
    once(server, 'listening'),
    once(server, 'error').then(([error]) => {
      throw translate(error as Error, place.host, place.port, 'DAOYU_HJ212_PORT');
    }),
  ]);
  server.on('error', (error) => log.warn({ reason: error.message }, 'hj212: the listener'));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : place.port,
    status: () => ({ connections: sockets.size, received: counts.received, acknowledged: counts.acknowledged }),
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

interface Found {
  readonly frame: Buffer;
  readonly end: number;
}

/** The next complete frame, from its `##` to its CRC; undefined while it is incomplete. */
function nextFrame(bytes: Buffer): Found | undefined {
  for (let start = bytes.indexOf('##'); start >= 0; start = bytes.indexOf('##', start + 1)) {
    const digits = bytes.subarray(start + 2, start + 6).toString('latin1');
    if (digits.length < 4) return undefined;
    if (!/^\d{4}$/.test(digits)) continue;
    const end = start + 6 + Number(digits) + 4;
    if (bytes.length < end) return undefined;
    return { frame: bytes.subarray(start, end), end };
  }
  return undefined;
}

function headOf(frame: Buffer): { readonly head: ReadonlyMap<string, string>; readonly isWhole: boolean } {
  const segment = frame.subarray(6, -4);
  const crc = Number.parseInt(frame.subarray(-4).toString('latin1'), 16);
  return { head: hj212Head(segment.toString('latin1')), isWhole: crc === hj212Crc(segment) };
}

async function within(durable: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the log gave no verdict in time')), ms);
  });
  try {
    await Promise.race([durable, late]);
  } finally {
    clearTimeout(timer);
  }
}
