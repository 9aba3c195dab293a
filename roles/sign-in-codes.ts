/** Codes of sign-in links in the shared state: made by one process, good once, at any of them. */
import { createHash, randomBytes } from 'node:crypto';
import type { CodeBook } from '../api/authenticate.ts';
import { codeOf } from '../errors.ts';
import type { State } from '../state/state.ts';

interface Code {
  /** Epoch ms. */
  readonly until: number;
  readonly isUsed: boolean;
}

const PREFIX = 'sign-in/';
const VALID_MS = 3_600_000;
const MAX_CODES = 100;

export function createSignInCodes(state: State, clock: () => number): CodeBook {
  // Only a hash is kept: who reads the state cannot sign in with it.
  const keyOf = (code: string) => PREFIX + createHash('sha256').update(code).digest('hex');

  async function tidy(): Promise<void> {
    const all: { readonly key: string; readonly until: number }[] = [];
    for await (const { key, value } of state.list<Code>(PREFIX)) all.push({ key, until: value.until });
    const newest = all.sort((a, b) => b.until - a.until);
    for (const [index, { key, until }] of newest.entries())
      if (until <= clock() || index >= MAX_CODES - 1) await state.delete(key);
  }

  return {
    async make() {
      await tidy();
      const code = randomBytes(18).toString('base64url');
      const value: Code = { until: clock() + VALID_MS, isUsed: false };
      await state.put(keyOf(code), value);
      return code;
    },
    async take(code) {
      const item = await state.get<Code>(keyOf(code));
      if (item === undefined || item.value.isUsed || item.value.until <= clock()) return false;
      try {
        const used: Code = { ...item.value, isUsed: true };
        await state.put(item.key, used, item.revision);
        return true;
      } catch (error) {
        if (codeOf(error) === 'STATE_CONFLICT') return false;
        throw error;
      }
    },
  };
}
