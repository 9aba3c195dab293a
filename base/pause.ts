/** Waits, and returns early without an error when the signal aborts. */
import { setTimeout as wait } from 'node:timers/promises';

export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}
