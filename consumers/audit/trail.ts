/** The audit trail: written to the log by whoever answers a request, read from the shared state, where `keeper.ts` puts it. */
import { randomBytes } from 'node:crypto';
import { codeOf } from '../../base/errors.ts';
import type { Log } from '../../base/logger.ts';
import { subjects } from '../../base/topics.ts';
import type { Bus } from '../../bus/bus.ts';
import type { AuditEntry } from '../../bus/events.ts';
import type { Kv } from '../../kv/kv.ts';

export const AUDIT_PREFIX = 'audit/';

export type AuditNote = Omit<AuditEntry, 'version' | 'id' | 'at'>;

export interface AuditQuery {
  /** Epoch ms, from (included) to (excluded). */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** A part of a name, a user name or an id, in any case. */
  readonly who?: string | undefined;
  /** An action, or the part before its dot: `device` means all of `device.…`. */
  readonly what?: string | undefined;
  /** A part of what it was done to. */
  readonly where?: string | undefined;
  readonly sees: (entry: AuditEntry) => boolean;
  /** Id of the last one of the page before. */
  readonly before?: string | undefined;
}

export interface AuditTrail {
  /**
   * On the log when it resolves. Never rejects: what was done is done. An entry that the log does not take stands in the program's own log, whole, at
   * the level of errors.
   */
  note(note: AuditNote): Promise<void>;
  /** Newest first, as long as somebody reads. */
  list(query: AuditQuery): AsyncIterable<AuditEntry>;
}

export interface AuditTrailOptions {
  readonly bus: Pick<Bus, 'append'>;
  readonly kv: Kv;
  readonly clock: () => number;
  readonly log: Pick<Log, 'error'>;
}

export function createAuditTrail({ bus, kv, clock, log }: AuditTrailOptions): AuditTrail {
  return {
    async note(note) {
      const at = clock();
      const id = `${String(at).padStart(13, '0')}-${randomBytes(6).toString('hex')}`;
      const entry: AuditEntry = { version: 1, id, at, ...note };
      try {
        await bus.append([{ subject: subjects.audit(note.park), data: JSON.stringify(entry), id: `audit:${id}` }]);
      } catch (error) {
        log.error({ code: codeOf(error), audit: entry }, 'the audit trail could not be written; the entry stands here');
      }
    },
    async *list(query) {
      const { from = 0, to = Number.POSITIVE_INFINITY, before } = query;
      // Ids begin with the time: "at" of the end is before every id at it.
      const end = Number.isFinite(to) ? String(Math.max(0, Math.ceil(to))).padStart(13, '0') : undefined;
      const after = [before, end].filter((each) => each !== undefined).sort()[0];
      const options = { reverse: true, ...(after !== undefined && { after: AUDIT_PREFIX + after }) };
      for await (const { value } of kv.list<AuditEntry>(AUDIT_PREFIX, options)) {
        if (value.at < from) return;
        if (isWanted(value, query)) yield value;
      }
    },
  };
}

function isWanted(entry: AuditEntry, { who, what, where, sees }: AuditQuery): boolean {
  if (!sees(entry)) return false;
  if (what !== undefined && entry.what !== what && !entry.what.startsWith(`${what}.`)) return false;
  if (where !== undefined && !holds(entry.where ?? '', where) && entry.park !== where) return false;
  return who === undefined || holds(entry.who.name, who) || holds(entry.who.id, who);
}

const holds = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase());
