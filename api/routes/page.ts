/** The built page. */
import { existsSync, readFileSync } from 'node:fs';
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

/** What the browser asks for by fixed names: for installing the page, and for opening it without a network. Nothing in them is secret. */
const OUTSIDE: readonly (readonly [path: string, type: string])[] = [
  ['/manifest.webmanifest', 'application/manifest+json; charset=utf-8'],
  ['/sw.js', 'text/javascript; charset=utf-8'],
  ['/offline.html', 'text/html; charset=utf-8'],
  ['/offline.js', 'text/javascript; charset=utf-8'],
  ['/icons/icon.svg', 'image/svg+xml'],
  ['/icons/icon-192.png', 'image/png'],
  ['/icons/icon-512.png', 'image/png'],
];

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
  for (const [path, type] of OUTSIDE) {
    const file = join(pageFolder, path);
    if (!existsSync(file)) continue;
    const content = readFileSync(file);
    app.get(path, { config: { access: 'anyone' }, schema: { hide: true } }, async (_request, reply) =>
      // Asked again each time, so that a new version is there with the next visit.
      reply.type(type).header('cache-control', 'no-cache').send(content),
    );
  }
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
