/**
 * Who may do what, in one place: each route declares the right it needs and for which park; a route that declares nothing does not start. Rights and
 * parks are checked before the request is validated, so that a refusal reveals nothing about what exists.
 */
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { DaoyuError } from '../base/errors.ts';
import type { Identity } from '../people/identity.ts';
import { allows, allowsSomewhere, EVERY_PARK, parksWith, type Right, ROLES, rightsOf } from '../people/roles.ts';
import type { Registry } from '../registry/registry.ts';
import type { Authenticator } from './authenticate.ts';

export type ParkOf = (request: FastifyRequest) => string | undefined | Promise<string | undefined>;

export type Access =
  /** Open to strangers: it reveals nothing, or it asks for a secret of its own. */
  | 'anyone'
  /** Any authenticated caller. */
  | 'known'
  | {
      readonly right: Right;
      /**
       * `named`: the park in the URL or the body · `listed`: the park in the query, or all parks that `parksSeen` allows ·
       * `every`: belongs to no single park · `any`: in any park; the handler checks the rest · a function: the park of a record.
       */
      readonly park: 'named' | 'listed' | 'every' | 'any' | ParkOf;
    };

declare module 'fastify' {
  interface FastifyInstance {
    /** The declaration of each route, by `METHOD /url`; for the test that checks all of them. */
    readonly accesses: ReadonlyMap<string, Access>;
  }
  interface FastifyContextConfig {
    readonly access?: Access;
  }
}

/** Routes registered by libraries. */
const OF_LIBRARIES: readonly (readonly [prefix: string, Access])[] = [
  ['/assets/', 'anyone'],
  ['/docs', 'known'],
];

export function accessOf({ url, config }: Pick<RouteOptions, 'url' | 'config'>): Access {
  const access = config?.access ?? OF_LIBRARIES.find(([prefix]) => url.startsWith(prefix))?.[1];
  if (access === undefined) throw new Error(`the route ${url} declares no access: see api/authorize.ts`);
  return access;
}

/** Call before routes are registered. `elsewhere`: who may learn that a URL does not exist. */
export function installAuthorization(
  app: FastifyInstance,
  authenticator: Authenticator,
  elsewhere: 'anyone' | 'known' = 'known',
): void {
  const accesses = new Map<string, Access>();
  app.decorate('accesses', accesses);
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) accesses.set(`${method} ${route.url}`, accessOf(route));
  });
  // Only authenticated callers learn that a URL has no route; a HEAD of a page reveals no more than the page.
  function asked({ method, url, routeOptions }: FastifyRequest): Access {
    const ofPage = method === 'HEAD' ? accesses.get(`GET ${url.split('?')[0]}`) : undefined;
    return accesses.get(`${method} ${routeOptions.url}`) ?? ofPage ?? elsewhere;
  }

  app.decorateRequest('identity', undefined);
  app.addHook('onRequest', async (request, reply) => {
    const access = asked(request);
    if (access === 'anyone') return;
    // Answers must not stay in the cache of a browser that somebody else uses next.
    void reply.header('cache-control', 'no-store');
    const identity = authenticator.check(request);
    request.identity = identity;
    if (access !== 'known' && !allowsSomewhere(identity.grants, access.right)) throw forbidden(identity, access.right);
  });
  app.addHook('preValidation', async (request) => {
    const { identity } = request;
    const access = asked(request);
    if (identity === undefined || access === 'anyone' || access === 'known') return;
    const { right, park } = access;
    if (park === 'every' && !allows(identity.grants, right)) throw forbidden(identity, right);
    if (park === 'named') checkPark(identity, right, namedPark(request));
    if (park === 'listed') checkPark(identity, right, textIn(request.query, 'park'));
    // A missing record and one in another park get the same answer.
    if (typeof park === 'function' && !allows(identity.grants, right, (await park(request)) ?? ''))
      throw forbidden(identity, right, 'the park of this record');
  });
  app.addHook('preHandler', async (request) => {
    const access = asked(request);
    const isNamed = typeof access === 'object' && access.park === 'named';
    if (isNamed && namedPark(request) === undefined)
      throw new Error(`${request.routeOptions.url} names no park, though its access says so`);
  });
}

/** A missing one is refused later, by the schema. */
function checkPark(identity: Identity, right: Right, park: string | undefined): void {
  if (park !== undefined && !allows(identity.grants, right, park)) throw forbidden(identity, right, `park ${park}`);
}

const namedPark = ({ params, body }: FastifyRequest) => textIn(params, 'park') ?? textIn(body, 'park');

function textIn(value: unknown, name: string): string | undefined {
  const text = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof text === 'string' ? text : undefined;
}

function forbidden({ kind, grants }: Identity, right: Right, where = 'all parks'): DaoyuError {
  const roles = ROLES.filter((role) => rightsOf(role).includes(right)).join(' or ');
  const own = grants.map(({ role, park }) => `${role} in ${park === EVERY_PARK ? 'all parks' : park}`).join(', ');
  const advice =
    kind === 'link'
      ? '. A browser with the start-up link only reads: sign in with an account, or with the API token to operate'
      : '';
  return new DaoyuError(
    'FORBIDDEN',
    `this needs the role ${roles} for ${where}; you have ${own || 'no role'}${advice}`,
  );
}

/** Parks that the caller may see; none without an identity. */
export function parksSeen({ identity }: FastifyRequest, right: Right = 'read'): (park: string) => boolean {
  const parks = identity === undefined ? [] : parksWith(identity.grants, right);
  if (parks.includes(EVERY_PARK)) return () => true;
  const seen = new Set(parks);
  return (park) => seen.has(park);
}

/** Whether the caller sees all parks. */
export const seesAll = ({ identity }: FastifyRequest, right: Right = 'read'): boolean =>
  identity !== undefined && allows(identity.grants, right);

type Places = Pick<Registry, 'parks' | 'sites' | 'devices'>;

/** The part of the registry that the caller may see. */
export function registrySeen(registry: Places, request: FastifyRequest): Places {
  if (seesAll(request)) return registry;
  const sees = parksSeen(request);
  return {
    parks: () => registry.parks().filter(({ id }) => sees(id)),
    sites: (park) => registry.sites(park).filter((site) => sees(site.park)),
    devices: (filter) => registry.devices(filter).filter((device) => sees(device.park)),
  };
}
