/** A wire to NATS that loses single messages of the protocol, or breaks, when told to: between the server's disk and the client lies more than silence. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Frame {
  readonly from: 'client' | 'server';
  /** What it says without its payload, e.g. `MSG _INBOX.x.1 3 27`. */
  readonly line: string;
  readonly payload: string;
}

export interface LossyProxy {
  /** Whether a frame is lost; asked for each. */
  lose(isLost: (frame: Frame) => boolean): void;
  /** Ends all connections, and refuses new ones until it is mended. */
  cut(): void;
  mend(): void;
  /** The address of a server, through this wire. */
  through(url: string): string;
}

/** Ends with the test. */
export async function openLossyProxy(target: number): Promise<LossyProxy> {
  const sockets = new Set<Socket>();
  let isLost: (frame: Frame) => boolean = () => false;
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
    near.setNoDelay(true);
    for (const [one, other, from] of [
      [near, far, 'client'],
      [far, near, 'server'],
    ] as const) {
      sockets.add(one);
      const split = frameSplitter();
      one.on('data', (chunk) => {
        for (const { line, payload, bytes } of split(chunk)) {
          if (!isLost({ from, line, payload: payload.toString('latin1') })) other.write(bytes);
        }
      });
      one.on('error', () => {}); // The other end learns of it by the close.
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    lose(next) {
      isLost = next;
    },
    cut,
    mend() {
      isCut = false;
    },
    through: (url) => url.replace(/:\d+\?/, `:${port}?`),
  };
}

const WITH_PAYLOAD = /^(PUB|HPUB|MSG|HMSG) .*?(\d+)$/;
const CRLF = '\r\n';

/** Cuts a stream of bytes where the protocol ends a message; the last number of a line with a payload is the length of that. */
function frameSplitter() {
  let rest: Buffer = Buffer.alloc(0);
  return function* split(chunk: Buffer) {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const end = rest.indexOf(CRLF);
      if (end < 0) return;
      const line = rest.toString('latin1', 0, end);
      const size = WITH_PAYLOAD.exec(line)?.[2];
      const start = end + CRLF.length;
      const length = size === undefined ? start : start + Number(size) + CRLF.length;
      if (rest.length < length) return;
      const bytes = rest.subarray(0, length);
      rest = rest.subarray(length);
      yield { line, payload: bytes.subarray(start), bytes };
    }
  };
}
