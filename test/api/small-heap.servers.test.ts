/** A process with little memory: it takes seconds to fill, so it is not among the quick ones. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';
import { httpClient } from '../http-client.ts';
import { type Credentials, connectMqtt, newDataDir } from '../running-platform.ts';
import { compiled } from '../started-process.ts';

const READINGS = 100_000;

it('eight queries of 100,000 readings at once are answered or refused by name; the process stays', async () => {
  const child = spawn(process.execPath, ['--max-old-space-size=128', compiled('test/kill/platform-process.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      DAOYU_DATA_DIR: newDataDir(),
      DAOYU_HTTP_PORT: '0',
      DAOYU_MQTT_PORT: '0',
      DAOYU_WS_PORT: 'off',
      DAOYU_MQTT_MAX_RATE: '100000',
    },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { urls, token } = JSON.parse(line) as { urls: { http: string; mqtt: { mqtt: string } }; token: string };
  const { get, post } = httpClient(urls.http, token);
  await post('/api/v1/parks', { park: 'county' });
  const device = { park: 'county', site: 'pond', device: 'probe', kind: 'aquaculture_pond' };
  const probe = await post<Credentials>('/api/v1/devices', device);
  const client = await connectMqtt(urls.mqtt.mqtt, probe);
  const start = Date.now() - READINGS * 10_000;
  for (let begin = 0; begin < READINGS; begin += 500) {
    const readings = Array.from({ length: 500 }, (_, index) => ({
      time: start + (begin + index) * 10_000,
      dissolved_oxygen: 6 + (index % 100) / 100,
      water_temperature: 24 + (index % 37) / 100,
    }));
    await client.publishAsync(probe.topics.telemetry, JSON.stringify(readings), { qos: 1 });
  }
  await eventually(
    async () => {
      const { ledger } = await get<{ ledger: { pending: number }[] }>('/api/v1/ledger');
      return ledger[0]?.pending === 0;
    },
    Boolean,
    60_000,
  );
  const ask = async (fields: string) => {
    const query = `kind=aquaculture_pond&fields=${fields}&from=-30d`;
    const response = await fetch(new URL(`/api/v1/series?${query}`, urls.http), {
      headers: { authorization: `Bearer ${token}` },
    });
    const { code } = (await response.json()) as { code?: string };
    return code ?? response.status;
  };
  const both = 'dissolved_oxygen,water_temperature';
  for (let round = 0; round < 2; round++) {
    const answers = await Promise.all(
      [...Array(4).fill('dissolved_oxygen'), ...Array(4).fill(both)].map((fields: string) => ask(fields)),
    );
    console.info('eight at once:', answers.join(' '));
    for (const answer of answers) expect([200, 'QUERIES_BUSY', 'QUERY_STOPPED', 'QUERY_TOO_LARGE']).toContain(answer);
    expect(answers).toContain(200);
  }
  expect(child.exitCode).toBeNull();
  expect((await fetch(new URL('/healthz', urls.http))).status).toBe(200);
}, 300_000);
