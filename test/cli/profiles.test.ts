import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runPlatform } from '../running-platform.ts';
import { runCommand } from './run-command.ts';

describe('daoyu profiles', () => {
  it('shows a profile, takes it back with other numbers as its next version, and says what is wrong with it', async () => {
    const { platform, dataDir } = await runPlatform();
    const environment = { DAOYU_HTTP_PORT: new URL(platform.urls.http).port, DAOYU_DATA_DIR: dataDir };
    const run = async (...args: string[]) => {
      const command = runCommand(['profiles', ...args], environment);
      return { code: await command.ended, printed: command.printed };
    };
    const file = join(dataDir, 'profile.json');
    const save = (profile: object) => writeFileSync(file, JSON.stringify(profile));
    const shown = JSON.parse((await run('show', 'crab_pond')).printed);
    save({ ...shown, author: '开江县水产站' });
    expect(JSON.parse((await run('set', file)).printed)).toMatchObject({
      ...shown,
      version: 2,
      author: '开江县水产站',
    });
    expect((await run('list')).printed).toMatch(/^crab_pond +version 2 {2}\S+ .+, (no site|\d+ sites?)$/m);
    const again = await run('set', file);
    expect(again).toMatchObject({ code: 1, printed: expect.stringMatching(/PROFILE_CHANGED: .*read it again/) });
    save({ ...shown, name: undefined });
    expect(await run('set', file)).toMatchObject({
      code: 1,
      printed: expect.stringMatching(/OPTION_INVALID: .*daoyu profiles show/),
    });
    expect(await run('show', 'lobster')).toMatchObject({
      code: 1,
      printed: expect.stringMatching(/PROFILE_UNKNOWN: .*crab_pond/),
    });
  }, 90_000);
});
