/** The sample files for a proxy and for systemd do what docs/operations.md says of them: each runs here in front of a platform. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mqtt from 'mqtt';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';
import { freePort } from '../kill/spawn-platform.ts';
import { hasProgram, requireOrSkip } from '../require.ts';
import { runPlatform } from '../running-platform.ts';

const sampleFile = (path: string) => fileURLToPath(new URL(`../../deploy/${path}`, import.meta.url));
const sample = (path: string) => readFileSync(sampleFile(path), 'utf8');

interface Behind {
  readonly folder: string;
  /** Of the proxy. */
  readonly port: number;
  /** Of the platform, as they stand in the samples. */
  readonly ports: Readonly<Record<'127.0.0.1:8080' | '127.0.0.1:8083', string>>;
  readonly certificate: string;
  readonly key: string;
}

const proxies = {
  nginx({ folder, port, ports, certificate, key }: Behind): readonly string[] {
    const server = sample('proxy/nginx.conf')
      // Of the two servers the one with TLS.
      .replace(/server \{\n {2}listen 80;[\s\S]*?\n\}\n/, '')
      .replace(/listen \[::\]:443.*\n/, '')
      .replace('listen 443', `listen 127.0.0.1:${port}`)
      .replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${key};`)
      .replace(/ssl_certificate .*;/, `ssl_certificate ${certificate};`);
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${folder}/${name};`)
      .join('\n');
    const file = join(folder, 'nginx.conf');
    writeFileSync(
      file,
      `pid ${folder}/pid; error_log stderr; events {} http { access_log off; ${paths}\n${replaced(server, ports)}}`,
    );
    return ['nginx', '-c', file, '-p', folder, '-g', 'daemon off;'];
  },
  caddy({ folder, port, ports, certificate, key }: Behind): readonly string[] {
    const site = sample('proxy/Caddyfile').replace(
      /^farm\.example\.com \{/m,
      `https://localhost:${port} {\n\ttls ${certificate} ${key}`,
    );
    const file = join(folder, 'Caddyfile');
    writeFileSync(file, `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${replaced(site, ports)}`);
    return ['caddy', 'run', '--adapter', 'caddyfile', '--config', file];
  },
};

const replaced = (text: string, ports: Behind['ports']) =>
  Object.entries(ports).reduce((all, [from, to]) => all.replaceAll(from, to), text);

describe.each(['nginx', 'caddy'] as const)('the sample of %s', (name) => {
  it.runIf(requireOrSkip(name, hasProgram(name)))(
    'lets the page, the live stream and MQTT over WebSocket through, over TLS',
    async () => {
      const { platform, addDevice } = await runPlatform();
      const folder = mkdtempSync(join(tmpdir(), 'daoyu-proxy-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
      const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
      execFileSync('openssl', [...kind, ...subject, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
      const port = await freePort();
      const ports = {
        '127.0.0.1:8080': new URL(platform.urls.http).host,
        '127.0.0.1:8083': new URL(platform.urls.mqtt.ws ?? '').host,
      };
      const [program = '', ...args] = proxies[name]({ folder, port, ports, certificate, key });
      mkdirSync(join(folder, 'logs'), { recursive: true });
      const proxy = spawn(program, args, { stdio: 'ignore', env: { ...process.env, HOME: folder } });
      const ended = once(proxy, 'exit');
      onTestFinished(async () => {
        // nginx ends its workers only when it is asked to; Caddy would wait for the streams.
        proxy.kill(name === 'nginx' ? 'SIGTERM' : 'SIGKILL');
        await ended;
      });
      const ca = readFileSync(certificate);
      await eventually(
        () => statusOf(`https://localhost:${port}/healthz`, ca).catch(() => 0),
        (status) => status === 200,
      );

      const live = new Promise<string>((resolve, reject) => {
        const headers = { authorization: `Bearer ${platform.token}` };
        const request = get(`https://localhost:${port}/api/v1/live`, { ca, headers }, (answer) => {
          let text = '';
          answer.on('data', (piece) => {
            text += String(piece);
            // As long as the stream is open: a proxy that collects would hold it back.
            if (text.includes('"dissolved_oxygen":6.4')) resolve(text);
          });
        });
        request.on('error', reject);
        onTestFinished(() => void request.destroy());
      });
      const { username, password, clientId, topics } = await addDevice('pond', 'aquaculture_pond');
      const device = await mqtt.connectAsync(`wss://localhost:${port}/mqtt`, { username, password, clientId, ca });
      onTestFinished(() => device.endAsync(true));
      const publishing = setInterval(
        () => device.publish(topics.telemetry, JSON.stringify({ time: Date.now(), dissolved_oxygen: 6.4 }), { qos: 1 }),
        200,
      );
      onTestFinished(() => clearInterval(publishing));
      expect(await live).toContain('event: readings');
    },
  );
});

function statusOf(url: string, ca: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { ca }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    }).on('error', reject);
  });
}

describe.runIf(requireOrSkip('systemd-analyze', hasProgram('systemd-analyze')))('the units of systemd', () => {
  it.each(['daoyu.service', 'daoyu-backup.service', 'daoyu-backup.timer'])('are understood: %s', (unit) => {
    const folder = mkdtempSync(join(tmpdir(), 'daoyu-units-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    for (const name of ['daoyu.service', 'daoyu-backup.service', 'daoyu-backup.timer'])
      writeFileSync(join(folder, name), sample(`systemd/${name}`).replaceAll('/usr/bin/node', process.execPath));
    const output = execFileSync('sh', ['-c', `systemd-analyze verify ${join(folder, unit)} 2>&1`], {
      encoding: 'utf8',
    });
    expect(output).toBe('');
  });

  it('leave the service little but its folder and the network', () => {
    const report = execFileSync(
      'systemd-analyze',
      ['security', '--offline=true', sampleFile('systemd/daoyu.service')],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    const [, level] = /exposure level for daoyu\.service: ([\d.]+)/.exec(report) ?? [];
    expect(Number(level)).toBeLessThan(2.5);
  });
});
