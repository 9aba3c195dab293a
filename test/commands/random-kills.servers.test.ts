import { expect, it, onTestFinished } from 'vitest';
import type { Command } from '../../commands/command.ts';
import { eventually } from '../eventually.ts';
import { httpClient } from '../http-client.ts';
import { freePort, spawnPlatform } from '../kill/spawn-platform.ts';
import { type Credentials, newDataDir } from '../running-platform.ts';
import { openObedientDevice } from './obedient-device.ts';

/** `DAOYU_TEST_COMMANDS=500`: as many as docs/reliability.md quotes. */
const COMMANDS = Number(process.env.DAOYU_TEST_COMMANDS ?? 24);
const PATH = '/api/v1/devices/daoyu/pump/commands';
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('commands sent while platform and device are killed at random act once, end, and none is lost', async () => {
  const settings = {
    ...{ DAOYU_DATA_DIR: newDataDir(), DAOYU_DEMO: 'yes', DAOYU_API_RATE: '1000000' },
    ...{ DAOYU_MQTT_PORT: String(await freePort()), DAOYU_HTTP_PORT: String(await freePort()) },
  };
  let platform = await spawnPlatform(settings);
  onTestFinished(() => void platform.process.kill('SIGKILL'));
  const client = () => httpClient(platform.http, platform.token);
  const body = { park: 'daoyu', site: 'kill-site', device: 'pump', kind: 'aquaculture_pond' };
  const credentials = await client().post<Credentials>('/api/v1/devices', body);
  const device = openObedientDevice({ url: () => platform.mqtt, credentials, workMs: 40 });
  await device.connect();
  const kills = { platform: 0, device: 0 };
  const sent = new Map<string, string>();

  /** As a person would: the same press again until it is answered. */
  async function send(key: string): Promise<string> {
    for (;;) {
      try {
        const response = await fetch(`${platform.http}${PATH}/aerator?expiresInSeconds=600`, {
          method: 'POST',
          headers: {
            ...{ authorization: `Bearer ${platform.token}`, 'content-type': 'application/json' },
            'idempotency-key': key,
          },
          body: '{"on":true}',
          signal: AbortSignal.timeout(5000),
        });
        if (response.status === 202) return ((await response.json()) as { id: string }).id;
      } catch {
        // Killed meanwhile.
      }
      await pause(100);
    }
  }

  let isSending = true;
  async function killAtRandom(): Promise<void> {
    while (isSending) {
      await pause(200 + Math.random() * 1200);
      if (Math.random() < 0.5) {
        kills.device += 1;
        await device.cut();
      } else {
        kills.platform += 1;
        await platform.kill('SIGKILL');
        await device.cut();
        platform = await spawnPlatform(settings);
      }
      await device.connect();
    }
  }
  const killing = killAtRandom();
  for (let count = 0; count < COMMANDS; count++) {
    sent.set(`press ${count}`, await send(`press ${count}`));
    await pause(Math.random() * 120);
  }
  isSending = false;
  await killing;

  const ids = [...sent.values()];
  const stateOf = async (id: string) => (await client().get<Command>(`${PATH}/${id}`)).state;
  const states = async () => await Promise.all(ids.map(stateOf));
  const ended = await eventually(states, (all) => all.every((state) => !['sent', 'received'].includes(state)), 120_000);
  const counts = Object.fromEntries(
    [...new Set(ended)].map((state) => [state, ended.filter((each) => each === state).length]),
  );
  console.info('commands under random kills:', { sent: ids.length, ...counts, kills, effects: device.effects.size });
  expect(new Set(ids).size).toBe(COMMANDS);
  expect(kills.device + kills.platform).toBeGreaterThan(0);
  expect([...device.effects.values()].every((effects) => effects === 1)).toBe(true);
  // Nothing acted that nobody sent, and what is done acted.
  expect([...device.effects.keys()].filter((id) => !ids.includes(id))).toEqual([]);
  expect(ids.filter((id, at) => ended[at] === 'done' && !device.effects.has(id))).toEqual([]);
  expect(counts.done).toBe(COMMANDS);
  await device.cut();
  await platform.kill('SIGTERM');
}, 1_200_000);
