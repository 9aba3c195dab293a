/** Sign-in of browsers by start-up link, the installation's token, user name and password (and code), or invitation. Each starts a new session. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DaoyuError } from '../base/errors.ts';
import type { Account } from '../people/account.ts';
import type { Invitation } from '../people/invitations.ts';
import type { People } from '../people/people.ts';
import { EVERY_PARK } from '../people/roles.ts';
import { digestOf } from '../people/secret.ts';
import type { SessionOwner } from '../people/sessions.ts';
import { createThrottle, type Throttle } from '../people/throttle.ts';
import { stepOf } from '../people/totp.ts';
import { COOKIE } from './authenticate.ts';
import { createCodeTickets } from './code-tickets.ts';

/** Codes of start-up links: each valid once within an hour, on any process. */
export interface CodeBook {
  make(): Promise<string>;
  /** Whether it is valid; uses it up. */
  take(code: string): Promise<boolean>;
}

export interface SignIn {
  /** A read-only session. Rejects with `SIGN_IN_INVALID`. */
  byLink(code: string, request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** A session that may operate for twelve hours. Rejects with `SIGN_IN_INVALID`, `TOO_MANY_ATTEMPTS`. */
  byToken(token: string, request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Rejects with `SIGN_IN_INVALID`, `TOO_MANY_ATTEMPTS`. */
  byPassword(user: string, password: string, request: FastifyRequest, reply: FastifyReply): Promise<SignedIn>;
  /** For an account whose person was recognised: a session, or a ticket where the account has a second factor. */
  asPerson(account: Account, request: FastifyRequest, reply: FastifyReply): Promise<SignedIn>;
  /** The second half, for a ticket. Rejects with `SIGN_IN_INVALID`, `CODE_INVALID`, `TOO_MANY_ATTEMPTS`. */
  byCode(ticket: string, code: string, request: FastifyRequest, reply: FastifyReply): Promise<Account>;
  /** The user of a ticket that is still good. */
  userOf(ticket: string): string | undefined;
  /** Uses a code of the second factor up. Rejects with `CODE_INVALID`, `TOO_MANY_ATTEMPTS`. */
  proveCode(user: string, code: string, address: string): Promise<Account>;
  /** For somebody who has just proved their identity in another way. */
  begin(owner: SessionOwner, request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Checks a password as signing in does, without starting a session. */
  prove(user: string, password: string, address: string): Promise<Account>;
  signOut(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** A wall screen's cookie lasts as long as it is used. */
  renewCookie(request: FastifyRequest, reply: FastifyReply): void;
  /** The invitation of this browser to create the first account, while there is none. */
  firstInvitation(request: FastifyRequest): { readonly code: string; readonly invitation: Invitation } | undefined;
}

export interface SignedIn {
  readonly account: Account;
  /** Present: no session yet, a code is needed with it. */
  readonly ticket?: string;
}

export interface SignInOptions {
  readonly people: People;
  readonly sessionSecret: string;
  readonly codes: CodeBook;
  readonly clock: () => number;
  readonly tokenThrottle: Throttle;
}

/** Long enough for a shift; an unattended screen becomes read-only again. */
const OPERATOR_MS = 12 * 3_600_000;
const FIRST_COOKIE = 'daoyu_first';
const FIRST_MS = 3_600_000;
const STARTER = { id: '', name: 'start-up link' } as const;
const INSTALLATION = 'installation';
/** No user name is longer; a longer text may be a password typed into the wrong field. */
const LONGEST_USER = 64;
/** Of a million codes three are right at any time: at this rate somebody who knows the password needs two years for even odds. */
const CODES_PER_HOUR = 15;

export function createSignIn({ people, sessionSecret, codes, clock, tokenThrottle }: SignInOptions): SignIn {
  const throttle = createThrottle({ clock });
  const codeThrottle = createThrottle({ clock, maxPerHour: CODES_PER_HOUR });
  const tickets = createCodeTickets(sessionSecret, clock);
  const userOf = (ticket: string) => tickets.read(ticket, people.accounts.get);

  async function begin(owner: SessionOwner, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    // Ends the browser's previous session.
    await endOwn(request);
    const browser = { address: request.ip, agent: request.headers['user-agent'] ?? '' };
    const { secret, expiresAt } = await people.sessions.begin(owner, browser);
    setSession(request, reply, secret, expiresAt - clock());
  }

  async function endOwn(request: FastifyRequest): Promise<void> {
    const own = people.sessions.find(request.cookies[COOKIE] ?? '');
    if (own !== undefined) await people.sessions.end(own.id);
  }

  /** A browser with the start-up link or the token may create the first account for an hour. */
  async function inviteFirst(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (people.accounts.list().length > 0) return;
    const grants = [{ role: 'admin', park: EVERY_PARK }] as const;
    const { code } = await people.invitations.make({ is: 'account', grants, isFirst: true }, STARTER, FIRST_MS);
    void reply.setCookie(FIRST_COOKIE, code, {
      ...{ httpOnly: true, sameSite: 'strict', path: '/', maxAge: FIRST_MS / 1000 },
      secure: request.protocol === 'https',
    });
  }

  async function prove(user: string, password: string, address: string): Promise<Account> {
    const credential = `user:${user.trim().toLowerCase().slice(0, LONGEST_USER)}`;
    const attempt = { credential, address, secret: password };
    throttle.begin(attempt);
    const account = await people.accounts.prove(user.trim().toLowerCase(), password);
    if (account === undefined) throw new DaoyuError('SIGN_IN_INVALID', 'user name or password is wrong');
    throttle.succeeded(attempt);
    return account;
  }

  async function proveCode(user: string, code: string, address: string): Promise<Account> {
    // A wrong code may be right later, so the same one is a new guess at another time.
    const attempt = { credential: `code:${user}`, address, secret: `${code} ${stepOf(clock())}` };
    codeThrottle.begin(attempt);
    const account = await people.accounts.proveCode(user, code);
    if (account === undefined)
      throw new DaoyuError(
        'CODE_INVALID',
        'the code is wrong or was used before: take the next one that the app shows',
      );
    codeThrottle.succeeded(attempt);
    return account;
  }

  async function asPerson(account: Account, request: FastifyRequest, reply: FastifyReply): Promise<SignedIn> {
    if (account.secondFactor !== undefined) return { account, ticket: tickets.make(account) };
    await begin({ kind: 'person', user: account.user, epoch: account.epoch }, request, reply);
    return { account };
  }

  return {
    async byLink(code, request, reply) {
      if (!(await codes.take(code))) {
        throw new DaoyuError(
          'SIGN_IN_INVALID',
          'this sign-in link was used before or is too old; start the platform again for a new one, or sign in with an account or the API token',
        );
      }
      await begin({ kind: 'link' }, request, reply);
      await inviteFirst(request, reply);
    },
    async byToken(token, request, reply) {
      const attempt = { credential: INSTALLATION, address: request.ip, secret: token };
      tokenThrottle.begin(attempt);
      if (!people.installation.isGood(token)) throw new DaoyuError('SIGN_IN_INVALID', 'the token is wrong or revoked');
      tokenThrottle.succeeded(attempt);
      const owner = { kind: 'link', operatorUntil: clock() + OPERATOR_MS, tokenDigest: digestOf(token) } as const;
      await begin(owner, request, reply);
      await inviteFirst(request, reply);
    },
    async byPassword(user, password, request, reply) {
      return await asPerson(await prove(user, password, request.ip), request, reply);
    },
    asPerson,
    async byCode(ticket, code, request, reply) {
      const user = userOf(ticket);
      if (user === undefined)
        throw new DaoyuError('SIGN_IN_INVALID', 'more than five minutes have passed: sign in again from the beginning');
      const account = await proveCode(user, code, request.ip);
      await begin({ kind: 'person', user, epoch: account.epoch }, request, reply);
      return account;
    },
    userOf,
    proveCode,
    begin,
    prove,
    async signOut(request, reply) {
      await endOwn(request);
      void reply.clearCookie(COOKIE, { path: '/' });
    },
    renewCookie(request, reply) {
      const secret = request.cookies[COOKIE] ?? '';
      const session = people.sessions.find(secret);
      if (session?.owner.kind === 'screen') setSession(request, reply, secret, session.expiresAt - clock());
    },
    firstInvitation(request) {
      const code = request.cookies[FIRST_COOKIE];
      const invitation = code === undefined ? undefined : people.invitations.look(code);
      if (code === undefined || invitation === undefined || people.accounts.list().length > 0) return undefined;
      return { code, invitation };
    },
  };
}

function setSession(
  request: Pick<FastifyRequest, 'protocol'>,
  reply: FastifyReply,
  secret: string,
  lastsMs: number,
): void {
  void reply.setCookie(COOKIE, secret, {
    httpOnly: true,
    // Not `strict`: a link pasted into a chat must open the same view. A GET never changes anything.
    sameSite: 'lax',
    path: '/',
    maxAge: Math.floor(lastsMs / 1000),
    secure: request.protocol === 'https',
  });
}
