/** One-time links: to create an account, choose a new password or sign a wall screen in. */
import type { Kv } from '../kv/kv.ts';
import type { Identity } from './identity.ts';
import { openRecordSet } from './record-set.ts';
import type { Grant } from './roles.ts';
import { digestOf, newSecret } from './secret.ts';

export type Purpose =
  /** `isFirst`: for the first administrator, valid only while there is no account. */
  | { readonly is: 'account'; readonly grants: readonly Grant[]; readonly isFirst?: true }
  | { readonly is: 'password'; readonly user: string }
  | { readonly is: 'screen'; readonly screen: string };

export interface Invitation {
  readonly id: string;
  readonly purpose: Purpose;
  readonly createdAt: number;
  /** Shown to people. */
  readonly createdBy: string;
  /** Id of the identity that created it; when that loses a role, its links become void. */
  readonly creator: string;
  readonly expiresAt: number;
}

export interface Invitations {
  make(
    purpose: Purpose,
    by: Pick<Identity, 'id' | 'name'>,
    lastsMs?: number,
  ): Promise<{ readonly invitation: Invitation; readonly code: string }>;
  /** Does not use the link up: chat programs open links to preview them. */
  look(code: string): Invitation | undefined;
  /** Uses the link up: of two callers at the same time only one gets it. */
  take(code: string): Promise<Invitation | undefined>;
  list(): readonly Invitation[];
  revoke(id: string): Promise<boolean>;
  revokeWhere(isMeant: (invitation: Invitation) => boolean): Promise<void>;
  close(): void;
}

export const INVITATION_MS = 3 * 24 * 3_600_000;
const MOST = 1000;
const ID_LENGTH = 16;

export async function openInvitations(kv: Kv, clock: () => number): Promise<Invitations> {
  const records = await openRecordSet<Invitation & { readonly digest: string }>(kv, 'people/invitation/', MOST);
  const isAlive = ({ expiresAt }: Invitation) => expiresAt > clock();
  const shown = ({ digest: _, ...invitation }: Invitation & { readonly digest: string }): Invitation => invitation;

  async function revokeWhere(isMeant: (invitation: Invitation) => boolean): Promise<boolean> {
    const meant = records.all().filter(isMeant);
    for (const { digest } of meant) await records.remove(digest);
    return meant.length > 0;
  }

  return {
    async make(purpose, by, lastsMs = INVITATION_MS) {
      await revokeWhere((each) => !isAlive(each));
      const code = newSecret();
      const digest = digestOf(code);
      const now = clock();
      const times = { createdAt: now, createdBy: by.name, creator: by.id, expiresAt: now + lastsMs };
      const invitation = { id: digest.slice(0, ID_LENGTH), purpose, ...times };
      await records.add(digest, { ...invitation, digest });
      return { invitation, code };
    },
    look(code) {
      const known = records.get(digestOf(code));
      return known !== undefined && isAlive(known) ? shown(known) : undefined;
    },
    async take(code) {
      const taken = await records.take(digestOf(code), isAlive);
      return taken && shown(taken);
    },
    list: () =>
      records
        .all()
        .filter(isAlive)
        .map(shown)
        .sort((one, other) => other.createdAt - one.createdAt),
    revoke: (id) => revokeWhere((each) => each.id === id),
    async revokeWhere(isMeant) {
      await revokeWhere(isMeant);
    },
    close: () => records.close(),
  };
}
