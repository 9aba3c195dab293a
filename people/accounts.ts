/** Accounts: add, change, remove, check passwords. The last administrator cannot be removed. */
import { DaoyuError } from '../base/errors.ts';
import type { Kv } from '../kv/kv.ts';
import {
  type Account,
  type AccountChange,
  changedAccount,
  checkEmail,
  checkGrants,
  checkName,
  checkUser,
  type Subject,
} from './account.ts';
import { checkPassword, hashPassword, isOutdated, type PasswordCost, verifyPassword } from './password.ts';
import { openRecordSet } from './record-set.ts';
import { allows, type Grant } from './roles.ts';
import { beginEnrolment, type Enrolment, finishEnrolment, takeCode } from './second-factor.ts';

export interface NewAccount {
  readonly user: string;
  readonly name: string;
  readonly grants: readonly Grant[];
  /** Absent: the person chooses one through their link. */
  readonly password?: string;
  readonly email?: string | undefined;
  readonly subject?: Subject;
}

export interface Accounts {
  get(user: string): Account | undefined;
  /** By user name. */
  list(): readonly Account[];
  /** Rejects with `ACCOUNT_EXISTS`, `ACCOUNT_INVALID`, `PASSWORD_WEAK`. */
  add(account: NewAccount, by: string): Promise<Account>;
  /** Rejects with `PERSON_UNKNOWN`, `ACCOUNT_INVALID`, `LAST_ADMIN`. */
  change(user: string, change: AccountChange): Promise<Account>;
  /** Ends all sessions of the account. Rejects with `PERSON_UNKNOWN`, `PASSWORD_WEAK`. */
  setPassword(user: string, password: string): Promise<Account>;
  /** Rejects with `PERSON_UNKNOWN`, `LAST_ADMIN`. */
  remove(user: string): Promise<void>;
  /** Ends all sessions. */
  signOutEverywhere(user: string): Promise<Account>;
  /** The account, if the password is right. Takes equally long for an unknown user name. */
  prove(user: string, password: string): Promise<Account | undefined>;
  /** A secret for an authenticator app; nothing is asked for until a code of it has been typed. Rejects with `PERSON_UNKNOWN`. */
  beginSecondFactor(user: string): Promise<Enrolment>;
  /** Ends all other sessions. Answers recovery codes, once. Rejects with `CODE_INVALID`, `PERSON_UNKNOWN`. */
  finishSecondFactor(
    user: string,
    code: string,
  ): Promise<{ readonly account: Account; readonly recoveryCodes: readonly string[] }>;
  /** Uses a code up: of two callers with the same code, on any process, one gets the account. */
  proveCode(user: string, code: string): Promise<Account | undefined>;
  /** Ends all sessions. Rejects with `PERSON_UNKNOWN`. */
  removeSecondFactor(user: string): Promise<Account>;
  /** From now on this subject alone signs in through the identity provider. Rejects with `PERSON_UNKNOWN`, `ACCOUNT_BOUND`. */
  bind(user: string, subject: Subject): Promise<Account>;
  /** Whether any account administers all parks. */
  hasAdmin(except?: string): boolean;
  watch(onChange: () => void): () => void;
  close(): void;
}

export interface AccountsOptions {
  readonly kv: Kv;
  readonly clock: () => number;
  readonly cost: PasswordCost;
  /** Whether the installation's token is valid, with which one can administer without an account. */
  readonly hasOtherAdmin: () => boolean;
}

const MOST = 5000;
/** Hashes waiting at one time: each takes 32 MiB and a thread of the pool that writes of the log need too. */
const MOST_WAITING = 50;

export async function openAccounts({ kv, clock, cost, hasOtherAdmin }: AccountsOptions): Promise<Accounts> {
  const records = await openRecordSet<Account>(kv, 'people/account/', MOST);
  const oneAtATime = createQueue(MOST_WAITING);
  /** Checked for unknown user names, so that the response time reveals nothing. */
  const decoy = await hashPassword('nobody has this password', cost);

  const isAdmin = ({ grants, passwordHash, subject }: Account) =>
    (passwordHash !== undefined || subject !== undefined) && allows(grants, 'administer');
  const hasAdmin = (except?: string) => records.all().some((each) => each.user !== except && isAdmin(each));

  function checkNotLast(user: string): void {
    if (hasAdmin(user) || hasOtherAdmin()) return;
    throw new DaoyuError('LAST_ADMIN', `${user} is the last administrator of all parks: appoint another one first`);
  }

  function known(user: string): Account {
    const account = records.get(user);
    if (account === undefined) throw noAccount(user);
    return account;
  }

  async function hashOf(user: string, name: string, password: string): Promise<string> {
    checkPassword(password, [user, name]);
    return await oneAtATime(() => hashPassword(password, cost));
  }

  return {
    get: (user) => records.get(user),
    list: () => [...records.all()].sort((one, other) => (one.user < other.user ? -1 : 1)),
    async add({ user, name: given, grants, password, email, subject }, by) {
      checkUser(user);
      const name = checkName(given);
      const exists = () => new DaoyuError('ACCOUNT_EXISTS', `the user name ${user} is taken: choose another`);
      if (records.get(user) !== undefined) throw exists();
      const account: Account = {
        ...{ user, name, grants: checkGrants(grants), epoch: clock(), createdAt: clock(), createdBy: by },
        // Choosing a password counts as a sign-in.
        ...(password !== undefined && { passwordHash: await hashOf(user, name, password), lastSignInAt: clock() }),
        ...(email !== undefined && { email: checkEmail(email) }),
        ...(subject !== undefined && { subject, lastSignInAt: clock() }),
      };
      if (await records.add(user, account)) return account;
      throw exists();
    },
    async change(user, change) {
      const next = changedAccount(known(user), change);
      if (isAdmin(known(user)) && !isAdmin(next)) checkNotLast(user);
      return await records.change(
        user,
        () => noAccount(user),
        (account) => changedAccount(account, change),
      );
    },
    async setPassword(user, password) {
      const passwordHash = await hashOf(user, known(user).name, password);
      return await records.change(
        user,
        () => noAccount(user),
        (account) => ({ ...account, passwordHash, epoch: account.epoch + 1, lastSignInAt: clock() }),
      );
    },
    async remove(user) {
      if (isAdmin(known(user))) checkNotLast(user);
      await records.remove(user);
    },
    signOutEverywhere: (user) =>
      records.change(
        user,
        () => noAccount(user),
        (account) => ({ ...account, epoch: account.epoch + 1 }),
      ),
    async prove(user, password) {
      const account = records.get(user);
      const { passwordHash } = account ?? {};
      const isRight = await oneAtATime(() => verifyPassword(password, passwordHash ?? decoy));
      if (!isRight || account === undefined || passwordHash === undefined) return undefined;
      const better = isOutdated(passwordHash, cost)
        ? { passwordHash: await oneAtATime(() => hashPassword(password, cost)) }
        : {};
      return await records.change(
        user,
        () => noAccount(user),
        // Keeps a password that was changed meanwhile.
        (now) => ({ ...now, ...(now.passwordHash === passwordHash && better), lastSignInAt: clock() }),
      );
    },
    async beginSecondFactor(user) {
      const enrolment = beginEnrolment(clock());
      await records.change(
        user,
        () => noAccount(user),
        (account) => ({ ...account, enrolment }),
      );
      return enrolment;
    },
    async finishSecondFactor(user, code) {
      let recoveryCodes: readonly string[] | undefined;
      const account = await records.change(
        user,
        () => noAccount(user),
        ({ enrolment, ...rest }) => {
          const finished = enrolment && finishEnrolment(enrolment, code, clock());
          recoveryCodes = finished?.recoveryCodes;
          return finished && { ...rest, secondFactor: finished.factor, epoch: rest.epoch + 1 };
        },
      );
      if (recoveryCodes === undefined)
        throw new DaoyuError(
          'CODE_INVALID',
          'this is not the code that the app shows now: check the clock of the phone, or scan a new QR code if 15 minutes have passed',
        );
      return { account, recoveryCodes };
    },
    async proveCode(user, code) {
      let isRight = false;
      const account = await records.change(
        user,
        () => noAccount(user),
        (known) => {
          const used = known.secondFactor && takeCode(known.secondFactor, code, clock());
          isRight = used !== undefined;
          return used && { ...known, secondFactor: used };
        },
      );
      return isRight ? account : undefined;
    },
    removeSecondFactor: (user) =>
      records.change(
        user,
        () => noAccount(user),
        ({ secondFactor: _, enrolment: __, ...account }) => ({ ...account, epoch: account.epoch + 1 }),
      ),
    bind: (user, subject) =>
      records.change(
        user,
        () => noAccount(user),
        (account) => {
          if (account.subject !== undefined && !isSameSubject(account.subject, subject))
            throw new DaoyuError('ACCOUNT_BOUND', `${user} is bound to another person at the identity provider`);
          return { ...account, subject, lastSignInAt: clock() };
        },
      ),
    hasAdmin,
    watch: records.watch,
    close: () => records.close(),
  };
}

export const isSameSubject = (one: Subject | undefined, other: Subject): boolean =>
  one?.issuer === other.issuer && one.sub === other.sub;

export const noAccount = (user: string) => new DaoyuError('PERSON_UNKNOWN', `there is no account ${user}`);

/** Runs one at a time; refuses new work when too many are waiting. */
function createQueue(mostWaiting: number): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async (work) => {
    if (waiting >= mostWaiting)
      throw new DaoyuError(
        'TOO_MANY_REQUESTS',
        'too many people are signing in at this moment: try again in a few seconds',
      );
    waiting += 1;
    const mine = last.then(work).finally(() => {
      waiting -= 1;
    });
    last = mine.catch(() => undefined);
    return await mine;
  };
}
