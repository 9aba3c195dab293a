/** The whole stack as `npm run stack` starts it, on free ports. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';
import { hasInflux } from '../servers/influx.ts';
import { hasNats } from '../servers/nats.ts';
import { compiled } from '../started-process.ts';

function startStack(environment: Readonly<Record<string, string>> = {}): {
  child: ChildProcess;
  folder: string;
  said: () => string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-stack-'));
  const child = spawn(
    process.execPath,
    [compiled('main.ts'), 'stack', '--simulate', '--nats-port', '0', '--influx-port', '0'],
    {
      env: {
        ...process.env,
        DAOYU_DATA_DIR: folder,
        DAOYU_MQTT_PORT: '0',
        DAOYU_WS_PORT: 'off',
        DAOYU_HTTP_PORT: '0',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (said += text));
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'close');
    }
    rmSync(folder, { recursive: true, force: true });
  });
  return { child, folder, said: () => said };
}

describe.runIf(hasNats() && hasInflux())('npm run stack', () => {
  it('brings everything up, promises to survive loss of power, stores readings, and ends in order', async () => {
    const { child, folder, said } = startStack();
    const [, http = ''] = await eventually(
      () => /(http:\S+)\/docs/.exec(said()) ?? [],
      (found) => found.length > 0,
      60_000,
    );
    const token = readFileSync(join(folder, 'secrets', 'api-token'), 'utf8').trim();
    const ask = async (path: string) =>
      (await fetch(http + path, { headers: { authorization: `Bearer ${token}` } })).json() as Promise<
        Record<string, unknown>
      >;
    expect(await ask('/readyz')).toMatchObject({
      status: 'ready',
      checks: expect.arrayContaining([
        expect.objectContaining({ name: 'log', promise: expect.objectContaining({ survives: 'power loss' }) }),
      ]),
    });
    await eventually(
      async () => JSON.stringify(await ask('/api/v1/latest')).includes('"dissolved_oxygen":'),
      Boolean,
      60_000,
    );
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(said()).toContain('all that was acknowledged is kept');
    expect(code).toBe(0);
    // Both ended by themselves after the platform had.
    expect(readFileSync(join(folder, 'stack', 'nats.log'), 'utf8')).toContain('Server Exiting');
  }, 120_000);

  it('says which package is missing', async () => {
    const { child, said } = startStack({ PATH: '/nowhere' });
    const [code] = await once(child, 'close');
    expect(said()).toContain('PROGRAM_MISSING: nats-server is not installed');
    expect(code).toBe(1);
  });
});
