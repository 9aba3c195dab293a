import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { runPlatform } from '../running-platform.ts';

it('page and API answer over TLS of their own, with a Secure cookie, beside plain HTTP', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-tls-'));
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
  execFileSync('openssl', [...kind, ...subject, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const { platform } = await runPlatform({
    ...{ DAOYU_HTTPS_PORT: '0', DAOYU_MQTTS_PORT: '0', DAOYU_TLS_CERT: certificate, DAOYU_TLS_KEY: key },
  });
  const port = new URL(platform.urls.https ?? '').port;

  const ask = async (path: string, headers: Readonly<Record<string, string>> = {}, body?: string) => {
    const options = { host: 'localhost', port, path, headers, ca: readFileSync(certificate), agent: false } as const;
    const sent = request({ ...options, method: body === undefined ? 'GET' : 'POST' });
    sent.end(body);
    const [answer] = (await new Promise((resolve, reject) => {
      sent.once('response', (...given) => resolve(given)).once('error', reject);
    })) as [import('node:http').IncomingMessage];
    return { status: answer.statusCode, cookie: String(answer.headers['set-cookie']), body: await text(answer) };
  };
  expect((await ask('/readyz')).status).toBe(200);
  expect((await ask('/api/v1/parks', { authorization: `Bearer ${platform.token}` })).body).toContain('daoyu');
  expect((await ask('/api/v1/parks')).status).toBe(401);
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin: `https://localhost:${port}` };
  const signedIn = await ask('/sign-in', form, `token=${platform.token}`);
  expect([signedIn.status, signedIn.cookie]).toEqual([303, expect.stringMatching(/daoyu_session=.*Secure/)]);
  expect((await fetch(`${platform.urls.http}/readyz`)).status).toBe(200);
});
