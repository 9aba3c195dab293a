/** The quarantine: lists refused messages from the shared state, and replays them once the mapping is corrected. */

import { codeOf, DaoyuError } from '../../base/errors.ts';
import type { Log } from '../../base/logger.ts';
import type { Bus } from '../../bus/bus.ts';
import type { QuarantineRecord } from '../../bus/rejection.ts';
import { createReplay, type ReplayOutcome } from '../../ingest/replay.ts';
import type { Kv } from '../../kv/kv.ts';
import type { Gateways } from '../../registry/gateways.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Kind } from '../../sensors/kind.ts';

export const QUARANTINE_PREFIX = 'quarantine/';
const CLAIM_PREFIX = 'quarantine-replay/';
/** A process that died in a replay holds the record up for so long; what it had put on the log marks the record meanwhile. */
const CLAIM_MS = 60_000;

export interface QuarantineOptions {
  readonly bus: Pick<Bus, 'append'>;
  readonly kv: Kv;
  readonly registry: Pick<Registry, 'device'>;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly log: Log;
  readonly clock?: () => number;
  /** See `ReplayOptions`. */
  readonly correctedReceipt?: (record: QuarantineRecord) => number;
  readonly gateways?: Pick<Gateways, 'addressOf' | 'childNamed'>;
}

export interface QuarantineQuery {
  readonly park?: string;
  readonly device?: string;
  readonly code?: string;
  readonly before?: string;
  /** Which parks may be seen; absent: all. */
  readonly sees?: (park: string) => boolean;
  readonly limit: number;
}

export interface Quarantine {
  list(query: QuarantineQuery): Promise<readonly QuarantineRecord[]>;
  get(id: string): Promise<QuarantineRecord | undefined>;
  /**
   * Decodes a record again with the device's present mapping and the time at which it was received, corrected where the platform's clock was wrong. What is good now goes onto the log like
   * any reading; then the ledger moves it from quarantined to what it became, in the same entry that marks the record. A value that
   * was withheld joins its reading in the store, counted as one more reading received. Still refused: nothing changes, and it can be tried again.
   * Rejects with `QUARANTINE_UNKNOWN`, `QUARANTINE_REPLAYED`.
   */
  replay(id: string): Promise<ReplayOutcome>;
}

export function createQuarantine(options: QuarantineOptions): Quarantine {
  const { kv, log, clock = Date.now } = options;
  const replayAgain = createReplay({ ...options, clock });

  async function get(id: string): Promise<QuarantineRecord | undefined> {
    if (!/^[0-9a-z-]{1,64}$/.test(id)) return undefined;
    return (await kv.get<QuarantineRecord>(QUARANTINE_PREFIX + id))?.value;
  }

  /** Two people may press the button at the same time, in two processes. */
  async function claim(id: string): Promise<boolean> {
    const item = await kv.get<{ readonly at: number }>(CLAIM_PREFIX + id);
    if (item !== undefined && clock() - item.value.at < CLAIM_MS) return false;
    try {
      await kv.put(CLAIM_PREFIX + id, { at: clock() }, item?.revision ?? 0);
      return true;
    } catch (error) {
      if (codeOf(error) === 'STATE_CONFLICT') return false;
      throw error;
    }
  }

  return {
    async list({ park, device, code, before, sees, limit }) {
      const found: QuarantineRecord[] = [];
      const pages = kv.list<QuarantineRecord>(QUARANTINE_PREFIX, {
        reverse: true,
        ...(before !== undefined && { after: QUARANTINE_PREFIX + before }),
      });
      if (limit <= 0) return found;
      for await (const { value } of pages) {
        if (park !== undefined && value.park !== park) continue;
        if (sees !== undefined && !sees(value.park)) continue;
        if (device !== undefined && value.device !== device) continue;
        if (code !== undefined && value.reason.code !== code) continue;
        found.push(shown(value));
        if (found.length >= limit) break;
      }
      return found;
    },
    async get(id) {
      const record = await get(id);
      return record && shown(record);
    },
    async replay(id) {
      const record = await get(id);
      if (record === undefined) throw new DaoyuError('QUARANTINE_UNKNOWN', `no record ${id} in quarantine`);
      if (record.replayedAt !== undefined || !(await claim(id))) {
        throw new DaoyuError('QUARANTINE_REPLAYED', `record ${id} was replayed already`);
      }
      try {
        const { outcome, marked } = await replayAgain(record);
        // The keeper will write the same; written here too, so that the next look at it shows it. A failure does not matter then.
        if (marked !== undefined) {
          await kv
            .put(QUARANTINE_PREFIX + id, marked)
            .catch((error: unknown) => log.warn({ code: codeOf(error) }, 'mark comes later'));
        }
        return outcome;
      } finally {
        await kv
          .delete(CLAIM_PREFIX + id)
          .catch((error: unknown) => log.warn({ code: codeOf(error), id }, 'claim of a replay stays for a minute'));
      }
    },
  };
}

/** Its age is the keeper's own measure. */
function shown({ keptAt: _, ...record }: QuarantineRecord): QuarantineRecord {
  return record;
}
