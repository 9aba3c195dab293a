/** The token that an installation starts with. It is valid until revoked; a different one in the settings is valid again. */
import type { Kv } from '../kv/kv.ts';
import { openRecordSet } from './record-set.ts';
import { digestOf, isSameText } from './secret.ts';

export interface InstallationToken {
  isGood(text: string): boolean;
  /** Whether this is the digest of the token and the token is not revoked. */
  isDigestGood(digest: string): boolean;
  readonly digest: string;
  /** A generated token cannot be guessed; one chosen by a person may be short. */
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
/** Length of a generated token, 24 bytes as base64url. */
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
