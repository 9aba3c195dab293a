/** The built page. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator } from '../authenticate.ts';

interface Options {
  readonly pageFolder: string | undefined;
  readonly authenticator: Pick<Authenticator, 'identify'>;
  /** A wall screen's cookie lasts as long as it is used. */
  readonly renewCookie: (request: FastifyRequest, reply: FastifyReply) => void;
}

export const pageRoutes: FastifyPluginAsyncTypebox<Options> = async (
  app,
  { pageFolder, authenticator, renewCookie },
) => {
  if (pageFolder === undefined) return;
  const index = readFileSync(join(pageFolder, 'index.html'), 'utf8');
  app.get('/', { config: { access: 'anyone' }, schema: { hide: true } }, async (request, reply) => {
    if (authenticator.identify(request)?.isSession !== true) return reply.redirect('/sign-in');
    renewCookie(request, reply);
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(index);
  });
  // File names contain a hash of the content, so files never change; nothing in them is secret.
  await app.register(fastifyStatic, {
    root: join(pageFolder, 'assets'),
    prefix: '/assets/',
    immutable: true,
    maxAge: '365d',
    decorateReply: false,
    // The build puts compressed files beside the others.
    preCompressed: true,
  });
};
