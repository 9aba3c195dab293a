/** The ways in and out for browsers: a start-up link, user name and password, the API token, an invitation; and signing out. */
import formBody from 'node:querystring';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { codeOf, DaoyuError } from '../../base/errors.ts';
import { acceptInvitation } from '../../people/accept-invitation.ts';
import type { Invitation } from '../../people/invitations.ts';
import type { People } from '../../people/people.ts';
import { TooManyAttempts } from '../../people/throttle.ts';
import { joinPage, voidPage } from '../join-page.ts';
import { STATUS } from '../problem.ts';
import type { SignIn } from '../sign-in.ts';
import { signInPage } from '../sign-in-page.ts';

interface Options {
  readonly people: People;
  readonly signIn: SignIn;
}

const Code = Type.String({ maxLength: 100 });
const Query = Type.Object({ code: Type.Optional(Code) }, { additionalProperties: false });
const Typed = Type.Optional(Type.String({ maxLength: 512 }));
/** What people read; codes and sentences of the API are for programs. */
const WORDS: Readonly<Record<string, string>> = {
  SIGN_IN_INVALID: '用户名或密码不对 wrong user name or password',
  PASSWORD_WEAK: '密码太弱 the password is too weak',
  ACCOUNT_EXISTS: '用户名已被占用 this user name is taken',
  ACCOUNT_INVALID: '用户名或姓名不合要求 user name or name does not fit',
  PEOPLE_FULL: '账号已满 there are too many accounts',
};

export const entryRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { people, signIn }) => {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 4096 },
    (_request, body, done) => done(null, { ...formBody.parse(String(body)) }),
  );
  // A form of another site must not sign a browser in as somebody else, nor out. Browsers that say nothing are let through: there is a secret in the form.
  app.addHook('preValidation', async (request) => {
    const site = request.headers['sec-fetch-site'];
    if (request.method === 'POST' && site !== undefined && site !== 'same-origin' && site !== 'none')
      throw new DaoyuError('FORBIDDEN', 'this form is taken from our own page only');
  });
  const hasAccounts = () => people.accounts.list().length > 0;
  const html = (reply: FastifyReply) => reply.type('text/html; charset=utf-8').header('cache-control', 'no-store');

  /** Whoever signed in by now is who did it. */
  function noteSignIn(request: FastifyRequest, kind: string, id: string, name: string): void {
    request.audited = { who: { kind, id, name } };
  }

  app.get(
    '/sign-in',
    // No HEAD beside it: a preview of the link in a chat must not use it up.
    {
      exposeHeadRoute: false,
      config: { access: 'anyone', audit: { what: 'sign-in', when: ({ audited }) => audited !== undefined } },
      schema: { hide: true, querystring: Query },
    },
    async (request, reply) => {
      const { code } = request.query;
      void html(reply);
      if (code === undefined) return reply.send(signInPage({ hasAccounts: hasAccounts() }));
      try {
        await signIn.byLink(code, request, reply);
      } catch (error) {
        if (codeOf(error) !== 'SIGN_IN_INVALID') throw error;
        noteFailure(request, 'link', '');
        return reply.code(403).send(signInPage({ problem: (error as Error).message, hasAccounts: hasAccounts() }));
      }
      noteSignIn(request, 'link', '', 'start-up link');
      return reply.redirect('/');
    },
  );

  app.post(
    '/sign-in',
    {
      config: { access: 'anyone', audit: { what: 'sign-in' } },
      schema: {
        hide: true,
        body: Type.Object(
          { token: Type.Optional(Type.String({ maxLength: 200 })), user: Typed, password: Typed },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const { token, user = '', password = '' } = request.body;
      try {
        if (token === undefined) {
          const account = await signIn.byPassword(user, password, request, reply);
          noteSignIn(request, 'person', account.user, account.name);
        } else {
          await signIn.byToken(token.trim(), request, reply);
          noteSignIn(request, 'link', '', 'API token');
        }
      } catch (error) {
        const account = people.accounts.get(user.trim().toLowerCase());
        if (token === undefined) noteFailure(request, 'stranger', account?.user ?? '', codeOf(error));
        else noteFailure(request, 'stranger', 'API token', codeOf(error));
        const problem =
          token !== undefined && codeOf(error) === 'SIGN_IN_INVALID' ? 'wrong token 令牌不对' : wordsOf(error);
        return refused(reply, error).send(signInPage({ problem, user: user.slice(0, 32), hasAccounts: hasAccounts() }));
      }
      return reply.redirect('/', 303);
    },
  );

  app.post(
    '/sign-out',
    {
      config: { access: 'known', audit: { what: 'sign-out' } },
      schema: { hide: true, body: Type.Optional(Type.Unknown()) },
    },
    async (request, reply) => {
      await signIn.signOut(request, reply);
      return reply.redirect('/sign-in', 303);
    },
  );

  app.get(
    '/join',
    { exposeHeadRoute: false, config: { access: 'anyone' }, schema: { hide: true, querystring: Query } },
    async (request, reply) => {
      const found = invitationOf(request, request.query.code);
      if (found === undefined) return html(reply).code(410).send(voidPage());
      return html(reply).send(
        joinPage({ purpose: found.invitation.purpose, code: found.code, ...nameIn(found.invitation) }),
      );
    },
  );

  app.post(
    '/join',
    {
      config: { access: 'anyone', audit: { what: 'sign-in' } },
      schema: {
        hide: true,
        body: Type.Object({ code: Code, user: Typed, name: Typed, password: Typed }, { additionalProperties: false }),
      },
    },
    async (request, reply) => {
      const { code, user, name, password } = request.body;
      const looked = people.invitations.look(code);
      try {
        const { owner, account, invitation } = await acceptInvitation(people, code, { user, name, password });
        await signIn.begin(owner, request, reply);
        const { name: screen = '' } = nameIn(invitation);
        if (account === undefined) noteSignIn(request, 'screen', owner.kind === 'screen' ? owner.screen : '', screen);
        else {
          noteSignIn(request, 'person', account.user, account.name);
          const what = invitation.purpose.is === 'account' ? 'account.add' : 'account.password';
          const after = invitation.purpose.is === 'account' ? { after: { grants: account.grants } } : {};
          request.audited = { ...request.audited, what, where: account.user, ...after };
        }
        return reply.redirect(owner.kind === 'screen' ? '/#/wall' : '/', 303);
      } catch (error) {
        const isVoid = looked === undefined || codeOf(error) === 'INVITATION_INVALID';
        if (isVoid) return html(reply).code(410).send(voidPage());
        const typed = { user: user ?? '', typedName: name ?? '' };
        const problem =
          codeOf(error) === 'PASSWORD_WEAK' ? `${wordsOf(error)}: ${(error as Error).message}` : wordsOf(error);
        return refused(reply, error).send(
          joinPage({ purpose: looked.purpose, code, problem, ...typed, ...nameIn(looked) }),
        );
      }
    },
  );

  /** Of the link, or of the browser that may make the first account. */
  function invitationOf(request: FastifyRequest, code: string | undefined) {
    if (code === undefined) return signIn.firstInvitation(request);
    const invitation = people.invitations.look(code);
    return invitation && { code, invitation };
  }

  function nameIn({ purpose }: Invitation): { readonly name?: string } {
    if (purpose.is === 'account') return {};
    const holder = purpose.is === 'screen' ? people.screens.get(purpose.screen) : people.accounts.get(purpose.user);
    return holder === undefined ? {} : { name: holder.name };
  }

  function refused(reply: FastifyReply, error: unknown): FastifyReply {
    if (error instanceof TooManyAttempts) void reply.header('retry-after', error.retryAfterSeconds);
    const status = STATUS[codeOf(error)];
    // What is broken on our side is told and logged where all such things are.
    if (status === undefined || status >= 500) throw error;
    return html(reply).code(status);
  }
};

/** A user name that nobody has is not written down: it may be a password in the wrong place. */
function noteFailure(request: FastifyRequest, kind: string, id: string, code = 'SIGN_IN_INVALID'): void {
  request.audited = { what: 'sign-in.fail', code, who: { kind, id, name: id } };
}

function wordsOf(error: unknown): string {
  if (error instanceof TooManyAttempts) {
    const seconds = error.retryAfterSeconds;
    return `尝试过多，请 ${seconds} 秒后再试 too many attempts, wait ${seconds} s`;
  }
  return WORDS[codeOf(error)] ?? (error as Error).message;
}
