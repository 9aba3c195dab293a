/**
 * Who may do what, in one place: each route declares the right that it needs and for which park, and a route that declares nothing does not start.
 * Rights are checked before anything of the request is looked at; parks before it is validated, so that a refusal tells nothing of what there is.
 */
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { DaoyuError } from '../base/errors.ts';
import type { Identity } from '../people/identity.ts';
import { allows, allowsSomewhere, EVERY_PARK, parksWith, type Right, ROLES, rightsOf } from '../people/roles.ts';
import type { Registry } from '../registry/registry.ts';
import type { Authenticator } from './authenticate.ts';

export type ParkOf = (request: FastifyRequest) => string | undefined | Promise<string | undefined>;

export type Access =
  /** Strangers, too: what it answers tells nothing, or it asks for a secret of its own. */
  | 'anyone'
  /** Whoever is known. */
  | 'known'
  | {
      readonly right: Right;
      /**
       * `named`: the park in the address or the body · `listed`: the park in the query, or all that the handler finds by `parksSeen` ·
       * `every`: belongs to no single park · `any`: in any park; the handler decides the rest · a function: the park of a record.
       */
      readonly park: 'named' | 'listed' | 'every' | 'any' | ParkOf;
    };

declare module 'fastify' {
  interface FastifyInstance {
    /** What each route declares, by `METHOD /url`; for the test that walks them all. */
    readonly accesses: ReadonlyMap<string, Access>;
  }
  interface FastifyContextConfig {
    readonly access?: Access;
  }
}

/** Routes that libraries make. */
const OF_LIBRARIES: readonly (readonly [prefix: string, Access])[] = [
  ['/assets/', 'anyone'],
  ['/docs', 'known'],
];

export function accessOf({ url, config }: Pick<RouteOptions, 'url' | 'config'>): Access {
  const access = config?.access ?? OF_LIBRARIES.find(([prefix]) => url.startsWith(prefix))?.[1];
  if (access === undefined) throw new Error(`the route ${url} declares no access: see api/authorize.ts`);
  return access;
}

/** To be called before the routes are made. `elsewhere`: who is told that an address does not exist. */
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
  // What is at no route is nobody's business but that of the known; nor does a HEAD of a page tell more than the page.
  function asked({ method, url, routeOptions }: FastifyRequest): Access {
    const ofPage = method === 'HEAD' ? accesses.get(`GET ${url.split('?')[0]}`) : undefined;
    return accesses.get(`${method} ${routeOptions.url}`) ?? ofPage ?? elsewhere;
  }

  app.decorateRequest('identity', undefined);
  app.addHook('onRequest', async (request, reply) => {
    const access = asked(request);
    if (access === 'anyone') return;
    // What one may see is not left in a browser that another uses.
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
    // Of a record that there is not and of one in another park the same is said.
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

/** An absent one is refused by the schema, later. */
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
  return new DaoyuError('FORBIDDEN', `this takes the role ${roles} for ${where}; here is ${own || 'no role'}${advice}`);
}

/** Which parks whoever asks may see; without an identity none. */
export function parksSeen({ identity }: FastifyRequest, right: Right = 'read'): (park: string) => boolean {
  const parks = identity === undefined ? [] : parksWith(identity.grants, right);
  if (parks.includes(EVERY_PARK)) return () => true;
  const seen = new Set(parks);
  return (park) => seen.has(park);
}

/** Whether nothing is hidden from whoever asks. */
export const seesAll = ({ identity }: FastifyRequest, right: Right = 'read'): boolean =>
  identity !== undefined && allows(identity.grants, right);

type Places = Pick<Registry, 'parks' | 'sites' | 'devices'>;

/** The registry as whoever asks may see it. */
export function registrySeen(registry: Places, request: FastifyRequest): Places {
  if (seesAll(request)) return registry;
  const sees = parksSeen(request);
  return {
    parks: () => registry.parks().filter(({ id }) => sees(id)),
    sites: (park) => registry.sites(park).filter((site) => sees(site.park)),
    devices: (filter) => registry.devices(filter).filter((device) => sees(device.park)),
  };
}
