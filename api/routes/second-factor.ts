/** The second factor of the own account: turned on with an authenticator app, off with password and code; an administrator resets that of others. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import { renderQr } from '../../base/qr.ts';
import { enrolmentUri } from '../../people/totp.ts';
import { ByUser, managedAccount } from '../managed-account.ts';
import { identityOf } from '../people-checks.ts';
import { NO_CONTENT, Password } from '../people-schemas.ts';
import { Exact, List, Time } from '../schemas.ts';
import type { SignIn } from '../sign-in.ts';
import type { PeopleOptions } from './users.ts';

const Code = Type.String({ minLength: 1, maxLength: 20, description: 'as the app shows it, or a recovery code' });
const EnrolmentAnswer = Exact({
  secret: Type.String({ description: 'to type where no camera is at hand' }),
  uri: Type.String({ description: '`otpauth://…`, as in the QR code' }),
  qr: Type.String({ description: 'SVG' }),
  until: Time('by then a code must be typed'),
});
export type EnrolmentAnswer = Static<typeof EnrolmentAnswer>;
const RecoveryAnswer = Exact({
  recoveryCodes: List(Type.String(), {
    description: 'each signs in once without the app; shown here and nowhere else',
  }),
});
export type RecoveryAnswer = Static<typeof RecoveryAnswer>;
const ISSUER = '稻渔 daoyu';
const administers = { right: 'administer', park: 'any' } as const;

export const secondFactorRoutes: FastifyPluginAsyncTypebox<PeopleOptions & { readonly signIn: SignIn }> = async (
  app,
  { people, signIn },
) => {
  const { accounts } = people;

  function ownUser(request: FastifyRequest): string {
    const { kind, id, isSession } = identityOf(request);
    if (kind === 'person' && isSession) return id;
    throw new DaoyuError('FORBIDDEN', 'only a person who signed in with an account has a second factor');
  }

  app.post(
    '/me/second-factor',
    {
      config: { access: 'known', problems: ['SIGN_IN_INVALID', 'TOO_MANY_ATTEMPTS'] },
      schema: {
        tags: ['people'],
        summary: 'A secret for an authenticator app; nothing changes until a code of it has been sent by PUT',
        body: Exact({ password: Password }),
        response: { 200: EnrolmentAnswer },
      },
    },
    async (request) => {
      const user = ownUser(request);
      await signIn.prove(user, request.body.password, request.ip);
      const { secret, until } = await accounts.beginSecondFactor(user);
      const uri = enrolmentUri(secret, user, ISSUER);
      return { secret, uri, qr: renderQr(uri), until };
    },
  );

  app.put(
    '/me/second-factor',
    {
      config: { access: 'known', audit: { what: 'account.second-factor' }, problems: ['CODE_INVALID'] },
      schema: {
        tags: ['people'],
        summary: 'Turns the second factor on, with a code of the app; every other session of the account ends',
        body: Exact({ code: Code }),
        response: { 200: RecoveryAnswer },
      },
    },
    async (request, reply) => {
      const { account, recoveryCodes } = await accounts.finishSecondFactor(ownUser(request), request.body.code);
      const { user, epoch } = account;
      await signIn.begin({ kind: 'person', user, epoch }, request, reply);
      request.audited = { where: user, after: { secondFactor: true } };
      return { recoveryCodes: [...recoveryCodes] };
    },
  );

  app.post(
    '/me/second-factor/off',
    {
      config: {
        access: 'known',
        audit: { what: 'account.second-factor' },
        problems: ['SIGN_IN_INVALID', 'CODE_INVALID', 'SECOND_FACTOR_OFF', 'TOO_MANY_ATTEMPTS'],
      },
      schema: {
        tags: ['people'],
        summary: 'Turns the second factor off; every other session of the account ends',
        body: Exact({ password: Password, code: Code }),
        response: { 204: NO_CONTENT },
      },
    },
    async (request, reply) => {
      const user = ownUser(request);
      await signIn.prove(user, request.body.password, request.ip);
      if (accounts.get(user)?.secondFactor === undefined) throw isOff(user);
      await signIn.proveCode(user, request.body.code, request.ip);
      const { epoch } = await accounts.removeSecondFactor(user);
      await signIn.begin({ kind: 'person', user, epoch }, request, reply);
      request.audited = { where: user, after: { secondFactor: false } };
      return reply.code(204).send(null);
    },
  );

  app.delete(
    '/users/:user/second-factor',
    {
      config: {
        access: administers,
        audit: { what: 'account.second-factor' },
        problems: ['PERSON_UNKNOWN', 'SECOND_FACTOR_OFF'],
      },
      schema: {
        tags: ['people'],
        summary: 'Turns the second factor of a person off who lost phone and recovery codes; ends all their sessions',
        params: ByUser,
        response: { 204: NO_CONTENT },
      },
    },
    async (request, reply) => {
      const { user, secondFactor } = managedAccount(request, people);
      if (secondFactor === undefined) throw isOff(user);
      await accounts.removeSecondFactor(user);
      request.audited = { where: user, after: { secondFactor: false } };
      return reply.code(204).send(null);
    },
  );
};

const isOff = (user: string) => new DaoyuError('SECOND_FACTOR_OFF', `${user} has no second factor turned on`);
