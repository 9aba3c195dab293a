import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import mqtt from 'mqtt';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openTestBroker, PASSWORD } from './open-test-broker.ts';

const MEGABYTE = 1024 * 1024;

/** A WebSocket that has shaken hands, as bare bytes: what a library would not send. */
async function stranger(url: string): Promise<{ readonly socket: Socket; readonly closed: Promise<unknown> }> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  socket.write(
    `GET /mqtt HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${randomBytes(16).toString('base64')}\r\nsec-websocket-protocol: mqtt\r\n\r\n`,
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 101/);
  // Not `once`, which rejects with the reset that is wanted here.
  return { socket, closed: new Promise((resolve) => socket.once('close', resolve)) };
}

/** A masked frame whose mask is 0. */
function frame(length: number, payload: Buffer, { isLast = true, opcode = 2 } = {}): Buffer {
  const header = Buffer.alloc(14);
  header[0] = (isLast ? 0x80 : 0) | opcode;
  header[1] = 0x80 | 127;
  header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}

describe('a stranger over WebSocket', () => {
  it('that announces a long message is closed at once, however many there are: nothing of it is kept', async () => {
    const { broker } = await openTestBroker({ webSocketPort: 0, limits: { connectTimeoutMs: 60_000 } });
    const url = broker.urls.ws ?? '';
    const before = process.memoryUsage();
    const part = Buffer.alloc(64 * 1024);
    for (let count = 0; count < 40; count++) {
      const { socket, closed } = await stranger(url);
      socket.write(frame(4 * MEGABYTE, part));
      for (let sent = 1; sent < 63 && !socket.destroyed; sent++) socket.write(part);
      await closed;
    }
    const { external, arrayBuffers } = process.memoryUsage();
    // 160 MB were under way; both ends live in this process.
    expect(external + arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(40 * MEGABYTE);
  });

  it('that sends one in many fragments is closed with the one that makes it too long', async () => {
    const { broker } = await openTestBroker({ webSocketPort: 0, limits: { connectTimeoutMs: 60_000 } });
    const { socket, closed } = await stranger(broker.urls.ws ?? '');
    const bytes = Buffer.alloc(1000);
    for (let count = 0; count < 4; count++) {
      // Byte by byte: a header may come in pieces.
      for (const byte of frame(1000, bytes, { isLast: false, opcode: count === 0 ? 2 : 0 }).subarray(0, 14))
        socket.write(Buffer.from([byte]));
      socket.write(bytes);
    }
    expect(socket.destroyed).toBe(false);
    socket.write(frame(1000, bytes, { isLast: false, opcode: 0 }));
    await closed;
  });

  it('that begins a short one and waits is closed at the deadline of CONNECT', async () => {
    const { broker } = await openTestBroker({ webSocketPort: 0, limits: { connectTimeoutMs: 200 } });
    const { socket, closed } = await stranger(broker.urls.ws ?? '');
    socket.write(frame(4000, Buffer.alloc(10)));
    await closed;
  });

  it('that never finishes its handshake is closed, too', async () => {
    const { broker } = await openTestBroker({ webSocketPort: 0, limits: { connectTimeoutMs: 200 } });
    const { hostname, port } = new URL(broker.urls.ws ?? '');
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', () => {});
    socket.write('GET /mqtt HTTP/1.1\r\nhost: x\r\n');
    socket.resume();
    await once(socket, 'close');
  });
});

it('a device over WebSocket sends what is longer than a CONNECT', async () => {
  const { broker, admitted } = await openTestBroker({ webSocketPort: 0 });
  const client = await mqtt.connectAsync(broker.urls.ws ?? '', {
    clientId: 'park.probe',
    username: 'park.probe',
    password: PASSWORD,
    reconnectPeriod: 0,
  });
  onTestFinished(() => client.endAsync(true));
  await client.publishAsync('daoyu/park/probe/telemetry', 'x'.repeat(40_000), { qos: 1 });
  expect(admitted.map(({ payload }) => payload.length)).toEqual([40_000]);
});
