import { exec } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { hasProgram, requireOrSkip } from '../require.ts';
import { runPlatform } from '../running-platform.ts';
import { blocksOf } from './fenced-blocks.ts';

const run = promisify(exec);
const root = fileURLToPath(new URL('../../', import.meta.url));
const blocks = blocksOf(readFileSync(new URL('../../README.md', import.meta.url), 'utf8'));

describe.runIf(
  requireOrSkip('mosquitto_pub, for the examples of the README', hasProgram('mosquitto_pub') && hasProgram('curl')),
)('the examples of README.md', () => {
  it('run one after the other as they stand: a device is made, publishes, and its value is asked for', async () => {
    const { platform, dataDir } = await runPlatform();
    const { port: httpPort } = new URL(platform.urls.http);
    const { port: mqttPort } = new URL(platform.urls.mqtt.mqtt ?? '');
    const example = (word: string) => {
      const found = blocks.find(({ language, text }) => language === 'sh' && text.includes(word));
      if (found === undefined) throw new Error(`README.md has no example with ${word}`);
      // Its ports and folder are the defaults; this platform has others.
      return found.text
        .replace('-h 127.0.0.1', `-h 127.0.0.1 -p ${mqttPort}`)
        .replace('127.0.0.1:8080', `127.0.0.1:${httpPort}`)
        .replace('data/secrets', `${dataDir}/secrets`);
    };
    const shell = async (script: string, environment: object = {}) =>
      (
        await run(script, {
          cwd: root,
          env: { ...process.env, DAOYU_HTTP_PORT: httpPort, DAOYU_DATA_DIR: dataDir, ...environment },
        })
      ).stdout;

    const made = await shell(example('devices add'));
    const { password, clientId } = JSON.parse(/^\{.*^\}/ms.exec(made)?.[0] ?? '');
    expect(clientId).toBe('daoyu.my-probe');
    await shell(example('mosquitto_pub'), { PASSWORD: password });
    const answer = await eventually(
      async () =>
        JSON.parse(await shell(example('curl'))) as { series: { unit: string; points: [number, number][] }[] },
      ({ series }) => series.length > 0,
    );
    expect(answer.series).toMatchObject([{ unit: 'mg/L', points: [[expect.any(Number), 6.42]] }]);
  }, 60_000);
});
