/** The built page, and the way in: a one-time link, or the API token typed into a form. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import formBody from 'node:querystring';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { DaoyuError } from '../../base/errors.ts';
import type { Authenticator } from '../authenticate.ts';
import { signInPage } from '../sign-in-page.ts';

interface Options {
  readonly pageFolder: string | undefined;
  readonly authenticator: Authenticator;
}

export const pageRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { pageFolder, authenticator }) => {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 4096 },
    (_request, body, done) => done(null, { ...formBody.parse(String(body)) }),
  );

  const Query = Type.Object({ code: Type.Optional(Type.String({ maxLength: 100 })) }, { additionalProperties: false });
  app.get(
    '/sign-in',
    // No HEAD beside it: a preview of the link in a chat must not use it up.
    { exposeHeadRoute: false, schema: { hide: true, querystring: Query } },
    async ({ query }, reply) => {
      void reply.header('cache-control', 'no-store');
      if (query.code === undefined) return reply.type('text/html; charset=utf-8').send(signInPage());
      try {
        await authenticator.signIn(query.code, reply);
      } catch (error) {
        return reply
          .code(403)
          .type('text/html; charset=utf-8')
          .send(signInPage((error as DaoyuError).message));
      }
      return reply.redirect('/');
    },
  );

  app.post(
    '/sign-in',
    {
      schema: {
        hide: true,
        body: Type.Object({ token: Type.String({ maxLength: 200 }) }, { additionalProperties: false }),
      },
    },
    async ({ body }, reply) => {
      try {
        await authenticator.signIn(body.token.trim(), reply);
      } catch {
        return reply.code(403).type('text/html; charset=utf-8').send(signInPage('wrong token 令牌不对'));
      }
      return reply.redirect('/', 303);
    },
  );

  if (pageFolder === undefined) return;
  const index = readFileSync(join(pageFolder, 'index.html'), 'utf8');
  app.get('/', { schema: { hide: true } }, async (request, reply) => {
    if (!authenticator.hasSession(request)) return reply.redirect('/sign-in');
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(index);
  });
  // Names carry a hash of their content, so they never change; nothing in them is secret.
  await app.register(fastifyStatic, {
    root: join(pageFolder, 'assets'),
    prefix: '/assets/',
    immutable: true,
    maxAge: '365d',
    decorateReply: false,
    // The build lays the compressed files beside the others.
    preCompressed: true,
  });
};
