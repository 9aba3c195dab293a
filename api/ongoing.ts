/** Ends live streams and exports whose reader has lost access: the session ended, or a role was revoked. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fingerprintOf } from '../people/identity.ts';
import type { People } from '../people/people.ts';
import type { Authenticator } from './authenticate.ts';

interface Ongoing {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly fingerprint: string;
}

/** Rights also expire. */
const LOOK_EVERY_MS = 10_000;

/** Call after the authentication hook. Holds one entry per request in progress, which the sockets bound. */
export function endOngoing(
  app: FastifyInstance,
  { authenticator, people }: { readonly authenticator: Authenticator; readonly people: Pick<People, 'watch'> },
): void {
  const ongoing = new Set<Ongoing>();

  app.addHook('onRequest', async (request, reply) => {
    const { identity } = request;
    if (identity === undefined) return;
    const each: Ongoing = { request, reply, fingerprint: fingerprintOf(identity) };
    ongoing.add(each);
    reply.raw.once('close', () => ongoing.delete(each));
  });

  function look(): void {
    for (const each of ongoing) {
      const { request, reply, fingerprint } = each;
      // A request without an answer yet was allowed when it came, and ends by itself.
      if (!reply.raw.headersSent) continue;
      const identity = authenticator.identify(request);
      if (identity !== undefined && fingerprintOf(identity) === fingerprint) continue;
      ongoing.delete(each);
      reply.raw.destroy();
    }
  }

  const unwatch = people.watch(look);
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  app.addHook('onClose', async () => {
    clearInterval(timer);
    unwatch();
  });
}
