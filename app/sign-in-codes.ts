/** Codes of sign-in links in the shared state: created by one process, valid once, on any process. */
import { createHash, randomBytes } from 'node:crypto';
import type { CodeBook } from '../api/sign-in.ts';
import { codeOf } from '../base/errors.ts';
import type { Kv } from '../kv/kv.ts';

interface Code {
  /** Epoch ms; used by a process that started after the code was created. */
  readonly until: number;
  readonly isUsed: boolean;
}

export interface SignInCodesOptions {
  readonly kv: Kv;
  readonly clock: () => number;
  /** Monotonic ms: the lifetime of a code is measured by it, so that a clock jump neither revives nor ends a code. */
  readonly monotonic: () => number;
}

const PREFIX = 'sign-in/';
const VALID_MS = 3_600_000;
const MAX_CODES = 100;

export async function openSignInCodes(options: SignInCodesOptions): Promise<CodeBook & { close(): Promise<void> }> {
  const { kv, clock, monotonic } = options;
  /** Expiry of each code by the monotonic clock, worked out when the code was first seen. */
  const ends = new Map<string, number>();
  // Only a hash is stored, so that a reader of the state cannot sign in with it.
  const keyOf = (code: string) => PREFIX + createHash('sha256').update(code).digest('hex');

  function endOf(key: string, { until }: Code): number {
    const known = ends.get(key);
    if (known !== undefined) return known;
    const left = Math.min(VALID_MS, Math.max(0, until - clock()));
    const end = monotonic() + left;
    ends.set(key, end);
    return end;
  }

  const unwatch = await kv.watch<Code>(PREFIX, ({ key, item }) => {
    if (item === undefined) ends.delete(key);
    // Just created, whatever the clock of the other process says.
    else if (!ends.has(key)) ends.set(key, monotonic() + VALID_MS);
  });
  // Created before this process started: only the wall clock shows their remaining time.
  for await (const { key, value } of kv.list<Code>(PREFIX)) endOf(key, value);

  async function tidy(): Promise<void> {
    const all: { readonly key: string; readonly end: number }[] = [];
    for await (const { key, value } of kv.list<Code>(PREFIX)) all.push({ key, end: endOf(key, value) });
    const newest = all.sort((a, b) => b.end - a.end);
    for (const [index, { key, end }] of newest.entries())
      if (end <= monotonic() || index >= MAX_CODES - 1) await kv.delete(key);
  }

  return {
    async make() {
      await tidy();
      const code = randomBytes(18).toString('base64url');
      const value: Code = { until: clock() + VALID_MS, isUsed: false };
      ends.set(keyOf(code), monotonic() + VALID_MS);
      await kv.put(keyOf(code), value);
      return code;
    },
    async take(code) {
      const item = await kv.get<Code>(keyOf(code));
      if (item === undefined || item.value.isUsed || endOf(item.key, item.value) <= monotonic()) return false;
      try {
        const used: Code = { ...item.value, isUsed: true };
        await kv.put(item.key, used, item.revision);
        return true;
      } catch (error) {
        if (codeOf(error) === 'STATE_CONFLICT') return false;
        throw error;
      }
    },
    async close() {
      unwatch();
    },
  };
}
