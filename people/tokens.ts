/** Tokens of programs: each with a name, roles and an expiry, shown once, kept as a digest. */
import { DaoyuError } from '../base/errors.ts';
import type { Kv } from '../kv/kv.ts';
import { checkGrants, checkName } from './account.ts';
import { openRecordSet } from './record-set.ts';
import type { Grant } from './roles.ts';
import { digestOf, isSameText, newId, newSecret } from './secret.ts';

export interface ProgramToken {
  readonly id: string;
  /** What it is for, e.g. `grafana`. */
  readonly name: string;
  readonly grants: readonly Grant[];
  readonly digest: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt: number;
}

export interface NewToken {
  readonly name: string;
  readonly grants: readonly Grant[];
  readonly expiresAt: number;
}

export interface Tokens {
  /** The text is returned here and nowhere else. Rejects with `ACCOUNT_INVALID`, `PEOPLE_FULL`. */
  make(token: NewToken, by: string): Promise<{ readonly token: ProgramToken; readonly text: string }>;
  /** The token with this text; undefined if there is none or it has expired. */
  prove(text: string): ProgramToken | undefined;
  get(id: string): ProgramToken | undefined;
  list(): readonly ProgramToken[];
  revoke(id: string): Promise<boolean>;
  watch(onChange: () => void): () => void;
  close(): void;
}

const DAY = 24 * 3_600_000;
const LONGEST_MS = 2 * 366 * DAY;
const MOST = 1000;
/** Prefix that secret scanners recognise, and that tells it from the installation's token. */
const FORM = /^daoyu_([0-9a-f]{16})_([\w-]{32})$/;

/** The id in a token's text, whether or not the token is valid. */
export const tokenIdIn = (text: string): string | undefined => FORM.exec(text)?.[1];

export async function openTokens(kv: Kv, clock: () => number): Promise<Tokens> {
  const records = await openRecordSet<ProgramToken>(kv, 'people/token/', MOST);

  return {
    async make({ name, grants, expiresAt }, by) {
      const now = clock();
      if (!(expiresAt > now && expiresAt <= now + LONGEST_MS))
        throw new DaoyuError('ACCOUNT_INVALID', 'expiresAt must lie in the future, at most two years away');
      const id = newId();
      const text = `daoyu_${id}_${newSecret()}`;
      const token: ProgramToken = {
        ...{ id, name: checkName(name), grants: checkGrants(grants), digest: digestOf(text) },
        ...{ createdAt: now, createdBy: by, expiresAt },
      };
      await records.add(id, token);
      return { token, text };
    },
    prove(text) {
      const token = records.get(tokenIdIn(text) ?? '');
      if (token === undefined || token.expiresAt <= clock()) return undefined;
      return isSameText(digestOf(text), token.digest) ? token : undefined;
    },
    get: (id) => records.get(id),
    list: () => [...records.all()].sort((one, other) => other.createdAt - one.createdAt),
    revoke: (id) => records.remove(id),
    watch: records.watch,
    close: () => records.close(),
  };
}
