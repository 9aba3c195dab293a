import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { SPARKPLUG } from '../ingest/decoders/vectors.ts';
import { hasProgram, requireOrSkip } from '../require.ts';
import { type Credentials, newDataDir, runPlatform } from '../running-platform.ts';

const run = promisify(execFile);

interface Published {
  readonly credentials: Credentials;
  readonly url: string;
  readonly message: string;
  readonly topic?: string;
}

/** Rejects when the client is refused or its publish is not acknowledged. */
async function mosquittoPub({
  credentials,
  url,
  message,
  topic = credentials.topics.telemetry,
}: Published): Promise<void> {
  const { hostname, port } = new URL(url);
  const { clientId, username, password } = credentials;
  const login = ['-i', clientId, '-u', username, '-P', password];
  await run('mosquitto_pub', ['-h', hostname, '-p', port, ...login, '-q', '1', '-t', topic, '-m', message], {
    timeout: 10_000,
  });
}

describe.runIf(requireOrSkip('mosquitto_pub', hasProgram('mosquitto_pub')))(
  "another's MQTT client, mosquitto_pub",
  () => {
    it('is heard in the live stream and in the latest values within a second of its PUBACK', async () => {
      const { platform, addDevice, get } = await runPlatform();
      const credentials = await addDevice('probe', 'aquaculture_pond');
      const url = platform.urls.mqtt.mqtt ?? '';
      const stream = new AbortController();
      const live = await fetch(new URL('/api/v1/live', platform.urls.http), {
        headers: { authorization: `Bearer ${platform.token}` },
        signal: stream.signal,
      });
      const heard = (async () => {
        let text = '';
        for await (const chunk of live.body ?? []) {
          text += Buffer.from(chunk).toString();
          if (text.includes('7.77')) return performance.now();
        }
        return Number.NaN;
      })();
      await mosquittoPub({ credentials, url, message: '{"dissolved_oxygen": 7.77}' });
      const acknowledgedAt = performance.now();
      await eventually(
        () => get<{ latest: { values: Record<string, number> }[] }>('/api/v1/latest?device=probe'),
        ({ latest }) => latest[0]?.values.dissolved_oxygen === 7.77,
      );
      const shownAfterMs = performance.now() - acknowledgedAt;
      const heardAfterMs = (await heard) - acknowledgedAt;
      stream.abort();
      console.info(`behind the PUBACK: live ${heardAfterMs.toFixed(0)} ms, latest ${shownAfterMs.toFixed(0)} ms`);
      expect(heardAfterMs).toBeLessThan(1000);
      expect(shownAfterMs).toBeLessThan(1000);
    });

    it("with a wrong password, a foreign client id or another device's topic is refused, and leaves nothing behind", async () => {
      const { platform, addDevice, get } = await runPlatform();
      const mine = await addDevice('mine', 'aquaculture_pond');
      const other = await addDevice('other', 'aquaculture_pond');
      const url = platform.urls.mqtt.mqtt ?? '';
      const message = '{"dissolved_oxygen": 1}';
      await expect(mosquittoPub({ credentials: { ...mine, password: 'guess' }, url, message })).rejects.toThrow();
      await expect(
        mosquittoPub({ credentials: { ...mine, clientId: other.clientId }, url, message }),
      ).rejects.toThrow();
      // It is cut off without a PUBACK.
      await expect(mosquittoPub({ credentials: mine, url, message, topic: other.topics.telemetry })).rejects.toThrow();
      const { ledger } = await get<{ ledger: unknown[] }>('/api/v1/ledger?park=daoyu');
      expect(ledger).toEqual([]);
    }, 40_000);

    it('publishes Sparkplug B from files: the birth names what the data number', async () => {
      const { platform, addDevice, get } = await runPlatform();
      const topics = ['spBv1.0/farm/+/edge/pond'];
      const mapping = { keys: { 'Water.ph': 'ph' } };
      const { clientId, username, password } = await addDevice('pond', 'aquaculture_pond', { topics, mapping });
      const { hostname, port } = new URL(platform.urls.mqtt.mqtt ?? '');
      const folder = newDataDir();
      mkdirSync(folder, { recursive: true });
      for (const [type, hex] of [
        ['DBIRTH', SPARKPLUG.birth],
        ['DDATA', SPARKPLUG.data],
      ] as const) {
        const file = join(folder, type);
        writeFileSync(file, Buffer.from(hex, 'hex'));
        const login = ['-i', clientId, '-u', username, '-P', password];
        await run(
          'mosquitto_pub',
          ['-h', hostname, '-p', port, ...login, '-q', '1', '-t', `spBv1.0/farm/${type}/edge/pond`, '-f', file],
          { timeout: 10_000 },
        );
      }
      await eventually(
        () => get<{ latest: { values: Record<string, number> }[] }>('/api/v1/latest?device=pond'),
        ({ latest }) => latest[0]?.values.ph === 7.82,
      );
      await eventually(
        () => get<{ ledger: { received: number; stored: number }[] }>('/api/v1/ledger?device=pond'),
        ({ ledger: [row] }) => row?.received === 3 && row.stored === 3,
      );
    });
  },
);
