/** Signing in by start-up link, user name and password or API token, and signing out. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { codeOf } from '../../base/errors.ts';
import type { People } from '../../people/people.ts';
import { html, noteFailure, noteSignIn, refused, wordsOf } from '../entry-forms.ts';
import type { SignIn } from '../sign-in.ts';
import { codePage, signInPage } from '../sign-in-page.ts';
import type { SingleSignOn } from '../single-sign-on.ts';

interface Options {
  readonly people: People;
  readonly signIn: SignIn;
  readonly singleSignOn?: SingleSignOn | undefined;
}

const Query = Type.Object({ code: Type.Optional(Type.String({ maxLength: 100 })) }, { additionalProperties: false });
const Typed = Type.Optional(Type.String({ maxLength: 512 }));

export const signInRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { people, signIn, singleSignOn }) => {
  const provider = singleSignOn?.label;
  const known = () => ({ hasAccounts: people.accounts.list().length > 0, provider });

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
      if (code === undefined) return reply.send(signInPage(known()));
      try {
        await signIn.byLink(code, request, reply);
      } catch (error) {
        if (codeOf(error) !== 'SIGN_IN_INVALID') throw error;
        noteFailure(request, 'link', '');
        return reply.code(403).send(signInPage({ problem: (error as Error).message, ...known() }));
      }
      noteSignIn(request, 'link', '', 'start-up link');
      return reply.redirect('/');
    },
  );

  app.post(
    '/sign-in',
    {
      // Not when only the first of two steps is done.
      config: { access: 'anyone', audit: { what: 'sign-in', when: ({ audited }) => audited !== undefined } },
      schema: {
        hide: true,
        body: Type.Object(
          {
            ...{ token: Type.Optional(Type.String({ maxLength: 200 })), user: Typed, password: Typed },
            ...{ ticket: Type.Optional(Type.String({ maxLength: 200 })), code: Typed },
          },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const { token, user = '', password = '', ticket, code = '' } = request.body;
      if (ticket !== undefined) return await second(ticket, code, request, reply);
      try {
        if (token === undefined) {
          const { account, ticket: half } = await signIn.byPassword(user, password, request, reply);
          if (half !== undefined) return html(reply).send(codePage({ ticket: half }));
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
        return refused(reply, error).send(signInPage({ problem, user: user.slice(0, 32), ...known() }));
      }
      return reply.redirect('/', 303);
    },
  );

  /** The code after the password: asked again after a wrong one, from the beginning after five minutes. */
  async function second(ticket: string, code: string, request: FastifyRequest, reply: FastifyReply) {
    const user = signIn.userOf(ticket);
    try {
      const account = await signIn.byCode(ticket, code, request, reply);
      noteSignIn(request, 'person', account.user, account.name);
    } catch (error) {
      noteFailure(request, 'stranger', user ?? '', codeOf(error));
      const answer = refused(reply, error);
      if (user === undefined) return answer.send(signInPage({ problem: (error as Error).message, ...known() }));
      return answer.send(codePage({ ticket, problem: wordsOf(error) }));
    }
    return reply.redirect('/', 303);
  }

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
