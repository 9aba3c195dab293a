/** Where NATS is and how to sign in, read from one URL: `nats://user:password@one:4222,two:4222?credentials=/file&monitor=http://one:8222`. */
import { DaoyuError } from '../../base/errors.ts';

export interface NatsAddress {
  /** `host:port` of each server given. */
  readonly servers: readonly string[];
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** File with a JWT and its seed, as `nsc` writes it. */
  readonly credentials?: string;
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  /** Base URLs of the monitoring ports; without any, port 8222 of each server is asked. */
  readonly monitors: readonly string[];
}

export const NATS_SCHEMES = ['nats', 'tls'] as const;

const DEFAULT_PORT = 4222;
const MONITOR_PORT = 8222;
const PARAMETERS = ['credentials', 'ca', 'cert', 'key', 'monitor'];

/** Throws `CONFIG_INVALID` with what would be right; the password is not in the message. */
export function parseNatsUrl(text: string): NatsAddress {
  const [, scheme, signIn, hosts = '', , query = ''] =
    /^(nats|tls):\/\/(?:([^@/?]*)@)?([^/?]*)(\/)?(?:\?(.*))?$/.exec(text) ?? [];
  if (scheme === undefined || hosts === '')
    throw invalid('is not of the form nats://[user:password@]host[:port][,host…]');
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys()) {
    if (!PARAMETERS.includes(name)) throw invalid(`has "${name}" behind the ?; there are ${PARAMETERS.join(', ')}`);
  }
  const servers = hosts.split(',').map((host) => withPort(host.trim()));
  const given = (name: string) => parameters.get(name) || undefined;
  const [ca, cert, key, credentials] = ['ca', 'cert', 'key', 'credentials'].map(given);
  if ((cert === undefined) !== (key === undefined)) throw invalid('needs cert and key together');
  const hasTls = scheme === 'tls' || ca !== undefined || cert !== undefined;
  return {
    servers,
    ...parseSignIn(signIn),
    ...(credentials !== undefined && { credentials }),
    ...(hasTls && {
      tls: { ...(ca && { caFile: ca }), ...(cert && { certFile: cert }), ...(key && { keyFile: key }) },
    }),
    monitors: parameters.has('monitor')
      ? parameters.getAll('monitor').flatMap((each) => each.split(',').filter((url) => url !== ''))
      : servers.map((server) => `http://${server.slice(0, server.lastIndexOf(':'))}:${MONITOR_PORT}`),
  };
}

/** The URL as it may be shown: without user, password or token. */
export function showNatsUrl({ servers }: NatsAddress): string {
  return `nats://${servers.join(',')}`;
}

function parseSignIn(signIn: string | undefined): Pick<NatsAddress, 'user' | 'password' | 'token'> {
  if (signIn === undefined || signIn === '') return {};
  const [first = '', ...rest] = signIn.split(':').map(decodeURIComponent);
  return rest.length === 0 ? { token: first } : { user: first, password: rest.join(':') };
}

function withPort(host: string): string {
  if (!/^(\[[0-9a-fA-F:]+\]|[^\s:[\]]+)(:\d{1,5})?$/.test(host))
    throw invalid(`has "${host}" where a host[:port] belongs`);
  return /:\d+$/.test(host.replace(/^\[.*\]/, '')) ? host : `${host}:${DEFAULT_PORT}`;
}

function invalid(why: string): DaoyuError {
  return new DaoyuError('CONFIG_INVALID', `the NATS URL ${why}`);
}
