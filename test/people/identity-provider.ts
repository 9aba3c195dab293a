/** A small OpenID provider over HTTP that signs real tokens, checks what a provider has to check, and lies where a test wants it to. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface Person {
  readonly sub: string;
  readonly [claim: string]: unknown;
}

export interface Lies {
  /** Replaces claims of the ID token. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Signs with a key that is not published. */
  readonly isForged?: boolean;
  /** `alg: none`. */
  readonly isUnsigned?: boolean;
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const { privateKey: stranger } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const CLIENT_ID = 'daoyu';
const CLIENT_SECRET = 'secret-of-the-client';
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

export async function openIdentityProvider() {
  const grants = new Map<string, { person: Person; nonce: string; challenge: string; redirectUri: string }>();
  const accessTokens = new Map<string, Person>();
  const state = { person: { sub: 'nobody' } as Person, inUserInfo: {} as object, lies: {} as Lies, isAway: false };
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function idToken({ person, nonce }: { person: Person; nonce: string }): string {
    const { claims = {}, isForged = false, isUnsigned = false } = state.lies;
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: issuer, aud: CLIENT_ID, iat: now, exp: now + 300, nonce, ...person, ...claims };
    const signed = `${base64({ alg: isUnsigned ? 'none' : 'RS256', kid: 'one' })}.${base64(payload)}`;
    const key: KeyObject = isForged ? stranger : privateKey;
    return `${signed}.${isUnsigned ? '' : sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const url = new URL(request.url ?? '/', issuer);
    if (state.isAway) return void send(503, { error: 'temporarily_unavailable' });
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return void send(200, {
          ...{ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` },
          ...{ jwks_uri: `${issuer}/keys`, userinfo_endpoint: `${issuer}/me`, response_types_supported: ['code'] },
          ...{ subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'] },
          token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
        });
      case '/keys':
        return void send(200, {
          keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }],
        });
      case '/authorize': {
        const asked = Object.fromEntries(url.searchParams);
        const isRight =
          asked.client_id === CLIENT_ID &&
          asked.response_type === 'code' &&
          asked.code_challenge_method === 'S256' &&
          (asked.scope ?? '').split(' ').includes('openid');
        if (!isRight) return void send(400, { error: 'invalid_request' });
        const code = randomBytes(16).toString('hex');
        const { nonce = '', code_challenge: challenge = '', redirect_uri: redirectUri = '' } = asked;
        grants.set(code, { person: state.person, nonce, challenge, redirectUri });
        const back = new URL(redirectUri);
        back.search = new URLSearchParams({ code, state: asked.state ?? '', iss: issuer }).toString();
        return void response.writeHead(302, { location: back.href }).end();
      }
      case '/token': {
        const sent = new URLSearchParams(await text(request));
        const grant = grants.get(sent.get('code') ?? '');
        grants.delete(sent.get('code') ?? '');
        const proved = createHash('sha256')
          .update(sent.get('code_verifier') ?? '')
          .digest('base64url');
        if (sent.get('client_secret') !== CLIENT_SECRET) return void send(401, { error: 'invalid_client' });
        if (grant === undefined || grant.challenge !== proved || grant.redirectUri !== sent.get('redirect_uri'))
          return void send(400, { error: 'invalid_grant' });
        const token = randomBytes(16).toString('hex');
        accessTokens.set(token, grant.person);
        return void send(200, { access_token: token, token_type: 'Bearer', expires_in: 300, id_token: idToken(grant) });
      }
      case '/me': {
        const person = accessTokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''));
        return void (person === undefined ? send(401, {}) : send(200, { sub: person.sub, ...state.inUserInfo }));
      }
      default:
        return void send(404, {});
    }
  }

  return { issuer: new URL(issuer), clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, state };
}
