/** Errors as RFC 9457 problem details: what is wrong, what would be right, a stable code. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { codeOf, DaoyuError } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { SLUG } from '../base/topics.ts';
import { TooManyAttempts } from '../people/throttle.ts';
import type { Problem } from './schemas.ts';

/** HTTP status by code; any other code is our own fault, 500. */
export const STATUS: Readonly<Record<string, number>> = {
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  SIGN_IN_INVALID: 403,
  CODE_INVALID: 403,
  NOT_INVITED: 403,
  PROVIDER_UNAVAILABLE: 503,
  ACCOUNT_BOUND: 409,
  SECOND_FACTOR_OFF: 409,
  INVITATION_INVALID: 410,
  PERSON_UNKNOWN: 404,
  ACCOUNT_EXISTS: 409,
  LAST_ADMIN: 409,
  PEOPLE_FULL: 409,
  ACCOUNT_INVALID: 400,
  PASSWORD_WEAK: 400,
  TOO_MANY_ATTEMPTS: 429,
  DEVICE_UNKNOWN: 404,
  SITE_UNKNOWN: 404,
  QUARANTINE_UNKNOWN: 404,
  ALARM_UNKNOWN: 404,
  CHANNEL_UNKNOWN: 404,
  COMMAND_UNKNOWN: 404,
  RECORD_UNKNOWN: 404,
  REPORT_UNKNOWN: 404,
  ROUTE_UNKNOWN: 404,
  PARK_EXISTS: 409,
  PARK_NOT_EMPTY: 409,
  SITE_EXISTS: 409,
  SITE_NOT_EMPTY: 409,
  DEVICE_EXISTS: 409,
  QUARANTINE_REPLAYED: 409,
  ALARM_CLOSED: 409,
  COMMAND_INTERLOCKED: 409,
  COMMAND_KEY_REUSED: 409,
  DOCTOR_RUNNING: 409,
  RECORD_ID_REUSED: 409,
  RECORD_SUPERSEDED: 409,
  PROFILE_CHANGED: 409,
  STATE_CONFLICT: 409,
  KIND_UNKNOWN: 400,
  MODEL_UNKNOWN: 400,
  FIELD_UNKNOWN: 400,
  PARK_UNKNOWN: 400,
  PROFILE_UNKNOWN: 400,
  ID_INVALID: 400,
  MAPPING_INVALID: 400,
  CHANNEL_INVALID: 400,
  PLAN_INVALID: 400,
  AUTOMATION_INVALID: 400,
  DEVICE_INVALID: 400,
  BATCH_INVALID: 400,
  SITE_INVALID: 400,
  PROFILE_INVALID: 400,
  EVENT_INVALID: 400,
  CORRECTION_INVALID: 400,
  EVERY_INVALID: 400,
  AGGREGATE_UNKNOWN: 400,
  DERIVED_UNKNOWN: 404,
  DERIVED_INVALID: 400,
  REPORT_IMPOSSIBLE: 409,
  SCHEDULE_INVALID: 400,
  SCHEDULE_UNKNOWN: 404,
  PDF_UNAVAILABLE: 501,
  TIME_INVALID: 400,
  QUERY_TOO_LARGE: 400,
  REQUEST_INVALID: 400,
  TABLE_INVALID: 400,
  ENCODING_INVALID: 400,
  UNIT_UNKNOWN: 400,
  TIME_ZONE_INVALID: 400,
  IMPORT_TIME_UNKNOWN: 422,
  IMPORT_COLUMN_UNKNOWN: 422,
  IMPORT_UNDECIDED: 422,
  IMPORT_TOO_LARGE: 413,
  EXPORT_TOO_LARGE: 400,
  QUERIES_BUSY: 429,
  COMMANDS_FULL: 429,
  DOCTOR_BUSY: 429,
  TOO_MANY_REQUESTS: 429,
  INTAKE_BUSY: 503,
  LIVE_FULL: 503,
  QUERY_STOPPED: 503,
  STORE_UNAVAILABLE: 503,
  READINGS_PENDING: 503,
  BUS_UNAVAILABLE: 503,
  BUS_FULL: 503,
  DRILL_UNANSWERED: 503,
  DISK_FULL: 503,
  STORAGE_FAILED: 503,
};

type FieldProblem = NonNullable<Problem['errors']>[number];

interface Known {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly FieldProblem[];
}

export function problemOf(error: unknown): Problem {
  const known: Known =
    error instanceof DaoyuError ? { code: error.code, detail: error.message } : fastifyProblem(error);
  const status = statusOf(error) ?? STATUS[known.code] ?? 500;
  const detail = status === 500 ? 'internal error; the server log has the details' : known.detail;
  return {
    type: `/docs/errors#${known.code}`,
    title: titleOf(status),
    status,
    detail,
    code: known.code,
    ...(known.errors && { errors: known.errors }),
  };
}

export function sendProblem(reply: FastifyReply, error: unknown): FastifyReply {
  const problem = problemOf(error);
  if (error instanceof TooManyAttempts) void reply.header('retry-after', error.retryAfterSeconds);
  if (problem.status === 429 || problem.status === 503) {
    if (!reply.hasHeader('retry-after')) void reply.header('retry-after', '2');
  }
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="daoyu"');
  return reply
    .header('cache-control', 'no-store')
    .code(problem.status)
    .type('application/problem+json; charset=utf-8')
    .send(problem);
}

/** For requests that reach no route or hook, which Fastify and Node would otherwise answer in their own form. */
export const PROBLEM_HANDLERS = {
  frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) =>
    void sendProblem(reply, error),
  clientErrorHandler(error: NodeJS.ErrnoException, socket: Socket) {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
    const problem = problemOf(
      Object.assign(new Error('this is no HTTP request that can be read'), { statusCode: status }),
    );
    const body = JSON.stringify(problem);
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  },
} satisfies Partial<FastifyServerOptions>;

export function installProblems(app: FastifyInstance, log: Pick<Log, 'error'>): void {
  app.setErrorHandler((error: FastifyError, request: FastifyRequest, reply) => {
    if (problemOf(error).status === 500)
      log.error({ reason: error.message, stack: error.stack, route: request.routeOptions.url }, 'request failed');
    return sendProblem(reply, error);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      new DaoyuError(
        'ROUTE_UNKNOWN',
        `there is nothing at ${request.method} ${request.url.split('?')[0]}; the API is described at /docs`,
      ),
    ),
  );
}

/** Fastify's own errors: a schema violation, a body too large, broken JSON. */
function fastifyProblem(error: unknown): Known {
  if (typeof error !== 'object' || error === null) return { code: 'INTERNAL', detail: String(error) };
  const { validation, validationContext, message } = error as FastifyError;
  if (validation !== undefined) {
    const errors = validation.slice(0, 20).map(({ instancePath, keyword, params, message: text }) => ({
      field: `${validationContext ?? 'request'}${instancePath.replaceAll('/', '.')}`,
      message: inWords(keyword, params, text ?? 'does not fit'),
    }));
    const texts = errors.map(({ field, message: text }) => `${field} ${text}`);
    return { code: 'REQUEST_INVALID', detail: `${texts.join('; ')}. The API is described at /docs`, errors };
  }
  const code = codeOf(error);
  if (code === 'FST_ERR_RATE_LIMIT' || statusOf(error) === 429) return { code: 'TOO_MANY_REQUESTS', detail: message };
  return {
    code: statusOf(error) === undefined || (statusOf(error) ?? 500) >= 500 ? 'INTERNAL' : 'REQUEST_INVALID',
    detail: message,
  };
}

function inWords(keyword: string, params: Readonly<Record<string, unknown>>, text: string): string {
  switch (keyword) {
    case 'required':
      return `lacks ${String(params.missingProperty)}`;
    case 'additionalProperties':
      return `has ${JSON.stringify(params.additionalProperty)}, which is unknown here`;
    case 'enum':
      return `must be one of ${(params.allowedValues as readonly unknown[]).join(', ')}`;
    case 'const':
      return `must be ${JSON.stringify(params.allowedValue)}`;
    case 'pattern':
      return params.pattern === SLUG.source
        ? 'must be 1 to 64 of a-z, 0-9 and -'
        : `must match ${String(params.pattern)}`;
    default:
      return text;
  }
}

function statusOf(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

function titleOf(status: number): string {
  const titles: Readonly<Record<number, string>> = {
    400: 'Invalid request',
    401: 'Authentication required',
    403: 'Not allowed',
    404: 'Not found',
    409: 'Conflict',
    413: 'Too large',
    415: 'Unsupported media type',
    429: 'Too many requests',
    503: 'Temporarily unavailable',
  };
  return titles[status] ?? (status >= 500 ? 'Internal server error' : 'Refused');
}
