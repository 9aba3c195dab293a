/**
 * Idempotency keys of telemetry by HTTP, in the shared state: the first receipt of a key is kept before the message is taken, and any process takes the same message again as received
 * then. So a reading without a time keeps its identity, whichever process dies or answers.
 */
import { createHash } from 'node:crypto';
import type { Idempotency } from '../api/http-intake.ts';
import { codeOf } from '../base/errors.ts';
import { clientIdOf } from '../base/topics.ts';
import type { Kv } from '../kv/kv.ts';

export interface OpenIdempotency extends Idempotency {
  close(): Promise<void>;
}

const PREFIX = 'intake-key/';
/** Webhooks try again for a day at most. */
const KEPT_MS = 24 * 3_600_000;
const SWEEP_EVERY_MS = 3_600_000;
const MAX_DEVICES = 20_000;

interface Receipt {
  readonly at: number;
}

export function createIdempotency(
  kv: Pick<Kv, 'get' | 'put' | 'delete' | 'list'>,
  clock: () => number,
): OpenIdempotency {
  const newest = new Map<string, number>();
  let sweptAt = clock();
  let sweeping = Promise.resolve();
  let isClosed = false;

  /** No two messages of a device have one receipt: it is the identity of readings without a time. */
  function receiptOf(client: string): number {
    const at = Math.max(clock(), (newest.get(client) ?? 0) + 1);
    newest.delete(client);
    newest.set(client, at);
    const [oldest] = newest.keys();
    if (newest.size > MAX_DEVICES && oldest !== undefined) newest.delete(oldest);
    return at;
  }

  async function sweep(): Promise<void> {
    const before = clock() - KEPT_MS;
    for await (const { key, value } of kv.list<Receipt>(PREFIX)) {
      if (isClosed) return;
      if (value.at < before) await kv.delete(key);
    }
  }

  return {
    async firstReceipt(device, key) {
      if (clock() - sweptAt > SWEEP_EVERY_MS) {
        sweptAt = clock();
        // What stays now goes with the next sweep.
        sweeping = sweeping.then(sweep).catch(() => {});
      }
      const client = clientIdOf(device);
      const name = `${PREFIX}${client}/${createHash('sha256').update(key).digest('hex').slice(0, 40)}`;
      const known = await kv.get<Receipt>(name);
      if (known !== undefined) return known.value.at;
      const at = receiptOf(client);
      try {
        await kv.put(name, { at } satisfies Receipt, 0);
        return at;
      } catch (error) {
        const other = codeOf(error) === 'STATE_CONFLICT' ? await kv.get<Receipt>(name) : undefined;
        if (other === undefined) throw error;
        return other.value.at;
      }
    },
    async close() {
      isClosed = true;
      await sweeping;
    },
  };
}
