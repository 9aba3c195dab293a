/** The one token that an installation begins with. It is good until somebody revokes it; another one set by whoever runs the server is good again. */
import type { Kv } from '../kv/kv.ts';
import { openRecordSet } from './record-set.ts';
import { digestOf, isSameText } from './secret.ts';

export interface InstallationToken {
  isGood(text: string): boolean;
  /** Whether this is the digest of the token, and that is not revoked. */
  isDigestGood(digest: string): boolean;
  readonly digest: string;
  /** Nobody guesses a generated one; one that people chose may be short. */
  readonly isGuessable: boolean;
  isRevoked(): boolean;
  revoke(by: string): Promise<void>;
  watch(onChange: () => void): () => void;
  close(): void;
}

interface Revocation {
  readonly at: number;
  readonly by: string;
}

const MOST = 1000;
/** Of generated ones, 24 bytes as base64url. */
const UNGUESSABLE_LENGTH = 32;

export async function openInstallationToken(kv: Kv, token: string, clock: () => number): Promise<InstallationToken> {
  const revoked = await openRecordSet<Revocation>(kv, 'people/revoked/', MOST);
  const digest = digestOf(token);
  const isRevoked = () => revoked.get(digest) !== undefined;
  return {
    digest,
    isGuessable: token.length < UNGUESSABLE_LENGTH,
    isGood: (text) => isSameText(text, token) && !isRevoked(),
    isDigestGood: (given) => given === digest && !isRevoked(),
    isRevoked,
    async revoke(by) {
      await revoked.add(digest, { at: clock(), by });
    },
    watch: revoked.watch,
    close: () => revoked.close(),
  };
}
