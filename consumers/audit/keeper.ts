/** Moves the audit trail from the log into the shared state, and forgets what is too old or too much. One process does it at a time. */
import { codeOf } from '../../base/errors.ts';
import { isObject } from '../../base/json.ts';
import type { Log } from '../../base/logger.ts';
import { subjects } from '../../base/topics.ts';
import type { Bus, Delivery } from '../../bus/bus.ts';
import { startConsumer } from '../../bus/consumer.ts';
import { AUDIT_ACTIONS, type AuditEntry } from '../../bus/events.ts';
import type { Kv } from '../../kv/kv.ts';
import { AUDIT_PREFIX } from './trail.ts';

export const AUDIT_KEEPER = 'audit';
const LIMITS = { maxDeliveries: 128, maxBytes: 4 * 1024 * 1024, waitMs: 5 } as const;
const BACK_OFF = { firstMs: 250, maxMs: 10_000 } as const;
const HOUR = 3_600_000;
const ID = /^\d{13}-[0-9a-f]{12}$/;

export interface AuditKeeperOptions {
  readonly bus: Pick<Bus, 'consume'>;
  readonly kv: Kv;
  readonly log: Log;
  readonly clock: () => number;
  /** Older entries go. */
  readonly retainMs: number;
  /** Of more the oldest go. */
  readonly maxEntries: number;
}

export async function startAuditKeeper(options: AuditKeeperOptions): Promise<{ close(): Promise<void> }> {
  const { bus, kv, log, clock, retainMs, maxEntries } = options;
  /** Ids, oldest first: making room reads nothing. */
  const kept = new Set<string>();
  for await (const { key } of kv.list(AUDIT_PREFIX)) kept.add(key.slice(AUDIT_PREFIX.length));

  async function makeRoom(): Promise<void> {
    const oldest = String(Math.max(0, clock() - retainMs)).padStart(13, '0');
    for (const id of kept) {
      if (id >= oldest && kept.size <= maxEntries) return;
      await kv.delete(AUDIT_PREFIX + id);
      kept.delete(id);
    }
  }

  async function take(deliveries: readonly Delivery[]): Promise<void> {
    const entries = deliveries.flatMap(({ data }) => parseAuditEntry(data) ?? []);
    // The same entry given again is the same put.
    await Promise.all(entries.map((entry) => kv.put(AUDIT_PREFIX + entry.id, entry)));
    for (const { id } of entries) kept.add(id);
    await makeRoom();
  }

  const consumer = await startConsumer({
    ...LIMITS,
    backOff: BACK_OFF,
    bus,
    name: AUDIT_KEEPER,
    subjects: subjects.allAudit,
    log,
    take,
  });
  const hourly = setInterval(() => {
    makeRoom().catch((error: unknown) => log.warn({ code: codeOf(error) }, 'the old audit trail cannot be removed'));
  }, HOUR);
  hourly.unref();

  return {
    async close() {
      clearInterval(hourly);
      await consumer.close();
    },
  };
}

/** Anyone may write on the log: undefined for what is none of ours. */
export function parseAuditEntry(data: string): AuditEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value.version !== 1 || typeof value.at !== 'number') return undefined;
  const { id, who, what } = value;
  if (typeof id !== 'string' || !ID.test(id) || !isObject(who)) return undefined;
  if (typeof who.kind !== 'string' || typeof who.id !== 'string' || typeof who.name !== 'string') return undefined;
  return AUDIT_ACTIONS.some((each) => each === what) ? (value as unknown as AuditEntry) : undefined;
}
