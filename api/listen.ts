/** Opens the socket of an HTTP application; errors say in a sentence what prevents it. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { codeOf, DaoyuError } from '../base/errors.ts';

interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Resolves with its URL. Rejects with `PORT_TAKEN` after closing the application. */
export async function listen(
  app: Pick<FastifyInstance, 'listen' | 'close' | 'server'>,
  address: ListenAddress,
): Promise<string> {
  const { host } = address;
  try {
    await app.listen(address);
  } catch (error) {
    await app.close();
    throw translate(error, address);
  }
  const { port } = app.server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function translate(error: unknown, { host, port }: ListenAddress): DaoyuError {
  const code = codeOf(error);
  const what =
    code === 'EADDRINUSE'
      ? `port ${port} on ${host} is taken by another program. Stop that one, or`
      : `cannot listen on ${host}:${port} (${code});`;
  return new DaoyuError('PORT_TAKEN', `${what} set DAOYU_HTTP_PORT to a free port (0 picks one).`, { cause: error });
}
