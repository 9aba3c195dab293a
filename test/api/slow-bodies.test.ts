import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import Fastify from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { endSlowBodies } from '../../api/slow-bodies.ts';

/** Sends the beginning of a body and no more; resolves with what came back before the connection ended, or `open` when it did not. */
async function trickle(port: number, path: string, waitMs: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a":`,
  );
  const closed = once(socket, 'close').then(() => answer || 'closed');
  return await Promise.race([closed, new Promise<string>((resolve) => setTimeout(() => resolve('open'), waitMs))]);
}

it('ends a request whose body does not come, but gives a file its time', async () => {
  const app = Fastify({ requestTimeout: 60_000 });
  onTestFinished(() => app.close());
  endSlowBodies(app as never, 100);
  app.post('/small', async () => 'taken');
  app.post('/file', { config: { isUpload: true } }, async () => 'taken');
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  expect(await trickle(port, '/small', 30_000)).toBe('closed');
  expect(await trickle(port, '/file', 600)).toBe('open');
  const whole = await fetch(`http://127.0.0.1:${port}/small`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(await whole.text()).toBe('taken');
});
