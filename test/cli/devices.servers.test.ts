import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
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
    // A program reads standard output: JSON and nothing else.
    const credentials = JSON.parse(add.output);
    expect(add.printed).toContain('shown this once');
    expect(add.printed).toContain(
      `mosquitto_pub -h 127.0.0.1 -p ${new URL(credentials.urls[0]).port} -i daoyu.my-probe `,
    );
    const client = await connect(credentials);
    await client.publishAsync(credentials.topics.telemetry, '{"dissolved_oxygen":6.42}', { qos: 1 });
    const list = runCommand(['devices', 'list'], environment);
    expect(await list.ended).toBe(0);
    expect(list.printed).toMatch(/^daoyu\.my-probe +my-pond +aquaculture_pond +connected$/m);
    expect(list.printed).not.toContain(credentials.password);
  }, 120_000);

  it('makes a device of a model, whose examples are then understood', async () => {
    const { platform, dataDir, connect, get } = await runPlatform();
    const environment = { DAOYU_HTTP_PORT: new URL(platform.urls.http).port, DAOYU_DATA_DIR: dataDir };
    const models = runCommand(['models', 'list'], environment);
    expect(await models.ended).toBe(0);
    expect(models.printed).toMatch(/^tasmota-ds18b20 +aquaculture_pond +Tasmota \S+ \+ DS18B20/m);
    const shown = runCommand(['models', 'show', 'tasmota-ds18b20'], environment);
    expect(await shown.ended).toBe(0);
    const [example] = (JSON.parse(shown.printed) as { examples: { payload: object }[] }).examples;
    const added = runCommand(
      ['devices', 'add', 'tasmota-1', '--park', 'daoyu', '--site', 'my-pond', '--model', 'tasmota-ds18b20'],
      environment,
    );
    expect(await added.ended).toBe(0);
    const tasmota = await connect(JSON.parse(/^\{.*^\}/ms.exec(added.printed)?.[0] ?? ''));
    await tasmota.publishAsync('daoyu/daoyu/tasmota-1/telemetry', JSON.stringify(example?.payload), { qos: 1 });
    await eventually(
      () => get<{ latest: { values: Record<string, number> }[] }>('/api/v1/latest?device=tasmota-1'),
      ({ latest }) => latest[0]?.values.water_temperature === 20.6,
    );
  }, 120_000);

  it('makes the devices of a table, all or none, writes credentials and labels, and removes one with its readings', async () => {
    const { platform, dataDir, connect, get } = await runPlatform();
    const environment = { DAOYU_HTTP_PORT: new URL(platform.urls.http).port, DAOYU_DATA_DIR: dataDir };
    const table = join(dataDir, 'devices.csv');
    const [out, labels] = [join(dataDir, 'out.csv'), join(dataDir, 'labels.html')];
    const run = async (...args: readonly string[]) => {
      const command = runCommand(['devices', ...args, '--park', 'daoyu'], environment);
      return { code: await command.ended, printed: command.printed };
    };
    writeFileSync(table, 'site,device,kind\ntable-pond,a,aquaculture_pond\ntable-pond,b,aquaculture_pond\n');
    const made = await run('import', table, '--out', out, '--labels', labels);
    expect(made).toMatchObject({
      code: 0,
      printed: expect.stringContaining('2 devices are made, new sites: table-pond'),
    });
    expect(readFileSync(labels, 'utf8').match(/<svg/g)).toHaveLength(2);
    const [device = '', , , , clientId = '', username = '', password = '', telemetry = ''] =
      readFileSync(out, 'utf8').split('\r\n')[1]?.split(',') ?? [];
    const topics = { telemetry, status: '', errors: '' };
    const client = await connect({ clientId, username, password, topics });
    await client.publishAsync(telemetry, '{"dissolved_oxygen":6.42}', { qos: 1 });
    // The store takes it within a second; until then the plan counts it as pending.
    await eventually(
      () => run('remove', device, '--plan'),
      ({ printed }) => printed.includes('"readings": 1'),
      20_000,
    );
    expect(await run('remove', device, '--readings', 'remove')).toMatchObject({ code: 0 });
    const query = 'kind=aquaculture_pond&fields=dissolved_oxygen&park=daoyu&site=table-pond&from=-1h';
    expect(await get(`/api/v1/series?${query}`)).toMatchObject({ series: [] });
  }, 120_000);

  it('says in one sentence what is wrong and what would be right', async () => {
    const { platform, dataDir } = await runPlatform();
    const environment = { DAOYU_HTTP_PORT: new URL(platform.urls.http).port, DAOYU_DATA_DIR: dataDir };
    const unknown = runCommand(
      ['devices', 'add', 'x', '--park', 'daoyu', '--site', 's', '--kind', 'nope'],
      environment,
    );
    expect(await unknown.ended).toBe(1);
    expect(unknown.printed).toMatch(/^KIND_UNKNOWN: .*aquaculture_pond, cold_chain, drone_seeding, /);
    const nobody = runCommand(['devices', 'list'], { ...environment, DAOYU_HTTP_PORT: '9' });
    expect(await nobody.ended).toBe(1);
    expect(nobody.printed).toMatch(/^PLATFORM_UNREACHABLE: no platform answers at http:\/\/127\.0\.0\.1:9/);
  }, 60_000);
});
