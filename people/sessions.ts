/** Browser sessions: started by signing in, listed, ended. The browser holds a random secret, the shared state its digest. */
import { codeOf, DaoyuError } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import type { Kv } from '../kv/kv.ts';
import { openRecordSet } from './record-set.ts';
import { digestOf, newSecret } from './secret.ts';

/** The owner of a session. An account or a screen ends all of its sessions by increasing its epoch. */
export type SessionOwner =
  | { readonly kind: 'person'; readonly user: string; readonly epoch: number }
  | { readonly kind: 'screen'; readonly screen: string; readonly epoch: number }
  /** Started by a start-up link, or by the installation's token and then operator for some hours. */
  | { readonly kind: 'link'; readonly operatorUntil?: number; readonly tokenDigest?: string };

export interface Session {
  readonly owner: SessionOwner;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly seenAt: number;
  readonly address: string;
  /** What the browser calls itself, cut short. */
  readonly agent: string;
}

export interface ListedSession extends Session {
  /** Identifies the session; not a secret. */
  readonly id: string;
}

export interface Browser {
  readonly address: string;
  readonly agent: string;
}

export interface Sessions {
  /** Always a new secret, against session fixation: one that a browser sent is never used. */
  begin(owner: SessionOwner, browser: Browser): Promise<{ readonly secret: string; readonly expiresAt: number }>;
  /** Undefined if there is none or it has expired. */
  find(secret: string): ListedSession | undefined;
  list(): readonly ListedSession[];
  end(id: string): Promise<boolean>;
  endWhere(isMeant: (session: ListedSession) => boolean): Promise<number>;
  /** Records now and then that it is in use, which also extends a screen's session. */
  touch(session: ListedSession): void;
  watch(onChange: () => void): () => void;
  close(): Promise<void>;
}

const DAY = 24 * 3_600_000;
/** ASVS 3.3.2: people sign in again after 30 days. Nobody types at a wall screen. */
const LASTS_MS = { person: 30 * DAY, link: 30 * DAY, screen: 390 * DAY } as const;
const TOUCH_EVERY_MS = 15 * 60_000;
const TIDY_EVERY_MS = 6 * 3_600_000;
const MOST = 20_000;
const ID_LENGTH = 16;

export async function openSessions(kv: Kv, clock: () => number, log: Pick<Log, 'warn'>): Promise<Sessions> {
  const records = await openRecordSet<Session & { readonly digest: string }>(kv, 'people/session/', MOST);
  const idOf = (digest: string) => digest.slice(0, ID_LENGTH);
  const isAlive = ({ expiresAt }: Session) => expiresAt > clock();
  const shown = ({ digest, ...session }: Session & { readonly digest: string }): ListedSession => ({
    ...session,
    id: idOf(digest),
  });
  const touching = new Set<string>();

  async function tidy(): Promise<void> {
    for (const session of records.all()) if (!isAlive(session)) await records.remove(session.digest);
  }
  const timer = setInterval(() => {
    tidy().catch((error: unknown) => log.warn({ code: codeOf(error) }, 'old sessions cannot be removed'));
  }, TIDY_EVERY_MS);
  timer.unref();

  async function endWhere(isMeant: (session: ListedSession) => boolean): Promise<number> {
    let count = 0;
    for (const session of records.all())
      if (isMeant(shown(session)) && (await records.remove(session.digest))) count += 1;
    return count;
  }

  return {
    async begin(owner, { address, agent }) {
      const secret = newSecret();
      const digest = digestOf(secret);
      const now = clock();
      const expiresAt = now + LASTS_MS[owner.kind];
      const times = { createdAt: now, expiresAt, seenAt: now };
      await records.add(digest, { digest, owner, ...times, address, agent: agent.slice(0, 200) });
      return { secret, expiresAt };
    },
    find(secret) {
      const known = records.get(digestOf(secret));
      return known !== undefined && isAlive(known) ? shown(known) : undefined;
    },
    list: () => records.all().filter(isAlive).map(shown),
    end: async (id) => (await endWhere((session) => session.id === id)) > 0,
    endWhere,
    touch(session) {
      if (clock() - session.seenAt < TOUCH_EVERY_MS || touching.has(session.id)) return;
      const known = records.all().find(({ digest }) => idOf(digest) === session.id);
      if (known === undefined) return;
      touching.add(session.id);
      const seenAt = clock();
      const renewed = known.owner.kind === 'screen' ? { expiresAt: seenAt + LASTS_MS.screen } : {};
      records
        .change(
          known.digest,
          () => new DaoyuError('PERSON_UNKNOWN', 'the session has ended'),
          (now) => ({ ...now, seenAt, ...renewed }),
        )
        // The session has ended or the shared state is unavailable: it is recorded another time.
        .catch(() => undefined)
        .finally(() => touching.delete(session.id));
    },
    watch: records.watch,
    async close() {
      clearInterval(timer);
      records.close();
    },
  };
}
