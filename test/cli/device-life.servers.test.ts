import { expect, it } from 'vitest';
import { runPlatform } from '../running-platform.ts';
import { runCommand } from './run-command.ts';

it('takes an empty installation from park to device, and the device to its end', async () => {
  const { platform, dataDir, get } = await runPlatform({ DAOYU_DEMO: 'no' });
  const environment = { DAOYU_HTTP_PORT: new URL(platform.urls.http).port, DAOYU_DATA_DIR: dataDir };
  const run = async (line: string) => {
    const command = runCommand(line.split(' '), environment);
    return { code: await command.ended, printed: command.printed };
  };
  expect(await run('parks add tianyu --zh 天渔园区')).toMatchObject({ code: 0 });
  expect(await run('sites add pond-1 --park tianyu --type pond --profile crab_pond')).toMatchObject({ code: 0 });
  expect(await run('devices add probe --park tianyu --site pond-1 --kind aquaculture_pond')).toMatchObject({ code: 0 });
  const rotated = await run('devices rotate probe --park tianyu --overlap 0');
  expect(rotated).toMatchObject({ code: 0, printed: expect.stringContaining('"username": "tianyu.probe"') });
  expect(await run('devices set probe --park tianyu --disable')).toMatchObject({ code: 0 });
  const { devices } = await get<{ devices: object[] }>('/api/v1/devices');
  expect(devices).toMatchObject([{ park: 'tianyu', site: 'pond-1', device: 'probe', isDisabled: true }]);
  expect((await run('devices set probe --park tianyu')).printed).toContain('OPTION_INVALID: nothing to change');
  expect((await run('sites remove pond-1 --park tianyu')).printed).toContain(
    'SITE_NOT_EMPTY: site tianyu/pond-1 has probe',
  );
  for (const line of ['devices remove probe --park tianyu', 'sites remove pond-1 --park tianyu', 'parks remove tianyu'])
    expect(await run(line)).toMatchObject({ code: 0, printed: expect.stringContaining('removed') });
  expect(await get('/api/v1/parks')).toMatchObject({ parks: [], sites: [] });
}, 120_000);
