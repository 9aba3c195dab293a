/** Checks who connects, cheaply when it is the same device again, slowly when somebody guesses. */
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

/** Hashes computed at one time: the thread pool has four places, and the log needs some of them. */
const MAX_HASHING = 2;
/** More than these waiting are told to come back; a fleet returns with pauses. */
const MAX_WAITING = 20_000;
const MAX_REMEMBERED = 100_000;
const FREE_FAILURES = 5;
const BACKOFF_MS = 10_000;

/** `monotonic` in ms: nobody is locked out for an hour because a clock was set back. */
export function createVerifier(findCredential: FindCredential, monotonic: () => number): Verifier {
  const processKey = randomBytes(32);
  /** User name → the stored hash it was proven against, and a MAC of the proven password: worthless outside this process. */
  const proven = new Map<string, { readonly passwordHash: string; readonly mac: Buffer }>();
  const failures = new Map<string, { count: number; until: number }>();
  const waiting: (() => void)[] = [];
  let hashing = 0;

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

  function noteFailure(key: string): void {
    const failure = failures.get(key) ?? { count: 0, until: 0 };
    failure.count += 1;
    if (failure.count >= FREE_FAILURES) failure.until = monotonic() + BACKOFF_MS;
    remember(failures, key, failure);
  }

  return {
    async verify({ username, password, remote }) {
      const credential = findCredential(username);
      const key = `${remote} ${username}`;
      if ((failures.get(key)?.until ?? 0) > monotonic()) return 'backoff';
      if (credential === undefined) {
        noteFailure(key);
        return 'password';
      }
      const mac = createHmac('sha256', processKey).update(username).update('\0').update(password).digest();
      const known = proven.get(username);
      if (known?.passwordHash === credential.passwordHash && timingSafeEqual(known.mac, mac)) return credential;
      if (waiting.length >= MAX_WAITING) return 'busy';
      if (!(await hashInTurn(password, credential.passwordHash))) {
        noteFailure(key);
        return 'password';
      }
      failures.delete(key);
      remember(proven, username, { passwordHash: credential.passwordHash, mac });
      return credential;
    },
  };
}

/** Bounded: the oldest goes. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_REMEMBERED) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
