import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';
import { httpClient } from '../http-client.ts';
import { newDataDir } from '../running-platform.ts';
import { elsewhere, type RunningCommand, runCommand } from './run-command.ts';

interface Ledger {
  readonly ledger: readonly { readonly device: string; readonly received: number; readonly pending: number }[];
}

async function clientOf(command: RunningCommand, dataDir: string) {
  const [, url = ''] = await command.prints(/API {6}(http:\/\/[^/]+)\/docs/);
  return httpClient(url, readFileSync(join(dataDir, 'secrets', 'api-token'), 'utf8').trim());
}

const receivedOf = (answer: Ledger) => answer.ledger.reduce((sum, row) => sum + row.received, 0);

describe('daoyu up --simulate', () => {
  it('says within 15 s where page and MQTT are and what is simulated, ends cleanly on Ctrl-C, and goes on with the data', async () => {
    const dataDir = newDataDir();
    const startedAt = performance.now();
    const first = runCommand(['up', '--simulate', '--history', '2'], elsewhere(dataDir));
    await first.prints(/simulating 27 devices: .*Ctrl-C ends/);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    expect(first.printed).toMatch(
      /page {5}http:\/\/127\.0\.0\.1:\d+\/sign-in\?code=\S+ {3}\(signs one browser in, once\)/,
    );
    expect(first.printed).toMatch(/mqtt {5}mqtt:\/\/127\.0\.0\.1:\d+/);
    for (const name of ['api-token', 'session-secret', 'devices.json'])
      expect(statSync(join(dataDir, 'secrets', name)).mode & 0o777).toBe(0o600);
    const { get } = await clientOf(first, dataDir);
    const before = await eventually(
      () => get<Ledger>('/api/v1/ledger'),
      // Two hours: a reading each five minutes of 15 devices, each ten of 7 paddies; the 2 drones may rest on the ground.
      (answer) => answer.ledger.length >= 22 && receivedOf(answer) > 400,
      30_000,
    );
    first.send('SIGINT');
    expect(await first.ended).toBe(0);
    expect(first.printed).toContain('stopped; all that was acknowledged is kept');

    const second = runCommand(['up'], elsewhere(dataDir));
    const { get: getAgain } = await clientOf(second, dataDir);
    const after = await eventually(
      () => getAgain<Ledger>('/api/v1/ledger'),
      (answer) => answer.ledger.every((row) => row.pending === 0),
    );
    for (const { device, received } of before.ledger)
      expect(after.ledger.find((row) => row.device === device)?.received).toBeGreaterThanOrEqual(received);
    second.send('SIGTERM');
    expect(await second.ended).toBe(0);
  }, 120_000);

  it('prints addresses that can be opened, and where the token really is', async () => {
    const environment = { ...elsewhere(newDataDir()), DAOYU_HOST: '0.0.0.0', DAOYU_API_TOKEN: 'given-token' };
    const command = runCommand(['up'], environment);
    await command.prints(/ {2}data /);
    expect(command.printed).toMatch(
      /API {6}http:\/\/127\.0\.0\.1:\d+\/docs {3}\(token: the one set as DAOYU_API_TOKEN\)/,
    );
    expect(command.printed).not.toContain('0.0.0.0');
    expect(command.printed).not.toContain('given-token');
    const [, base = ''] = /API {6}(http:\/\/[^/]+)/.exec(command.printed) ?? [];
    const refused = await fetch(`${base}/api/v1/latest`);
    expect(await refused.text()).toContain('DAOYU_API_TOKEN where it is set');
  });

  it('signs one browser in with its link, once', async () => {
    const command = runCommand(['up'], elsewhere(newDataDir()));
    const [, link = ''] = await command.prints(/page {5}(\S+)/);
    const first = await fetch(link, { redirect: 'manual' });
    const [cookie = ''] = first.headers.getSetCookie();
    expect(cookie).toMatch(/HttpOnly/);
    const session = cookie.split(';')[0] ?? '';
    const latest = await fetch(new URL('/api/v1/latest', link), { headers: { cookie: session } });
    expect(latest.status).toBe(200);
    const again = await fetch(link, { redirect: 'manual' });
    expect(again.headers.getSetCookie()).toEqual([]);
  }, 60_000);
});

describe('a start that cannot be', () => {
  async function takenPort(): Promise<string> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return String((server.address() as AddressInfo).port);
  }

  for (const variable of ['DAOYU_MQTT_PORT', 'DAOYU_WS_PORT', 'DAOYU_HTTP_PORT']) {
    it(`because the port of ${variable} is taken ends with one sentence that names the setting`, async () => {
      const port = await takenPort();
      const command = runCommand(['up'], { ...elsewhere(newDataDir()), [variable]: port });
      expect(await command.ended).toBe(1);
      expect(command.printed.trim().split('\n')).toHaveLength(1);
      expect(command.printed).toMatch(new RegExp(`^PORT_TAKEN: port ${port} .*${variable}`));
    }, 60_000);
  }

  it('because another process holds the data folder names that process and disturbs it in nothing', async () => {
    const dataDir = newDataDir();
    const first = runCommand(['up'], { ...elsewhere(dataDir), DAOYU_DEMO: 'yes' });
    const { get } = await clientOf(first, dataDir);
    const second = runCommand(['up'], elsewhere(dataDir));
    expect(await second.ended).toBe(1);
    expect(second.printed).toMatch(/^DATA_FOLDER_IN_USE: .*in use by process \d+.*DAOYU_DATA_DIR/);
    expect((await get<{ devices: unknown[] }>('/api/v1/devices')).devices).toHaveLength(27);
  }, 60_000);

  it('because of a wrong setting says what would be right', async () => {
    const command = runCommand(['up'], { ...elsewhere(newDataDir()), DAOYU_MQTT_PORT: 'soon', DAOYU_MQTT_PROT: '1' });
    expect(await command.ended).toBe(1);
    expect(command.printed).toMatch(/DAOYU_MQTT_PORT is "soon" but must be a whole number from 0 to 65535/);
    expect(command.printed).toMatch(/DAOYU_MQTT_PROT is not a setting; did you mean DAOYU_MQTT_PORT\?/);
  });
});

it('daoyu up says that it waits for a NATS that is away, and Ctrl-C ends the waiting', async () => {
  const nobody = createServer().listen(0, '127.0.0.1');
  await once(nobody, 'listening');
  const { port } = nobody.address() as AddressInfo;
  nobody.close();
  const url = `nats://daoyu:secret@127.0.0.1:${port}`;
  const command = runCommand(['up'], { ...elsewhere(newDataDir()), DAOYU_BUS_URL: url });
  await command.prints(new RegExp(`waiting for NATS at nats://127.0.0.1:${port}`));
  command.send('SIGINT');
  expect(await command.ended).toBe(0);
  expect(command.printed).toContain('stopped before it was up');
  expect(command.printed).not.toContain('secret');
}, 60_000);

it('--help of every command says what it is for and which options it has', async () => {
  const commands = ['', 'up', 'simulate', 'replay', 'devices add', 'devices list', 'settings'];
  await Promise.all(
    commands.map(async (command) => {
      const help = runCommand([...command.split(' ').filter(Boolean), '--help']);
      expect(await help.ended).toBe(0);
      expect(help.printed).toMatch(new RegExp(`^Usage: daoyu ${command}`));
      expect(help.printed).toContain('--help');
    }),
  );
}, 60_000);
