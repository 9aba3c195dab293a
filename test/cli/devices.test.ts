import { describe, expect, it } from 'vitest';
import { runPlatform } from '../running-platform.ts';
import { runCommand } from './run-command.ts';

describe('daoyu devices', () => {
  it('makes a device that can connect and publish, shows its password once, and lists it', async () => {
    const { platform, dataDir, connect } = await runPlatform();
    const environment = { DAOYU_HTTP_PORT: new URL(platform.urls.http).port, DAOYU_DATA_DIR: dataDir };
    const add = runCommand(
      ['devices', 'add', 'my-probe', '--park', 'daoyu', '--site', 'my-pond', '--kind', 'aquaculture_pond'],
      environment,
    );
    expect(await add.ended).toBe(0);
    const credentials = JSON.parse(/^\{.*^\}/ms.exec(add.printed)?.[0] ?? '');
    expect(add.printed).toContain('shown this once');
    const client = await connect(credentials);
    await client.publishAsync(credentials.topics.telemetry, '{"dissolved_oxygen":6.42}', { qos: 1 });
    const list = runCommand(['devices', 'list'], environment);
    expect(await list.ended).toBe(0);
    expect(list.printed).toMatch(/^daoyu\.my-probe +my-pond +aquaculture_pond +connected$/m);
    expect(list.printed).not.toContain(credentials.password);
  }, 60_000);

  it('says in one sentence what is wrong and what would be right', async () => {
    const { platform, dataDir } = await runPlatform();
    const environment = { DAOYU_HTTP_PORT: new URL(platform.urls.http).port, DAOYU_DATA_DIR: dataDir };
    const unknown = runCommand(
      ['devices', 'add', 'x', '--park', 'daoyu', '--site', 's', '--kind', 'nope'],
      environment,
    );
    expect(await unknown.ended).toBe(1);
    expect(unknown.printed).toMatch(/^KIND_UNKNOWN: .*aquaculture_pond, cold_chain, drone_seeding, paddy_water/);
    const nobody = runCommand(['devices', 'list'], { ...environment, DAOYU_HTTP_PORT: '9' });
    expect(await nobody.ended).toBe(1);
    expect(nobody.printed).toMatch(/^PLATFORM_UNREACHABLE: no platform answers at http:\/\/127\.0\.0\.1:9/);
  }, 60_000);
});
