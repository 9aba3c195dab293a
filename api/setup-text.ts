/** Credentials of a device as a QR code carries them, for the tool that sets the device up. */
import type { Static } from 'typebox';
import type { Credentials } from './show-device.ts';

export type DeviceCredentials = Static<typeof Credentials>;

const NOWHERE = ['0.0.0.0', '[::]', '127.0.0.1', '[::1]', 'localhost'];

export interface Server {
  readonly host: string;
  readonly port: string;
  readonly isTls: boolean;
}

/** The MQTT address as `hostname` is reached: what a server that listens everywhere says of itself is nowhere. TLS where there is any. */
export function serverOf(urls: readonly string[], hostname: string): Server {
  const secure = urls.find((url) => url.startsWith('mqtts:'));
  const found = secure ?? urls.find((url) => url.startsWith('mqtt:'));
  // URL parses the host of schemes that it knows.
  const url = new URL((found ?? `mqtt://${hostname}:1883`).replace(/^mqtts?:/, 'http:'));
  const host = NOWHERE.includes(url.hostname) ? hostname : url.hostname;
  return { host, port: url.port || (secure ? '8883' : '1883'), isTls: secure !== undefined };
}

export function setupText({ username, password, clientId, topics, urls }: DeviceCredentials, hostname: string): string {
  const { host, port, isTls } = serverOf(urls, hostname);
  const server = `${isTls ? 'mqtts' : 'mqtt'}://${host}:${port}`;
  return JSON.stringify({ server, clientId, username, password, topic: topics.telemetry });
}
