import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../app/config.ts';

describe('settings', () => {
  it('have safe defaults: loopback, no token in the environment, embedded log and store', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      host: '127.0.0.1',
      mqttPort: 1883,
      httpPort: 8080,
      busUrl: 'embedded',
      storeUrl: 'embedded',
    });
    expect(config.apiToken).toBeUndefined();
  });

  it('read sizes, durations and switched-off ports', () => {
    const config = readConfig({
      DAOYU_MQTT_MAX_PACKET: '64KiB',
      DAOYU_BUS_RETAIN: '12h',
      DAOYU_WS_PORT: 'off',
      DAOYU_RETAIN_RAW: '400d',
    });
    expect(config).toMatchObject({ maxPacketBytes: 65_536, busRetain: 43_200_000, retainRaw: 400 * 86_400_000 });
    expect(config.webSocketPort).toBeUndefined();
  });

  it('name every wrong variable at once and say what would be right', () => {
    const read = () => readConfig({ DAOYU_MQTT_PORT: '99999', DAOYU_BUS_RETAIN: 'soon', DAOYU_MQTT_PROT: '1' });
    expect(read).toThrow(/DAOYU_MQTT_PORT is "99999" but must be a whole number from 0 to 65535/);
    expect(read).toThrow(/DAOYU_BUS_RETAIN is "soon" but must be a time such as/);
    expect(read).toThrow(/DAOYU_MQTT_PROT is not a setting; did you mean DAOYU_MQTT_PORT\?/);
  });

  it('stand in files where containers hand out secrets, and a wrong value from there is not repeated', () => {
    const folder = mkdtempSync(join(tmpdir(), 'daoyu-settings-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const config = readConfig({
      DAOYU_API_TOKEN_FILE: file('token', 's3cret\n'),
      DAOYU_BUS_URL_FILE: file('bus', 'nats://daoyu:pw@nats:4222'),
    });
    expect(config).toMatchObject({ apiToken: 's3cret', busUrl: 'nats://daoyu:pw@nats:4222' });
    expect(() => readConfig({ DAOYU_API_TOKEN: 'a', DAOYU_API_TOKEN_FILE: '/x' })).toThrow(
      /DAOYU_API_TOKEN and DAOYU_API_TOKEN_FILE are both set: give one of them/,
    );
    expect(() => readConfig({ DAOYU_STORE_URL_FILE: join(folder, 'none') })).toThrow(
      /DAOYU_STORE_URL_FILE names .*none, which cannot be read \(ENOENT\)/,
    );
    expect(() => readConfig({ DAOYU_API_TOKEN_FILE: file('empty', '\n') })).toThrow(/which is empty/);
    expect(() => readConfig({ DAOYU_API_TOKN_FILE: '/x' })).toThrow(/DAOYU_API_TOKN_FILE is not a setting/);
    const wrong = { DAOYU_STORE_URL_FILE: file('store', 'influxdb://t0ken@host:8086?org=a') };
    expect(() => readConfig(wrong)).toThrow(/needs either db or bucket/);
    expect(() => readConfig(wrong)).not.toThrow(/t0ken/);
  });

  it('ask for certificate and key together', () => {
    expect(() => readConfig({ DAOYU_TLS_CERT: '/x.pem' })).toThrow(/give both or none/);
  });

  it('that choose log and store are checked in the words of the one they choose, without its password', () => {
    const problemOf = (environment: Record<string, string>) => {
      try {
        readConfig(environment);
      } catch (error) {
        return (error as Error).message;
      }
      return 'none';
    };
    expect(problemOf({ DAOYU_BUS_URL: 'kafka://host' })).toBe(
      'DAOYU_BUS_URL is "kafka://host" but must be embedded or nats://host:4222 or memory',
    );
    expect(problemOf({ DAOYU_BUS_URL: 'embedded:///x' })).toMatch(/must be embedded or/);
    expect(problemOf({ DAOYU_BUS_URL: 'nats' })).toMatch(/must be embedded or/);
    expect(problemOf({ DAOYU_BUS_URL: 'nats://user:pa55@host?creds=x' })).toMatch(/NATS URL has "creds" behind the \?/);
    expect(problemOf({ DAOYU_STORE_URL: 'postgres://x' })).toMatch(/must be embedded or influxdb:\/\/… or memory/);
    expect(problemOf({ DAOYU_STORE_URL: 'influxdb://token:pa55@host:8086?org=a' })).toMatch(
      /needs either db or bucket/,
    );
    for (const url of ['nats://user:pa55@host?creds=x', 'influxdb://token:pa55@host:8086?org=a'])
      for (const variable of ['DAOYU_BUS_URL', 'DAOYU_STORE_URL'])
        expect(problemOf({ [variable]: url })).not.toContain('pa55');
    for (const url of ['embedded', 'memory', 'nats://host', 'tls://one,two:4333'])
      expect(problemOf({ DAOYU_BUS_URL: url })).toBe('none');
    for (const url of ['embedded', 'memory', 'influxdbs://u:p@host?db=x'])
      expect(problemOf({ DAOYU_STORE_URL: url })).toBe('none');
  });
});
