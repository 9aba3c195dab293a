/** Parsers of setting values: each throws an error whose message says what would be right. */
import { isIP } from 'node:net';
import { EVERY_PARK, type Grant, ROLES as PEOPLE_ROLES } from '../people/roles.ts';

export const ROLES = ['broker', 'ingest', 'api'] as const;
export type Role = (typeof ROLES)[number];

export const text = (value: string) => value;
export const optional = (value: string) => (value === '' ? undefined : value);

export function whole(min: number, max: number) {
  return (value: string) => {
    const number = Number(value);
    if (!Number.isInteger(number) || value.trim() === '' || number < min || number > max) {
      throw new Error(`a whole number from ${min} to ${max}`);
    }
    return number;
  };
}

export const port = whole(0, 65_535);

export function optionalPort(value: string): number | undefined {
  return value === 'off' ? undefined : port(value);
}

const BYTE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  kB: 1e3,
  KiB: 1024,
  MB: 1e6,
  MiB: 1024 ** 2,
  GB: 1e9,
  GiB: 1024 ** 3,
};

export function bytes(value: string): number {
  const [, digits, unit] = /^(\d+)\s*([A-Za-z]*)$/.exec(value) ?? [];
  const factor = BYTE_UNITS[unit ?? '?'];
  if (digits === undefined || factor === undefined) throw new Error('a size such as 65536, 64KiB, 2GB');
  return Number(digits) * factor;
}

const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function duration(value: string): number {
  const [, digits, unit] = /^(\d+)\s*(ms|s|m|h|d)$/.exec(value) ?? [];
  const factor = DURATION_UNITS[unit ?? '?'];
  if (digits === undefined || factor === undefined) throw new Error('a time such as 500ms, 10s, 5m, 12h, 30d');
  return Number(digits) * factor;
}

export function durationOrNever(value: string): number | undefined {
  return value === 'never' ? undefined : duration(value);
}

export function oneOf<const T extends string>(...choices: readonly T[]) {
  return (value: string): T => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw new Error(`one of ${choices.join(', ')}`);
    return found;
  };
}

export function replicas(value: string): number {
  const number = Number(value);
  if (![1, 3, 5].includes(number)) throw new Error('1, 3 or 5');
  return number;
}

/** Addresses and networks; absent: no proxy is trusted, because any client can send a proxy's headers. */
export function proxies(value: string): readonly string[] | undefined {
  if (value === '') return undefined;
  const names = value.split(',').map((name) => name.trim());
  const isNetwork = (name: string) => {
    const [address = '', length, ...rest] = name.split('/');
    const bits = isIP(address) === 4 ? 32 : 128;
    return isIP(address) > 0 && rest.length === 0 && (length === undefined || isLength(length, bits));
  };
  if (!names.every(isNetwork))
    throw new Error('addresses or networks, such as 127.0.0.1 or 10.0.0.0/8, with commas between');
  return names;
}

/** URL of an identity provider; plain HTTP for one on the same machine only. */
export function provider(value: string): URL | undefined {
  if (value === '') return undefined;
  const right = 'an address such as https://login.example.cn/realms/farm';
  if (!URL.canParse(value)) throw new Error(right);
  const url = new URL(value);
  const isHere = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere)) throw new Error(right);
  return url;
}

/** URL template of a tile server. */
export function tiles(value: string): string | undefined {
  if (value === '') return undefined;
  const isRight = ['{z}', '{x}', '{y}'].every((part) => value.includes(part)) && /^https?:\/\/[^{}]+\//.test(value);
  if (!isRight) throw new Error('an address with {z}, {x} and {y}, such as https://tiles.example.cn/{z}/{x}/{y}.png');
  return value;
}

/** `farm-admins=admin,pond-watch=operator@tianyu`: the roles of each group. */
export function groupRoles(value: string): ReadonlyMap<string, readonly Grant[]> | undefined {
  if (value === '') return undefined;
  const byGroup = new Map<string, Grant[]>();
  for (const each of value.split(',')) {
    const [group = '', role, park = EVERY_PARK] = each.trim().split(/[=@]/);
    const known = PEOPLE_ROLES.find((name) => name === role);
    if (group === '' || known === undefined || park === '')
      throw new Error(
        'group=role or group=role@park, with commas between, such as farm-admins=admin,watch=operator@tianyu',
      );
    byGroup.set(group, [...(byGroup.get(group) ?? []), { role: known, park }]);
  }
  return byGroup;
}

const isLength = (text: string, most: number) => /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= most;

export function roles(value: string): readonly Role[] {
  const names = value.split(',').map((name) => name.trim());
  const known = ROLES.filter((role) => names.includes(role));
  if (known.length !== names.length) throw new Error('one or more of broker,ingest,api');
  return known;
}
