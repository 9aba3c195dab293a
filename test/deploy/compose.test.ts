/** Both Compose files, read as they stand: what an engine would find out only when it starts them. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../app/config.ts';
import { SETTINGS } from '../../app/settings.ts';
import { madeSecrets, SECRETS_SCRIPT } from './made-secrets.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
// The parser that @fastify/swagger brings; the platform itself reads no YAML.
const { parse } = createRequire(createRequire(import.meta.url).resolve('@fastify/swagger'))('yaml') as {
  parse(text: string, options: { readonly merge: true }): unknown;
};

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly pull_policy?: string;
  readonly command?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly disable?: boolean; readonly test?: readonly string[] };
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly mem_limit?: string;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, null>>;
}

const FILES = ['docker-compose.yml', 'deploy/cluster/docker-compose.yml'];
const OURS = 'daoyu:local';
/** The image says it itself: data folder, address. The API makes no use of the password of a replaying device. */
const NOT_PASSED = ['DAOYU_HOST', 'DAOYU_DATA_DIR', 'DAOYU_DEVICE_PASSWORD'];
/** What is published names the ports, so they stay as they are inside. */
const FIXED = ['DAOYU_MQTT_PORT', 'DAOYU_WS_PORT', 'DAOYU_MQTTS_PORT', 'DAOYU_HTTP_PORT', 'DAOYU_ROLES'];

const known = Object.values(SETTINGS).map(({ variable }) => variable);
const image = readFileSync(join(root, 'Dockerfile'), 'utf8');

describe.each(FILES)('%s', (path) => {
  const file = parse(readFileSync(join(root, path), 'utf8'), { merge: true }) as ComposeFile;
  const services = Object.entries(file.services);

  it('waits for the health of services that have a health check', () => {
    for (const [name, { depends_on = {} }] of services)
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        const service = file.services[needed];
        expect(service, `${name} needs ${needed}`).toBeDefined();
        if (condition !== 'service_healthy') continue;
        expect(service?.healthcheck?.disable ?? false, `${name} waits for ${needed}`).toBe(false);
        const isChecked = service?.healthcheck?.test !== undefined || service?.image === OURS;
        expect(isChecked, `${name} waits for the health of ${needed}, which has no check`).toBe(true);
      }
    expect(image).toMatch(/^HEALTHCHECK /m);
  });

  it('gives each service the secrets that it reads, and no other', () => {
    const used = new Set<string>();
    for (const [name, { environment = {}, secrets = [] }] of services) {
      const read = Object.values(environment).flatMap((value) => /^\/run\/secrets\/(.+)$/.exec(value ?? '')?.[1] ?? []);
      expect([...secrets].sort(), name).toEqual(read.sort());
      for (const secret of secrets) used.add(secret);
    }
    expect([...used].sort()).toEqual(Object.keys(file.secrets).sort());
  });

  it('mounts files and folders that are there, none of which holds secrets', () => {
    for (const [name, { volumes = [] }] of services)
      for (const volume of volumes) {
        const [source = ''] = volume.replace(/\$\{\w+:-([^}]*)\}/g, '$1').split(':');
        if (!source.startsWith('.')) {
          expect(Object.keys(file.volumes), name).toContain(source);
          continue;
        }
        const mounted = resolve(root, dirname(path), source);
        expect(existsSync(mounted), `${name}: ${source}`).toBe(true);
        const holdsSecrets = [root, join(root, 'deploy/cluster')].some((folder) =>
          `${folder}/`.startsWith(`${mounted}/`),
        );
        expect(holdsSecrets, `${name} could read the passwords in ${source}`).toBe(false);
        if (statSync(mounted).isDirectory()) expect(source, name).not.toBe('..');
      }
  });

  it('sets only settings that there are, and passes on all others', () => {
    for (const [name, { image: which, environment = {}, command = [] }] of services) {
      const names = Object.keys(environment).filter((each) => each.startsWith('DAOYU_'));
      for (const each of names) expect(known, name).toContain(each.replace(/_FILE$/, ''));
      if (which !== OURS || command[0] === 'simulate') continue;
      const settled = names.map((each) => each.replace(/_FILE$/, ''));
      const missing = known.filter((each) => ![...settled, ...NOT_PASSED, ...FIXED].includes(each));
      expect(missing, name).toEqual([]);
    }
  });

  it('gives no service more than it needs', () => {
    for (const [name, service] of services) {
      expect(service.read_only, name).toBe(true);
      expect(service.cap_drop, name).toEqual(['ALL']);
      expect(service.mem_limit, name).toMatch(/^\d+[mg]$/);
      // Nobody but this project has the image: without a build it must not be looked up.
      if (service.image === OURS && service.build === undefined) expect(service.pull_policy, name).toBe('never');
      expect(JSON.stringify(service.environment ?? {}), name).not.toMatch(/:\/\/[^@"]*\$\{(?!NATS_CLUSTER_PASSWORD)/);
    }
  });

  it('has simulators, if any, that may ask the API for what is there already', () => {
    const simulators = services.filter(([, { command = [] }]) => command[0] === 'simulate');
    for (const [, { environment = {} }] of simulators) expect(environment).toHaveProperty('DAOYU_API_TOKEN_FILE');
    expect(simulators.length).toBe(path === 'docker-compose.yml' ? 1 : 0);
  });

  it('reads as secrets what secrets.sh makes, and daoyu starts with them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'daoyu-compose-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    if (path !== 'docker-compose.yml') writeFileSync(join(folder, 'haproxy.cfg'), '');
    execFileSync('sh', [SECRETS_SCRIPT, folder]);
    for (const { file: secret } of Object.values(file.secrets)) expect(existsSync(join(folder, secret))).toBe(true);
    const config = readConfig({
      DAOYU_BUS_URL_FILE: join(folder, 'secrets/bus-url'),
      DAOYU_STORE_URL_FILE: join(folder, 'secrets/store-url'),
      DAOYU_API_TOKEN_FILE: join(folder, 'secrets/api-token'),
    });
    // Each server that the log is asked of is a service of this file.
    const hosts = [...config.busUrl.matchAll(/([\w-]+):4222/g)].map(([, host]) => host);
    expect(hosts.length).toBe(path === 'docker-compose.yml' ? 1 : 3);
    for (const host of hosts) expect(file.services).toHaveProperty([host ?? '']);
    expect(config.storeUrl).toContain('@influxdb:8086?');
  });
});

it('an .env that is there already stays, and its passwords go into the files', () => {
  const file = madeSecrets();
  const folder = dirname(file);
  rmSync(join(folder, 'secrets'), { recursive: true });
  writeFileSync(
    file,
    'NATS_PASSWORD=sold\nINFLUX_TOKEN=stoken\nDAOYU_API_TOKEN=sapi\nINFLUX_PASSWORD=si\nGRAFANA_PASSWORD=sg\n',
  );
  execFileSync('sh', [SECRETS_SCRIPT, folder]);
  expect(readFileSync(join(folder, 'secrets/bus-url'), 'utf8')).toBe('nats://daoyu:sold@nats:4222');
  expect(readFileSync(file, 'utf8')).toContain('NATS_PASSWORD=sold');
  expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700);
});

it('no password enters the build', () => {
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  for (const entry of ['**/.env', '**/secrets', 'data', '.git']) expect(ignored).toContain(entry);
});
