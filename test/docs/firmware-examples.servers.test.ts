/** The shell examples of docs/firmware.md, one after the other as they stand: from nothing to a PUBACK, over TLS with an own CA, and a client in C. */
import { exec } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';
import type { LedgerAnswer } from '../ledger-answer.ts';
import { hasProgram, requireOrSkip } from '../require.ts';
import { newDataDir, runPlatform } from '../running-platform.ts';
import { blocksOf } from './fenced-blocks.ts';

const run = promisify(exec);
const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(new URL('../../docs/firmware.md', import.meta.url), 'utf8');
const scripts = blocksOf(page)
  .filter(({ language }) => language === 'sh')
  .map(({ text }) => text);
const PROGRAMS = ['mosquitto_pub', 'openssl', 'gcc', 'make'];

function example(word: string): string {
  const found = scripts.find((text) => text.includes(word));
  if (found === undefined) throw new Error(`docs/firmware.md has no example with ${word}`);
  return found;
}

describe.runIf(requireOrSkip(PROGRAMS.join(', '), PROGRAMS.every(hasProgram)))(
  'the examples of docs/firmware.md',
  () => {
    it('lead from nothing to a PUBACK, with TLS and with the client in C', { timeout: 120_000 }, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'daoyu-firmware-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const shell = (script: string, cwd: string, environment: object = {}) =>
        run(script, { cwd, env: { ...process.env, ...environment } });
      await shell(example('openssl req -x509'), folder);
      const { platform, dataDir, get } = await runPlatform({
        DAOYU_DATA_DIR: newDataDir(),
        DAOYU_TLS_CERT: join(folder, 'server.pem'),
        DAOYU_TLS_KEY: join(folder, 'server.key'),
        DAOYU_MQTTS_PORT: '0',
      });
      const { port } = new URL(platform.urls.mqtt.mqtt ?? '');
      const { port: tlsPort } = new URL(platform.urls.mqtt.mqtts ?? '');
      const here = {
        DAOYU_HTTP_PORT: new URL(platform.urls.http).port,
        DAOYU_DATA_DIR: dataDir,
      };
      // The ports of the page are the defaults; this platform has others.
      const mine = (script: string) =>
        script
          .replaceAll('-p 1883', `-p ${port}`)
          .replaceAll('-p 8883', `-p ${tlsPort}`)
          .replace('127.0.0.1 1883', `127.0.0.1 ${port}`);
      const stored = async () =>
        (await get<LedgerAnswer>('/api/v1/ledger')).ledger.find(({ device }) => device === 'my-probe')?.received ?? 0;

      const [build = '', start = ''] = example('make -C clients/c').trim().split('\n');
      const built = shell(`${build} OUT=${join(folder, 'device')}`, root);
      const [made] = await Promise.all([shell(example('devices add'), root, here), built]);
      const PASSWORD = (JSON.parse(/^\{.*^\}/ms.exec(made.stdout)?.[0] ?? '') as { password: string }).password;
      // Asks the platform as the operator, while the device publishes.
      const tried = shell(example('mapping try').replaceAll('payload.json', join(folder, 'payload.json')), root, here);
      tried.catch(() => {});
      await shell(mine(example("6.42}'")), root, { PASSWORD });
      const refused = await shell(mine(example('6.42,}')), root, { PASSWORD }).catch(
        (error: { stderr: string }) => error,
      );
      expect(refused.stderr).toMatch(/153|payload format/i);
      await shell(mine(example('--cafile')), folder, { PASSWORD });
      expect((await tried).stdout).toContain('VALUE_NOT_A_NUMBER');
      const before = await eventually(stored, (count) => count >= 3);

      const client = start
        .replace('clients/c/device', join(folder, 'device'))
        .replace('readings.ring', join(folder, 'readings.ring'));
      const running = shell(`exec ${mine(client)}`, root, { PASSWORD });
      running.catch(() => {});
      onTestFinished(() => void running.child.kill('SIGTERM'));
      await eventually(stored, (count) => count > before, 30_000);
    });
  },
);
