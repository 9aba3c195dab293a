/** Verifies credentials: cheap for a returning device, slow for guesses. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { DeviceAddress } from '../base/topics.ts';
import type { FindCredential } from './broker.ts';
import { verifyPassword } from './credentials.ts';

export interface Verifier {
  /** The device, or why not. */
  verify(login: {
    readonly username: string;
    readonly password: Buffer;
    readonly remote: string;
  }): Promise<DeviceAddress | 'password' | 'backoff' | 'busy'>;
}

/** Hashes computed concurrently: the thread pool has four threads, and the log needs some of them. */
const MAX_HASHING = 2;
/** Beyond this many waiting, devices are asked to come back; a fleet reconnects with pauses. */
const MAX_WAITING = 20_000;
const MAX_REMEMBERED = 100_000;
const FREE_FAILURES = 5;
const BACKOFF_MS = 10_000;
/** Wrong passwords remembered per user name and address: a misconfigured device repeats one, a guesser has many. */
const MAX_WRONG = 16;

interface Failure {
  count: number;
  until: number;
  /** Which stored hash the passwords below failed against. */
  readonly passwordHash: string;
  /** MACs of the passwords that failed. */
  readonly wrong: Set<string>;
}

/** `monotonic` in ms, so that nobody is locked out for an hour because a clock was set back. */
export function createVerifier(findCredential: FindCredential, monotonic: () => number): Verifier {
  const processKey = randomBytes(32);
  /** User name → the stored hash that was verified, and a MAC of the verified password: worthless outside this process. */
  const proven = new Map<string, { readonly passwordHash: string; readonly mac: Buffer }>();
  /** By address and user name: behind the gateway of a 4G carrier many parks share one address. */
  const failures = new Map<string, Failure>();
  const waiting: (() => void)[] = [];
  let hashing = 0;

  async function provenBy(password: Buffer, encoded: readonly string[]): Promise<string | undefined> {
    for (const each of encoded) if (await hashInTurn(password, each)) return each;
    return undefined;
  }

  async function hashInTurn(password: Buffer, encoded: string): Promise<boolean> {
    if (hashing >= MAX_HASHING) await new Promise<void>((resolve) => waiting.push(resolve));
    hashing += 1;
    try {
      return await verifyPassword(password, encoded);
    } finally {
      hashing -= 1;
      waiting.shift()?.();
    }
  }

  function noteFailure(key: string, passwordHash: string, mac: Buffer): void {
    const before = failures.get(key);
    const failure =
      before?.passwordHash === passwordHash ? before : { count: 0, until: 0, passwordHash, wrong: new Set<string>() };
    failure.count += 1;
    if (failure.count >= FREE_FAILURES) failure.until = monotonic() + BACKOFF_MS;
    if (failure.wrong.size < MAX_WRONG) failure.wrong.add(mac.toString('base64'));
    remember(failures, key, failure);
  }

  return {
    async verify({ username, password, remote }) {
      const credential = findCredential(username);
      if (credential === undefined) return 'password';
      const mac = createHmac('sha256', processKey).update(username).update('\0').update(password).digest();
      const known = proven.get(username);
      // Checked before the back-off, so that guesses from the same address never shut out the right device.
      const isProven = known !== undefined && credential.passwordHashes.includes(known.passwordHash);
      if (isProven && timingSafeEqual(known.mac, mac)) return credential;
      const key = `${remote} ${username}`;
      const failure = failures.get(key);
      const newest = credential.passwordHashes[0] ?? '';
      if (failure?.passwordHash === newest) {
        // The same mistake again is not a guess: it costs no hash and delays nobody.
        if (failure.wrong.has(mac.toString('base64'))) return 'password';
        if (failure.until > monotonic()) return 'backoff';
      }
      if (waiting.length >= MAX_WAITING) return 'busy';
      const passwordHash = await provenBy(password, credential.passwordHashes);
      if (passwordHash === undefined) {
        noteFailure(key, newest, mac);
        return 'password';
      }
      failures.delete(key);
      remember(proven, username, { passwordHash, mac });
      return credential;
    },
  };
}

/** Bounded: drops the oldest. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_REMEMBERED) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
