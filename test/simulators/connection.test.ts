import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createConnection } from '../../simulators/connection.ts';
import { eventually } from '../eventually.ts';

/** Longer than any pause before a device tries again. */
const BEYOND_PAUSE_MS = 3300;

/** Takes connections and says nothing on them. */
async function openMutePort() {
  const open = new Set<Socket>();
  let taken = 0;
  const server = createServer((socket) => {
    taken += 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => {});
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { readonly port: number };
  return { url: `mqtt://127.0.0.1:${port}`, open, taken: () => taken };
}

const login = { park: 'daoyu', device: 'probe', password: 'secret' };

describe('the connection of a virtual device', () => {
  it('that is closed before it is made stays closed', async () => {
    const { url, open, taken } = await openMutePort();
    const connection = createConnection({ url, login });
    connection.open();
    await connection.close();
    await sleep(BEYOND_PAUSE_MS);
    expect(open.size).toBe(0);
    expect(taken()).toBeLessThanOrEqual(1);
  });

  it('that is cut before it is made comes back when the network does, and not sooner', async () => {
    const { url, open, taken } = await openMutePort();
    const connection = createConnection({ url, login });
    connection.open();
    await connection.cut();
    await sleep(BEYOND_PAUSE_MS);
    expect(open.size).toBe(0);
    const before = taken();
    const back = connection.restore();
    await eventually(() => taken() === before + 1);
    await connection.close();
    await eventually(() => open.size === 0);
    await Promise.race([back, sleep(100)]);
    await connection.restore();
    expect(open.size).toBe(0);
  });
});
