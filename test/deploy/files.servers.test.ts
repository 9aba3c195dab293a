/** What people deploy with is accepted by what reads it, and opens nothing by itself. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hasProgram, requireOrSkip } from '../require.ts';
import { hasNats } from '../servers/nats.ts';
import { madeSecrets } from './made-secrets.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const COMPOSE_FILES = ['docker-compose.yml', 'deploy/cluster/docker-compose.yml'];

/** The file as Docker Compose understands it. */
function compose(file: string, ...environment: readonly string[]): string {
  return execFileSync('docker-compose', [...environment, '-f', file, '--profile', 'simulators', 'config'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH },
  });
}

describe.runIf(requireOrSkip('docker-compose', hasProgram('docker-compose')))('Docker Compose', () => {
  it.each(COMPOSE_FILES)('accepts %s, which publishes on the loopback only and pins every image', (file) => {
    const text = compose(file, '--env-file', madeSecrets());
    const ports = [...text.matchAll(/^ {4}- (\S+:\d+:\d+)\/tcp$/gm)].map(([, port]) => port);
    expect(ports.length).toBeGreaterThan(1);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    const images = [...text.matchAll(/^ {4}image: (\S+)$/gm)].map(([, image]) => image);
    for (const image of images) expect(image).toMatch(/:(\d+\.\d+\.\d+\S*|local)$/);
    expect(text).not.toContain('secrets.sh');
  });

  it.each(COMPOSE_FILES)('says of %s what to do when there are no passwords', (file) => {
    const empty = madeSecrets();
    writeFileSync(empty, '');
    expect(() => compose(file, '--env-file', empty)).toThrow(/run deploy\/secrets\.sh/);
  });
});

describe.runIf(hasNats())('nats-server', () => {
  it.each(['deploy/nats.conf', 'deploy/cluster/nats.conf'])('accepts %s', (file) => {
    const environment = {
      NATS_NAME: 'one',
      NATS_STORE: '/tmp/none',
      NATS_MAX_STORE: '6GB',
      NATS_PASSWORD: 's1e2',
      NATS_CLUSTER_PASSWORD: 's1e3',
      NATS_ROUTES: '[nats://route:s1e3@nats-1:6222, nats://route:s1e3@nats-2:6222]',
    };
    const checked = execFileSync('sh', ['-c', `nats-server -t -c ${file} 2>&1`], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, ...environment },
    });
    expect(checked).toContain('configuration file');
    expect(checked).toContain('is valid');
  });
});
