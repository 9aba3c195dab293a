/** Everybody of an installation, on one shared state, in as many processes as a test wants. */
import { onTestFinished } from 'vitest';
import { openMemoryKv } from '../../kv/memory.ts';
import { openPeople, type People } from '../../people/people.ts';

/** Hashes of passwords that cost nothing. */
export const QUICK = { N: 2, r: 1, p: 1 } as const;
export const GOOD_PASSWORD = 'paddles-of-nine-crabs';

export function installation() {
  const kv = openMemoryKv();
  const time = { now: Date.UTC(2026, 10, 28) };
  return {
    kv,
    time,
    async start(token = 'the-token-of-the-installation'): Promise<People> {
      const people = await openPeople({ kv, token, clock: () => time.now, log: { warn() {} }, cost: QUICK });
      onTestFinished(() => people.close());
      return people;
    },
  };
}
