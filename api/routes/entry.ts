/** Sign-in, sign-out and invitation pages, and the protection of their forms. */
import formBody from 'node:querystring';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { DaoyuError } from '../../base/errors.ts';
import type { People } from '../../people/people.ts';
import type { SignIn } from '../sign-in.ts';
import type { SingleSignOn } from '../single-sign-on.ts';
import { joinRoutes } from './join.ts';
import { signInRoutes } from './sign-in.ts';
import { singleSignOnRoutes } from './single-sign-on.ts';

interface Options {
  readonly people: People;
  readonly signIn: SignIn;
  /** Absent unless an identity provider is configured. */
  readonly singleSignOn?: SingleSignOn | undefined;
}

export const entryRoutes: FastifyPluginAsync<Options> = async (app, options) => {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 4096 },
    (_request, body, done) => done(null, { ...formBody.parse(String(body)) }),
  );
  app.addHook('preValidation', refuseForeignForms);
  await app.register(signInRoutes, options);
  await app.register(joinRoutes, options);
  const { singleSignOn } = options;
  if (singleSignOn !== undefined) await app.register(singleSignOnRoutes, { ...options, singleSignOn });
};

/**
 * A form on another site must not sign a browser in as somebody else, nor out. A browser that does not send the header is let through: each form
 * carries a secret.
 */
async function refuseForeignForms({ method, headers }: FastifyRequest): Promise<void> {
  const site = headers['sec-fetch-site'];
  if (method === 'POST' && site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new DaoyuError('FORBIDDEN', 'this form is taken from our own page only');
}
