import { expect, it } from 'vitest';
import type { Command } from '../../commands/command.ts';
import { runCommand } from '../cli/run-command.ts';
import { eventually } from '../eventually.ts';
import { httpClient } from '../http-client.ts';
import { freePort, spawnPlatform } from '../kill/spawn-platform.ts';
import { type Credentials, newDataDir } from '../running-platform.ts';
import { openObedientDevice } from './obedient-device.ts';

const PATH = '/api/v1/devices/daoyu/pump/commands';

it('commands under way when the platform is killed act once and end after it is back; the command line sees it', async () => {
  const dataDir = newDataDir();
  const settings = {
    DAOYU_DATA_DIR: dataDir,
    DAOYU_DEMO: 'yes',
    DAOYU_MQTT_PORT: String(await freePort()),
  };
  let platform = await spawnPlatform(settings);
  const client = () => httpClient(platform.http, platform.token);
  const body = { park: 'daoyu', site: 'kill-site', device: 'pump', kind: 'aquaculture_pond' };
  const credentials = await client().post<Credentials>('/api/v1/devices', body);
  const device = openObedientDevice({ url: () => platform.mqtt, credentials, workMs: 150 });
  const sent: string[] = [];
  for (let kill = 0; kill < 5; kill++) {
    await device.connect();
    for (let count = 0; count < 6; count++) {
      const { id } = await client().post<{ id: string }>(`${PATH}/aerator?expiresInSeconds=300`, { on: true });
      sent.push(id);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 200));
    await platform.kill('SIGKILL');
    await device.cut();
    platform = await spawnPlatform(settings);
  }
  const short = await client().post<{ id: string }>(`${PATH}/aerator?expiresInSeconds=1`, { on: true });
  await platform.kill('SIGKILL');
  platform = await spawnPlatform(settings);
  await eventually(
    () => client().get<Command>(`${PATH}/${short.id}`),
    ({ state }) => state === 'expired',
    20_000,
  );
  await device.connect();
  const { commands } = await eventually(
    () => client().get<{ commands: Command[] }>(PATH),
    (answer) => answer.commands.every(({ state }) => state !== 'sent' && state !== 'received'),
    60_000,
  );
  const states = commands.map(({ state }) => state);
  console.info('5 kills:', { sent: sent.length, done: states.filter((state) => state === 'done').length });
  expect(commands.map(({ id }) => id)).toEqual([short.id, ...sent.toReversed()]);
  expect(states).toEqual(['expired', ...sent.map(() => 'done')]);
  expect([...device.effects]).toEqual(expect.arrayContaining(sent.map((id) => [id, 1])));
  expect(device.effects.size).toBe(sent.length);

  const environment = { DAOYU_HTTP_PORT: new URL(platform.http).port, DAOYU_DATA_DIR: dataDir };
  const send = runCommand(
    ['commands', 'send', 'pump', 'aerator', '{"on":false}', '--park', 'daoyu', '--wait'],
    environment,
  );
  expect(await send.ended).toBe(0);
  expect(send.printed).toContain('"state": "done"');
  const list = runCommand(['commands', 'list', 'pump', '--park', 'daoyu'], environment);
  expect(await list.ended).toBe(0);
  expect(list.printed).toMatch(/done {6}aerator \{"on":false\} {2}operator\n/);
  await device.cut();
  await platform.kill('SIGTERM');
}, 240_000);
