/** Address and login of the other broker, from one URL: `mqtts://user:password@host:8883?group=daoyu&client=bridge-1`. */
import { DaoyuError } from '../../base/errors.ts';

export interface BridgeAddress {
  /** Without user and password, so that it may be shown. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** MQTT 5, unless the broker only speaks 3.1.1. */
  readonly version: 5 | 4;
  /** Name of the subscription that several bridges share; without one there may be only one bridge. */
  readonly group?: string;
  /** Fixed client id; without it the data folder keeps one. */
  readonly clientId?: string;
  /** File with the certificate authority (PEM), if the system does not know it. */
  readonly caFile?: string;
}

const SCHEMES = ['mqtt:', 'mqtts:', 'ws:', 'wss:'];
const PARAMETERS = ['group', 'client', 'version', 'ca'];
const VERSIONS: Readonly<Record<string, 5 | 4>> = { '5': 5, '3.1.1': 4 };
/** The group value for an ordinary, unshared subscription. */
const ALONE = 'none';
/** Neither a level separator nor a wildcard [MQTT-4.8.2-1]; every broker accepts client ids of these characters. */
const NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** Throws an error that says what would be right and never contains the password. */
export function parseBridgeUrl(text: string): BridgeAddress {
  const url = parse(text);
  if (!SCHEMES.includes(url.protocol) || url.hostname === '')
    throw invalid('must read mqtt://, mqtts://, ws:// or wss:// and a host');
  for (const name of url.searchParams.keys())
    if (!PARAMETERS.includes(name)) throw invalid(`has "${name}" behind the ?; there are ${PARAMETERS.join(', ')}`);
  const given = (name: string) => url.searchParams.get(name) || undefined;
  const version = VERSIONS[given('version') ?? '5'];
  if (version === undefined) throw invalid('has a version that is neither 5 nor 3.1.1');
  const named = given('group') ?? (version === 5 ? 'daoyu' : ALONE);
  const group = named === ALONE ? undefined : named;
  const clientId = given('client');
  for (const name of [group, clientId])
    if (name !== undefined && !NAME.test(name))
      throw invalid('has a group or client that is not 1 to 64 of A-Z a-z 0-9 _ . -');
  const caFile = given('ca');
  return {
    url: `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`,
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
    version,
    ...(group !== undefined && { group }),
    ...(clientId !== undefined && { clientId }),
    ...(caFile !== undefined && { caFile }),
  };
}

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch {
    // The text may contain a password, so an error that quotes it must not become the cause.
    throw invalid('is no URL');
  }
}

function invalid(why: string): DaoyuError {
  return new DaoyuError('CONFIG_INVALID', `DAOYU_MQTT_BRIDGE ${why}`);
}
