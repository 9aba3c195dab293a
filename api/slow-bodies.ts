/** Ends requests whose body does not come: only files that are uploaded may take their time. */
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its body is a file. */
    readonly isUpload?: true;
  }
}

/** Of any other body, and of headers. */
export const BODY_MS = 30_000;
/** A file of 500 MB at 5 Mbit/s. */
export const UPLOAD_MS = 15 * 60_000;

/** The server itself knows one limit for all, `UPLOAD_MS`. */
export function endSlowBodies(app: Pick<FastifyInstance, 'addHook'>, bodyMs = BODY_MS): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { raw, routeOptions } = request;
    if (!raw.complete && routeOptions.config.isUpload !== true && hasBody(request.headers)) {
      const timer = setTimeout(() => raw.destroy(), bodyMs).unref();
      const clear = () => clearTimeout(timer);
      raw.once('end', clear).once('close', clear);
    }
    done();
  });
}

const hasBody = (headers: Readonly<Record<string, unknown>>) =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
