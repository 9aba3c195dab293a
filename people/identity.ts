/** Who makes a request, however they signed in. */
import type { Grant } from './roles.ts';

/**
 * `person`: signed in with an account · `program`: a token of its own · `screen`: a wall screen · `installation`: the one token of the
 * installation · `link`: a browser that opened the start-up link, or typed the installation's token.
 */
export const IDENTITY_KINDS = ['person', 'program', 'screen', 'installation', 'link'] as const;

export interface Identity {
  readonly kind: (typeof IDENTITY_KINDS)[number];
  /** User name of a person, id of a token, a screen or a session. */
  readonly id: string;
  /** Shown to people: beside an acknowledgement, in the audit trail. */
  readonly name: string;
  readonly grants: readonly Grant[];
  /** Authenticated by cookie, which browsers send on their own: changes are accepted from our own page only. */
  readonly isSession: boolean;
  /** Id of the session, as listed. */
  readonly session?: string;
  /** Epoch ms until which a browser that typed the installation's token acts as operator. */
  readonly operatorUntil?: number;
}

/** Equal for equal rights of the same holder; open streams end when it changes. */
export const fingerprintOf = ({ kind, id, grants, session }: Identity): string =>
  JSON.stringify([kind, id, session, grants]);
