/** Which device posts: its own MQTT credential, as HTTP Basic or as one bearer text for consoles that can only send a header. */
import type { FastifyRequest } from 'fastify';
import { DaoyuError } from '../base/errors.ts';
import { createTokenBucket, type TokenBucket } from '../base/token-bucket.ts';
import type { DeviceAddress } from '../base/topics.ts';
import { TooManyAttempts } from '../people/throttle.ts';

/** The device, or why not, as the MQTT front door says it. */
export type VerifyDevice = (login: {
  readonly username: string;
  readonly password: Buffer;
  readonly remote: string;
}) => Promise<DeviceAddress | 'password' | 'backoff' | 'busy'>;

export type DeviceLogin = (request: FastifyRequest) => Promise<DeviceAddress>;

/** Refused logins of one address: a webhook that was set up wrongly repeats itself, a guesser does not wait. */
const FAILURES_PER_SECOND = 1;
const FAILURES_AT_ONCE_SECONDS = 30;
const MAX_ADDRESSES = 10_000;

export function createDeviceLogin(verify: VerifyDevice, monotonic: () => number): DeviceLogin {
  const failures = new Map<string, TokenBucket>();

  function failuresOf(remote: string): TokenBucket {
    const known = failures.get(remote);
    if (known !== undefined) return known;
    const bucket = createTokenBucket(FAILURES_PER_SECOND, monotonic, FAILURES_AT_ONCE_SECONDS);
    failures.set(remote, bucket);
    const [oldest] = failures.keys();
    if (failures.size > MAX_ADDRESSES && oldest !== undefined) failures.delete(oldest);
    return bucket;
  }

  return async (request) => {
    const login = loginOf(request.headers.authorization);
    const verdict = login === undefined ? 'password' : await verify({ ...login, remote: request.ip });
    if (typeof verdict === 'object') return verdict;
    if (verdict === 'busy') throw new DaoyuError('INTAKE_BUSY', 'too many devices sign in at this moment');
    if (verdict === 'backoff' || !failuresOf(request.ip).tryTake()) throw new TooManyAttempts(10);
    throw new DaoyuError(
      'UNAUTHORIZED',
      'send the credential of the device: HTTP Basic with its MQTT user name ({park}.{device}) and password, or "Authorization: Bearer {park}.{device}.{password}"',
    );
  };
}

function loginOf(authorization = ''): { readonly username: string; readonly password: Buffer } | undefined {
  const [, scheme = '', text = ''] = /^(Basic|Bearer) +(\S{1,1024}) *$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'basic') {
    const decoded = Buffer.from(text, 'base64').toString('utf8');
    const at = decoded.indexOf(':');
    return at < 0 ? undefined : { username: decoded.slice(0, at), password: Buffer.from(decoded.slice(at + 1)) };
  }
  // Neither a park nor a device holds a dot.
  const [, username, password] = /^([^.]+\.[^.]+)\.(.+)$/.exec(text) ?? [];
  return username === undefined || password === undefined ? undefined : { username, password: Buffer.from(password) };
}
