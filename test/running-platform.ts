/** Starts a whole platform for a test: free ports, a temporary data folder, real MQTT and HTTP clients. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { readConfig } from '../app/config.ts';
import { type Platform, type PlatformOptions, startPlatform } from '../app/platform.ts';
import { httpClient } from './http-client.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly clientId: string;
  readonly topics: { readonly telemetry: string; readonly status: string; readonly errors: string };
}

export interface RunningPlatform {
  readonly platform: Platform;
  readonly dataDir: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  addDevice(device: string, kind: string, extra?: object): Promise<Credentials>;
  connect(credentials: Credentials, options?: IClientOptions): Promise<MqttClient>;
}

export const newDataDir = () => mkdtempSync(join(tmpdir(), 'daoyu-'));

export async function runPlatform(
  environment: Readonly<Record<string, string>> = {},
  options: Partial<PlatformOptions> = {},
): Promise<RunningPlatform> {
  const dataDir = environment.DAOYU_DATA_DIR ?? newDataDir();
  const config = readConfig({
    DAOYU_MQTT_PORT: '0',
    DAOYU_WS_PORT: '0',
    DAOYU_HTTP_PORT: '0',
    DAOYU_DATA_DIR: dataDir,
    DAOYU_LOG_LEVEL: 'silent',
    DAOYU_DEMO: 'yes',
    ...environment,
  });
  const platform = await startPlatform(config, { log: pino({ level: config.logLevel }), clock: Date.now, ...options });
  onTestFinished(() => platform.close());
  const client = httpClient(platform.urls.http, platform.token);
  return {
    platform,
    dataDir,
    ...client,
    addDevice: (device, kind, extra = {}) =>
      client.post<Credentials>('/api/v1/devices', { park: 'daoyu', site: 'test-site', device, kind, ...extra }),
    connect: (credentials, options) => connectMqtt(platform.urls.mqtt.mqtt ?? '', credentials, options),
  };
}

export async function connectMqtt(
  url: string,
  credentials: Credentials,
  options: IClientOptions = {},
): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, {
    clientId: credentials.clientId,
    username: credentials.username,
    password: credentials.password,
    reconnectPeriod: 0,
    ...options,
  });
  onTestFinished(async () => {
    await client.endAsync(true);
  });
  return client;
}
