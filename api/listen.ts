/** Opens the socket of an HTTP application, and says in a sentence what stands in the way. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { codeOf, DaoyuError } from '../errors.ts';

interface Place {
  readonly host: string;
  readonly port: number;
}

/** Resolves to its URL. Rejects with `PORT_TAKEN`, and closes the application then. */
export async function listen(app: Pick<FastifyInstance, 'listen' | 'close' | 'server'>, place: Place): Promise<string> {
  const { host } = place;
  try {
    await app.listen(place);
  } catch (error) {
    await app.close();
    throw translate(error, place);
  }
  const { port } = app.server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function translate(error: unknown, { host, port }: Place): DaoyuError {
  const code = codeOf(error);
  const what =
    code === 'EADDRINUSE'
      ? `port ${port} on ${host} is taken by another program. Stop that one, or`
      : `cannot listen on ${host}:${port} (${code});`;
  return new DaoyuError('PORT_TAKEN', `${what} set DAOYU_HTTP_PORT to a free port (0 picks one).`, { cause: error });
}
