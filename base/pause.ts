/** A pause that ends at once, and without an error, when the work it belongs to is stopped. */
import { setTimeout as wait } from 'node:timers/promises';

export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}
