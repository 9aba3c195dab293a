/** What the monitoring port of a nats-server answers. */

const TIMEOUT_MS = 2000;

/** Undefined when it cannot be asked; `/healthz` answers its complaint with 503, which is an answer as well. */
export async function askMonitor<T>(url: string, path: string): Promise<Partial<T> | undefined> {
  try {
    const answer = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return (await answer.json()) as Partial<T>;
  } catch {
    return undefined;
  }
}
