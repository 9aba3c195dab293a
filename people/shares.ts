/** Links to one chart for people without an account: read-only, expiring, revocable, and good for that chart only. */
import { DaoyuError } from '../base/errors.ts';
import type { Kv } from '../kv/kv.ts';
import { checkName } from './account.ts';
import type { Identity } from './identity.ts';
import { openRecordSet } from './record-set.ts';
import { digestOf, newSecret } from './secret.ts';

export interface SharedChart {
  readonly park: string;
  readonly site: string;
  readonly kind: string;
  readonly fields: readonly string[];
  /** A fixed range in epoch ms, or the last so many ms before it is opened. */
  readonly span: { readonly from: number; readonly to: number } | { readonly lastMs: number };
}

export interface Share {
  readonly id: string;
  readonly title: string;
  readonly chart: SharedChart;
  readonly createdAt: number;
  readonly createdBy: string;
  /** Its creator; when that person loses the right to share this, the link becomes void. */
  readonly creator: Pick<Identity, 'kind' | 'id'>;
  readonly expiresAt: number;
}

export interface NewShare {
  readonly title: string;
  readonly chart: SharedChart;
  readonly lastsMs: number;
}

export interface Shares {
  /** The code is returned here and nowhere else. Rejects with `ACCOUNT_INVALID`, `PEOPLE_FULL`. */
  make(share: NewShare, by: Identity): Promise<{ readonly share: Share; readonly code: string }>;
  /** Undefined if there is none, it has expired, or its creator may no longer share this. */
  look(code: string): Share | undefined;
  list(): readonly Share[];
  revoke(id: string): Promise<void>;
  close(): void;
}

const MOST = 2000;
const ID_LENGTH = 16;

export async function openShares(
  kv: Kv,
  clock: () => number,
  maySpeakFor: (creator: Share['creator'], park: string) => boolean,
): Promise<Shares> {
  const records = await openRecordSet<Share & { readonly digest: string }>(kv, 'people/share/', MOST);
  const isGood = ({ expiresAt, creator, chart }: Share) => expiresAt > clock() && maySpeakFor(creator, chart.park);
  const shown = ({ digest: _, ...share }: Share & { readonly digest: string }): Share => share;
  const noShare = (id: string) => new DaoyuError('PERSON_UNKNOWN', `there is no share ${id}`);

  return {
    async make({ title, chart, lastsMs }, { kind, id: by, name }) {
      for (const { digest, expiresAt } of records.all()) if (expiresAt <= clock()) await records.remove(digest);
      const code = newSecret();
      const digest = digestOf(code);
      const now = clock();
      const share: Share = {
        ...{ id: digest.slice(0, ID_LENGTH), title: checkName(title), chart },
        ...{ createdAt: now, createdBy: name, creator: { kind, id: by }, expiresAt: now + lastsMs },
      };
      await records.add(digest, { ...share, digest });
      return { share, code };
    },
    look(code) {
      const known = records.get(digestOf(code));
      return known !== undefined && isGood(known) ? shown(known) : undefined;
    },
    list: () =>
      records
        .all()
        .filter(isGood)
        .map(shown)
        .sort((one, other) => other.createdAt - one.createdAt),
    async revoke(id) {
      const known = records.all().find((share) => share.id === id);
      if (known === undefined || !(await records.remove(known.digest))) throw noShare(id);
    },
    close: () => records.close(),
  };
}
