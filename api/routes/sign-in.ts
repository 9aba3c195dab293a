/** Signing in by start-up link, user name and password or API token, and signing out. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { codeOf } from '../../base/errors.ts';
import type { People } from '../../people/people.ts';
import { html, noteFailure, noteSignIn, refused, wordsOf } from '../entry-forms.ts';
import type { SignIn } from '../sign-in.ts';
import { signInPage } from '../sign-in-page.ts';

interface Options {
  readonly people: People;
  readonly signIn: SignIn;
}

const Query = Type.Object({ code: Type.Optional(Type.String({ maxLength: 100 })) }, { additionalProperties: false });
const Typed = Type.Optional(Type.String({ maxLength: 512 }));

export const signInRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { people, signIn }) => {
  const hasAccounts = () => people.accounts.list().length > 0;

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
};
