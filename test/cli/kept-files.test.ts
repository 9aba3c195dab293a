import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openBookmark } from '../../cli/bookmark.ts';
import { fleetFile, loadFleet } from '../../cli/fleet-file.ts';
import { generateFleet } from '../../cli/generated-fleet.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { newDataDir, runPlatform } from '../running-platform.ts';

it('the bookmark of a replay is replaced, never written over, and a damaged one says how to go on', () => {
  const dataDir = newDataDir();
  const bookmark = openBookmark(dataDir, ['rows.csv', 'daoyu.pond']);
  expect(bookmark.read()).toBeUndefined();
  bookmark.write({ row: 200, shiftMs: 0 });
  const [name = ''] = readdirSync(join(dataDir, 'replays'));
  const file = join(dataDir, 'replays', name);
  const before = openSync(file, 'r');
  bookmark.write({ row: 400, shiftMs: 0 });
  expect(readFileSync(before, 'utf8')).toContain('200');
  closeSync(before);
  expect(bookmark.read()).toEqual({ row: 400, shiftMs: 0 });
  expect(readdirSync(join(dataDir, 'replays'))).toEqual([name]);
  for (const content of ['', '{"row":4', '{}', 'null', '{"row":"400","shiftMs":0}']) {
    writeFileSync(file, content);
    expect(() => bookmark.read()).toThrow(
      expect.objectContaining({
        code: 'STORAGE_DAMAGED',
        message: expect.stringMatching(
          /replays\/\w+\.json is damaged: .* Start over with --restart, or remove the file\.$/,
        ),
      }),
    );
  }
  bookmark.clear();
  expect(bookmark.read()).toBeUndefined();
});

it('a damaged file of credentials is named with its cure, and none of its passwords', () => {
  const file = fleetFile(newDataDir());
  expect(() => loadFleet(file)).toThrow(expect.objectContaining({ code: 'CREDENTIALS_MISSING' }));
  mkdirSync(join(file, '..'));
  for (const content of [
    '',
    '[{"password":"open-sesame"',
    '[{"password":open-sesame}]',
    'null',
    '[{"device":"pond"}]',
  ]) {
    writeFileSync(file, content);
    expect(() => loadFleet(file)).toThrow(/devices\.json is damaged: .*Restore it from a backup, or name another file/);
    expect(() => loadFleet(file)).toThrow(expect.not.objectContaining({ cause: expect.anything() }));
  }
});

it('the file of a generated fleet is replaced, never written over', async () => {
  const { platform, dataDir } = await runPlatform();
  const file = join(dataDir, 'fleet.json');
  const target = { api: platform.urls.http, token: platform.token };
  const kinds = await loadKinds();
  const fleet = (count: number) => generateFleet({ count, mix: { aquaculture_pond: 1 }, kinds, file, target });
  writeFileSync(file, '');
  await expect(fleet(1)).rejects.toThrow(/fleet\.json is damaged: /);
  writeFileSync(file, '[]\n');
  const before = openSync(file, 'r');
  expect(await fleet(1)).toHaveLength(1);
  expect(readFileSync(before, 'utf8')).toBe('[]\n');
  closeSync(before);
  expect(loadFleet(file)).toHaveLength(1);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
