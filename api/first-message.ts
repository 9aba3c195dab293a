/** What a person types to see a device's first reading before the device itself is there. */
import type { Kind } from '../sensors/kind.ts';
import { type DeviceCredentials, serverOf } from './setup-text.ts';

/** A healthy value of each primary field, in the middle of what is normal. */
export function examplePayload({
  fields,
  primary,
}: Pick<Kind, 'fields' | 'primary'>): Readonly<Record<string, number>> {
  const of = fields.filter(({ name }) => primary.includes(name));
  return Object.fromEntries(
    of.map(({ name, normal, physical, decimals }) => {
      const [low, high] = normal ?? physical;
      return [name, Number(((low + high) / 2).toFixed(decimals))];
    }),
  );
}

/** One line for a shell; quotes what a shell would read otherwise. */
export function mosquittoLine(credentials: DeviceCredentials, payload: object, hostname: string): string {
  const { username, password, clientId, topics, urls } = credentials;
  const { host, port, isTls } = serverOf(urls, hostname);
  const parts = [
    ...['mosquitto_pub', '-h', host, '-p', port],
    ...(isTls ? ['--capath', '/etc/ssl/certs'] : []),
    ...['-i', clientId, '-u', username, '-P', password, '-q', '1', '-t', topics.telemetry],
    ...['-m', JSON.stringify(payload)],
  ];
  return parts.map((part) => (/^[\w./:-]+$/.test(part) ? part : `'${part.replaceAll("'", `'\\''`)}'`)).join(' ');
}
