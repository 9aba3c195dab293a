/**
 * Records who did what: a route that changes something declares the action, and how to show the changed thing before and after. The entry is on the
 * log before the answer is sent.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createTokenBucket } from '../base/token-bucket.ts';
import type { AuditAction } from '../bus/events.ts';
import type { AuditNote, AuditTrail } from '../consumers/audit/trail.ts';

type Shown = Readonly<Record<string, unknown>>;

export interface Audited {
  readonly what: AuditAction;
  /** The thing as it is now, without secrets; undefined if it does not exist. */
  readonly of?: (request: FastifyRequest) => object | undefined;
  /** Records the body: it holds no secret, and nothing else shows what was requested. */
  readonly asked?: true;
  /** Which requests to record; absent: all. */
  readonly when?: (request: FastifyRequest) => boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly audit?: Audited;
  }
  interface FastifyRequest {
    /** What the handler knows better than the URL: merged into the entry. */
    audited: Partial<AuditNote> | undefined;
  }
}

const BEFORE = Symbol('what it was before');
type Remembering = FastifyRequest & { [BEFORE]?: string | undefined };

/** Refused requests are recorded up to this rate and only counted beyond it. */
const REFUSALS_PER_SECOND = 1;
const MOST_BYTES = 8192;
const SECRETS = new Set([
  'passwordHash',
  'framePasswordHash',
  'observerPasswordHash',
  'framePassword',
  'previousPassword',
  'password',
  'digest',
  'code',
  'token',
]);

export function installAudit(app: FastifyInstance, audit: Pick<AuditTrail, 'note'>): void {
  const refusals = createTokenBucket(REFUSALS_PER_SECOND, () => performance.now(), 30);
  let unwritten = 0;

  async function noteRefusal(note: AuditNote): Promise<void> {
    if (refusals.take(0) > 0) {
      unwritten += 1;
      return;
    }
    refusals.take();
    const more = unwritten;
    unwritten = 0;
    await audit.note({ ...note, ...(more > 0 && { more }) });
  }

  app.decorateRequest('audited', undefined);
  app.addHook('preHandler', async (request: Remembering) => {
    const found = request.routeOptions.config.audit?.of?.(request);
    if (found !== undefined) request[BEFORE] = JSON.stringify(withoutSecrets(found));
  });
  app.addHook('onSend', async (request: Remembering, reply) => {
    const spec = request.routeOptions.config.audit;
    const { identity } = request;
    if (reply.statusCode === 403 && identity !== undefined) {
      await noteRefusal({ ...whoAndWhere(request), what: 'access.refuse', code: 'FORBIDDEN', where: placeOf(request) });
      return;
    }
    if (request.audited?.code !== undefined && request.audited.what !== undefined) {
      await noteRefusal({ ...whoAndWhere(request), what: request.audited.what, ...request.audited });
      return;
    }
    if (spec === undefined || reply.statusCode >= 400 || spec.when?.(request) === false) return;
    const where = nameOf(request);
    await audit.note({
      ...whoAndWhere(request),
      what: spec.what,
      ...(where !== '' && { where }),
      ...differences(request, spec),
      ...request.audited,
    });
  });
}

export function whoAndWhere(request: FastifyRequest): Pick<AuditNote, 'who' | 'from' | 'park'> {
  const { identity, params, body, query } = request;
  const { kind = 'stranger', id = '', name = '' } = identity ?? {};
  const park = textIn(params, 'park') ?? textIn(body, 'park') ?? textIn(query, 'park');
  return { who: { kind, id, name }, from: request.ip, ...(park !== undefined && { park }) };
}

/** `tianyu/probe/aerator`, from the URL; for something new, from the body. */
function nameOf({ params, body, query }: FastifyRequest): string {
  const parts = Object.values((params ?? {}) as Record<string, unknown>);
  const named = parts.length > 0 ? parts : NAMES.flatMap((name) => textIn(body, name) ?? textIn(query, name) ?? []);
  return named.map(String).join('/').slice(0, 200);
}

const NAMES = ['park', 'site', 'device', 'user', 'name', 'kind'] as const;

const placeOf = ({ method, url }: FastifyRequest) => `${method} ${url.split('?')[0]}`.slice(0, 200);

function differences(request: Remembering, { of, asked }: Audited): Pick<AuditNote, 'before' | 'after'> {
  if (asked) return bounded({ after: shownBody(request.body) });
  if (of === undefined) return {};
  const before = request[BEFORE] === undefined ? undefined : (JSON.parse(request[BEFORE]) as Shown);
  const found = of(request);
  // As it will be written: undefined members are absent.
  const after = found && (JSON.parse(JSON.stringify(withoutSecrets(found))) as Shown);
  if (before === undefined || after === undefined) return bounded({ before, after });
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const only = (all: Shown) =>
    Object.fromEntries(changed.filter((name) => name in all).map((name) => [name, all[name]]));
  return bounded({ before: only(before), after: only(after) });
}

/** An outline of a field may have thousands of corners. */
function bounded({ before, after }: { before?: Shown | undefined; after?: Shown | undefined }) {
  const fit = (value: Shown) => {
    const text = JSON.stringify(value);
    return text.length <= MOST_BYTES ? value : { tooLong: `${text.length} bytes`, beginning: text.slice(0, 500) };
  };
  return { ...(before && { before: fit(before) }), ...(after && { after: fit(after) }) };
}

function shownBody(body: unknown): Shown {
  return typeof body === 'object' && body !== null && !Array.isArray(body)
    ? withoutSecrets(body)
    : { value: body ?? null };
}

const withoutSecrets = (value: object): Shown =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !SECRETS.has(name)));

function textIn(value: unknown, name: string): string | undefined {
  const text = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof text === 'string' ? text : undefined;
}
