/** The way to the identity provider and back. The browser carries what ties the two together; nothing is kept here meanwhile. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { codeOf, DaoyuError } from '../../base/errors.ts';
import type { People } from '../../people/people.ts';
import { recognise } from '../../people/recognise.ts';
import { html, noteFailure, noteSignIn, refused, wordsOf } from '../entry-forms.ts';
import { baseOf } from '../people-checks.ts';
import { Exact } from '../schemas.ts';
import type { SignIn } from '../sign-in.ts';
import { codePage, signInPage } from '../sign-in-page.ts';
import type { SingleSignOn } from '../single-sign-on.ts';

interface Options {
  readonly people: People;
  readonly signIn: SignIn;
  readonly singleSignOn: SingleSignOn;
}

const PATH = '/sign-in/oidc';
const CALLBACK = `${PATH}/callback`;
const COOKIE = 'daoyu_oidc';
const LASTS_SECONDS = 600;
const Text = Type.String({ minLength: 1, maxLength: 200 });
const Kept = Exact({ state: Text, nonce: Text, verifier: Text, invitation: Type.Optional(Text) });
/** Providers send back more than the standard names. */
const Anything = Type.Record(Type.String(), Type.Unknown());

export const singleSignOnRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { people, signIn, singleSignOn }) => {
  app.get(
    PATH,
    {
      exposeHeadRoute: false,
      config: { access: 'anyone' },
      schema: { hide: true, querystring: Exact({ invitation: Type.Optional(Text) }) },
    },
    async (request, reply) => {
      const { invitation } = request.query;
      try {
        const { url, checks } = await singleSignOn.begin(new URL(CALLBACK, baseOf(request)).href);
        const kept: Static<typeof Kept> = { ...checks, ...(invitation !== undefined && { invitation }) };
        void reply.setCookie(COOKIE, Buffer.from(JSON.stringify(kept)).toString('base64url'), {
          // Not `strict`: the browser comes back from another site.
          ...{ httpOnly: true, sameSite: 'lax', path: PATH, maxAge: LASTS_SECONDS },
          secure: request.protocol === 'https',
        });
        void reply.header('cache-control', 'no-store');
        return reply.redirect(url.href, 303);
      } catch (error) {
        return html(reply)
          .code(503)
          .send(signInPage(problem(error)));
      }
    },
  );

  app.get(
    CALLBACK,
    {
      exposeHeadRoute: false,
      config: { access: 'anyone', audit: { what: 'sign-in', when: ({ audited }) => audited !== undefined } },
      schema: { hide: true, querystring: Anything },
    },
    async (request, reply) => {
      void reply.clearCookie(COOKIE, { path: PATH });
      try {
        const { invitation, ...checks } = keptIn(request.cookies[COOKIE]);
        const person = await singleSignOn.finish(new URL(request.url, baseOf(request)), checks);
        const { account, ticket } = await signIn.asPerson(await recognise(people, person, invitation), request, reply);
        if (ticket !== undefined) return html(reply).send(codePage({ ticket }));
        noteSignIn(request, 'person', account.user, account.name);
        void reply.header('cache-control', 'no-store');
        return reply.redirect('/', 303);
      } catch (error) {
        noteFailure(request, 'stranger', singleSignOn.label, codeOf(error));
        if (codeOf(error) === 'PROVIDER_UNAVAILABLE')
          return html(reply)
            .code(503)
            .send(signInPage(problem(error)));
        return refused(reply, error).send(signInPage(problem(error)));
      }
    },
  );

  function problem(error: unknown) {
    const text =
      codeOf(error) === 'SIGN_IN_INVALID' ? '登录没有成功，请重新开始 not signed in: begin again' : wordsOf(error);
    return { problem: text, hasAccounts: people.accounts.list().length > 0, provider: singleSignOn.label };
  }
};

/** Throws `SIGN_IN_INVALID`: the browser did not come from here, or took longer than ten minutes. */
function keptIn(cookie: string | undefined): Static<typeof Kept> {
  try {
    const kept: unknown = JSON.parse(Buffer.from(cookie ?? '', 'base64url').toString());
    if (Value.Check(Kept, kept)) return kept as Static<typeof Kept>;
  } catch {
    // Not JSON: the same as none.
  }
  throw new DaoyuError(
    'SIGN_IN_INVALID',
    'this sign-in did not begin in this browser, or it took more than ten minutes',
  );
}
