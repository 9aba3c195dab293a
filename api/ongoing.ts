/** Ends what is still being sent to somebody who may no longer have it: live streams and exports of a session that ended, of a role that was taken away. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fingerprintOf } from '../people/identity.ts';
import type { People } from '../people/people.ts';
import type { Authenticator } from './authenticate.ts';

interface Ongoing {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly fingerprint: string;
}

/** Rights also end by the clock. */
const LOOK_EVERY_MS = 10_000;

/** After the hook that identifies. As many are held as there are requests under way, which the sockets bound. */
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
      // What has not begun to answer was allowed when it came, and ends by itself.
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
