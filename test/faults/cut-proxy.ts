/** A wire that can be cut: forwards TCP; while cut, bytes and new connections go nowhere and nobody is told, as with a dropped network. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CutProxy {
  readonly port: number;
  cut(): void;
  /** What was held goes on; the ends resend by themselves. */
  mend(): void;
  /** Ends every connection; new ones are taken. */
  drop(): void;
  close(): Promise<void>;
}

export async function openCutProxy(target: number): Promise<CutProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let isCut = false;
  const server = createServer({ pauseOnConnect: true }, (near) => {
    const far = connect({ port: target, host: '127.0.0.1' });
    far.pause();
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [one, other] of [pair, [far, near] as const]) {
      one.setNoDelay(true);
      one.on('error', () => {}); // The other end learns of it by the close.
      one.on('data', (chunk) => {
        if (!other.write(chunk)) one.pause();
      });
      other.on('drain', () => {
        if (!isCut) one.resume();
      });
      one.on('close', () => {
        pairs.delete(pair);
        other.destroy();
      });
    }
    if (!isCut) for (const socket of pair) socket.resume();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      for (const socket of [...pairs].flat()) socket.pause();
    },
    mend() {
      isCut = false;
      for (const socket of [...pairs].flat()) socket.resume();
    },
    drop() {
      for (const socket of [...pairs].flat()) socket.destroy();
    },
    async close() {
      for (const socket of [...pairs].flat()) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
