/** Everyone with access to an installation: accounts and their sessions, programs, wall screens, shares and invitations. */
import type { Log } from '../base/logger.ts';
import type { Kv } from '../kv/kv.ts';
import { type Accounts, openAccounts } from './accounts.ts';
import type { Identity } from './identity.ts';
import { type InstallationToken, openInstallationToken } from './installation-token.ts';
import { type Invitations, openInvitations } from './invitations.ts';
import { PASSWORD_COST, type PasswordCost } from './password.ts';
import { allows, EVERY_PARK, type Grant } from './roles.ts';
import { openScreens, type Screens } from './screens.ts';
import { type ListedSession, openSessions, type Sessions } from './sessions.ts';
import { openShares, type Share, type Shares } from './shares.ts';
import { openTokens, type Tokens } from './tokens.ts';

export interface People {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly screens: Screens;
  readonly invitations: Invitations;
  readonly shares: Shares;
  readonly installation: InstallationToken;
  /** The identity behind a bearer token. */
  byToken(text: string): Identity | undefined;
  /** The identity behind a session's secret. */
  bySession(secret: string): Identity | undefined;
  /** Whether a session is still valid: its account or screen may have changed. */
  isGood(session: ListedSession): boolean;
  /** Calls `onChange` after any change of somebody's rights, on any process. */
  watch(onChange: () => void): () => void;
  close(): Promise<void>;
}

export interface PeopleOptions {
  readonly kv: Kv;
  /** The one bearer token of the installation. */
  readonly token: string;
  readonly clock: () => number;
  readonly log: Pick<Log, 'warn'>;
  /** Lower in tests only. */
  readonly cost?: PasswordCost;
}

/** Name shown in alarms and commands for identities without a person. */
export const SOMEBODY = 'operator';
const ALL_OF_IT: readonly Grant[] = [{ role: 'admin', park: EVERY_PARK }];
const OPERATES: readonly Grant[] = [{ role: 'operator', park: EVERY_PARK }];
const READS: readonly Grant[] = [{ role: 'viewer', park: EVERY_PARK }];

export async function openPeople({ kv, token, clock, log, cost = PASSWORD_COST }: PeopleOptions): Promise<People> {
  const installation = await openInstallationToken(kv, token, clock);
  const hasOtherAdmin = () => !installation.isRevoked();
  const accounts = await openAccounts({ kv, clock, cost, hasOtherAdmin });
  const sessions = await openSessions(kv, clock, log);
  const tokens = await openTokens(kv, clock);
  const screens = await openScreens(kv, clock);
  const invitations = await openInvitations(kv, clock);
  const shares = await openShares(kv, clock, maySpeakFor);
  const parts = [installation, accounts, tokens, screens, sessions] as const;

  /** A share ends when its creator leaves or loses the right to share. */
  function maySpeakFor({ kind, id }: Share['creator'], park: string): boolean {
    if (kind === 'person') return allows(accounts.get(id)?.grants ?? [], 'share', park);
    if (kind === 'program') return allows(tokens.get(id)?.grants ?? [], 'share', park);
    return true;
  }

  function ownerOf({ owner, id: session }: ListedSession): Identity | undefined {
    const isSession = true;
    switch (owner.kind) {
      case 'person': {
        const account = accounts.get(owner.user);
        if (account === undefined || account.epoch !== owner.epoch) return undefined;
        return { kind: 'person', id: account.user, name: account.name, grants: account.grants, isSession, session };
      }
      case 'screen': {
        const screen = screens.get(owner.screen);
        if (screen === undefined || screen.epoch !== owner.epoch) return undefined;
        return { kind: 'screen', id: screen.id, name: screen.name, grants: screen.grants, isSession, session };
      }
      case 'link': {
        const { operatorUntil = 0, tokenDigest } = owner;
        // The token has been revoked or replaced since it was typed.
        if (tokenDigest !== undefined && !installation.isDigestGood(tokenDigest)) return undefined;
        return linkIdentity(session, operatorUntil, clock());
      }
    }
  }

  return {
    ...{ accounts, sessions, tokens, screens, invitations, shares, installation },
    byToken(text) {
      if (installation.isGood(text))
        return { kind: 'installation', id: 'installation', name: SOMEBODY, grants: ALL_OF_IT, isSession: false };
      const program = tokens.prove(text);
      if (program === undefined) return undefined;
      return { kind: 'program', id: program.id, name: program.name, grants: program.grants, isSession: false };
    },
    bySession(secret) {
      const session = sessions.find(secret);
      const identity = session && ownerOf(session);
      if (session !== undefined && identity !== undefined) sessions.touch(session);
      return identity;
    },
    isGood: (session) => ownerOf(session) !== undefined,
    watch(onChange) {
      const ends = parts.map((part) => part.watch(onChange));
      return () => {
        for (const end of ends) end();
      };
    },
    async close() {
      for (const part of [shares, invitations, screens, tokens, accounts, installation]) part.close();
      await sessions.close();
    },
  };
}

/** A browser that signed in by the start-up link or the installation's token. */
export function linkIdentity(session: string, operatorUntil: number, now: number): Identity {
  const isOperator = operatorUntil > now;
  return {
    ...{ kind: 'link', id: session, name: SOMEBODY, isSession: true, session },
    grants: isOperator ? OPERATES : READS,
    ...(isOperator && { operatorUntil }),
  };
}
