/** The page over TLS of its own, beside plain HTTP: for an installation without a proxy. The same application answers on both. */
import { readFileSync, statSync } from 'node:fs';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { codeOf, DaoyuError } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { PROBLEM_HANDLERS } from './problem.ts';
import { BODY_MS, UPLOAD_MS } from './slow-bodies.ts';

export interface TlsAddress {
  readonly host: string;
  readonly port: number;
  /** Files: chain and private key, PEM. */
  readonly certificate: string;
  readonly key: string;
}

/** A renewed certificate is taken without a restart. */
const LOOK_EVERY_MS = 60_000;

/** Resolves with its URL; closed with the application. Rejects with `PORT_TAKEN`, `TLS_UNUSABLE`. */
export async function listenTls(
  app: Pick<FastifyInstance, 'routing' | 'addHook'>,
  address: TlsAddress,
  log: Pick<Log, 'warn'>,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { host, port } = address;
  const options: ServerOptions = {
    ...{ minVersion: 'TLSv1.2', requestTimeout: UPLOAD_MS, headersTimeout: BODY_MS, keepAliveTimeout: 30_000 },
    ...certificateOf(address),
  };
  const server = createServer(options, (request, response) => app.routing(request, response));
  server.maxRequestsPerSocket = 10_000;
  server.on('clientError', PROBLEM_HANDLERS.clientErrorHandler);
  // A failed handshake is the stranger's affair.
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  }).catch((error: unknown) => {
    throw taken(error, address);
  });
  let changedAt = changeOf(address);
  const timer = setInterval(() => {
    try {
      const now = changeOf(address);
      if (now === changedAt) return;
      server.setSecureContext(certificateOf(address));
      changedAt = now;
    } catch (error) {
      log.warn({ code: codeOf(error) }, 'the renewed certificate cannot be used yet; the former one stays');
    }
  }, LOOK_EVERY_MS);
  timer.unref();
  const { port: found } = server.address() as AddressInfo;
  return {
    url: `https://${host.includes(':') ? `[${host}]` : host}:${found}`,
    async close() {
      clearInterval(timer);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

const changeOf = ({ certificate, key }: TlsAddress) => `${statSync(certificate).mtimeMs} ${statSync(key).mtimeMs}`;

function certificateOf({ certificate, key }: TlsAddress): { readonly cert: Buffer; readonly key: Buffer } {
  try {
    return { cert: readFileSync(certificate), key: readFileSync(key) };
  } catch (error) {
    const why = `cannot read the certificate: ${(error as Error).message}. See DAOYU_TLS_CERT and DAOYU_TLS_KEY.`;
    throw new DaoyuError('TLS_UNUSABLE', why, { cause: error });
  }
}

function taken(error: unknown, { host, port }: TlsAddress): DaoyuError {
  if (error instanceof DaoyuError) return error;
  const what =
    codeOf(error) === 'EADDRINUSE'
      ? `port ${port} on ${host} is taken by another program. Stop that one, or`
      : `cannot listen on ${host}:${port} (${codeOf(error)});`;
  return new DaoyuError('PORT_TAKEN', `${what} set DAOYU_HTTPS_PORT to a free port.`, { cause: error });
}
