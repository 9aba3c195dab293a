/** What stands in front of several brokers: each connection goes to the next that takes it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export async function startBalancer(ports: readonly number[]): Promise<string> {
  let turn = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    turn += 1;
    forward(client, 0);
  });

  function forward(client: Socket, tries: number): void {
    const port = ports[(turn + tries) % ports.length];
    if (port === undefined || tries >= ports.length) {
      client.destroy();
      return;
    }
    const broker = connect({ port, host: '127.0.0.1' });
    broker.once('error', () => forward(client, tries + 1));
    broker.once('connect', () => {
      broker.removeAllListeners('error');
      for (const [socket, other] of [
        [client, broker],
        [broker, client],
      ] as const) {
        open.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          open.delete(socket);
          other.destroy();
        });
      }
      client.pipe(broker).pipe(client);
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
