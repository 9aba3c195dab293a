import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dayOf } from '../../base/beijing-time.ts';
import { runPlatform } from '../running-platform.ts';
import { runCommand } from './run-command.ts';

const RING = [
  [107.95, 31.02],
  [107.952, 31.02],
  [107.952, 31.022],
  [107.95, 31.02],
];

async function open() {
  const { platform, dataDir } = await runPlatform();
  const environment = { DAOYU_HTTP_PORT: new URL(platform.urls.http).port, DAOYU_DATA_DIR: dataDir };
  const run = async (...args: string[]) => {
    const command = runCommand(['sites', ...args], environment);
    return { code: await command.ended, printed: command.printed };
  };
  return { run, dataDir };
}

describe('daoyu sites', () => {
  it('sets stages, names and the outline that a map program saved, and lists what is in force today', async () => {
    const { run, dataDir } = await open();
    const file = join(dataDir, 'field.geojson');
    const altitudes = RING.map((position) => [...position, 402.5]);
    const feature = { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [altitudes] } };
    writeFileSync(file, JSON.stringify({ type: 'FeatureCollection', features: [feature] }));
    const today = dayOf(Date.now());
    const set = await run(
      ...['set', 'gantang-paddy-1', '--park', 'daoyu', '--en', 'Gantang one', '--boundary', file],
      ...['--stage', '2025-05-10=paddy_recovery', '--stage', `${today}=paddy_heading`],
    );
    expect(set).toMatchObject({ code: 0 });
    const shown = await run('show', 'gantang-paddy-1', '--park', 'daoyu');
    expect(JSON.parse(shown.printed)).toMatchObject({
      label: { zh: '甘棠 1 号田', en: 'Gantang one' },
      stages: [
        { from: '2025-05-10', profile: 'paddy_recovery' },
        { from: today, profile: 'paddy_heading' },
      ],
      boundary: { type: 'Polygon', coordinates: [RING] },
    });
    const list = await run('list', '--park', 'daoyu');
    expect(list.printed).toMatch(/^daoyu\/gantang-paddy-1 +paddy +paddy_heading, one of 2 stages$/m);
    const cleared = await run('set', 'gantang-paddy-1', '--park', 'daoyu', '--clear', 'stages,boundary');
    expect(JSON.parse(cleared.printed)).not.toHaveProperty('stages');
    expect(JSON.parse(cleared.printed)).not.toHaveProperty('boundary');
  }, 90_000);

  it('says in one sentence what is wrong', async () => {
    const { run, dataDir } = await open();
    const file = join(dataDir, 'two.geojson');
    writeFileSync(file, JSON.stringify({ type: 'FeatureCollection', features: [{}, {}] }));
    const set = (...args: string[]) => run('set', 'gantang-paddy-1', '--park', 'daoyu', ...args);
    const wrong = await Promise.all([
      set(),
      set('--stage', '2026-05-10'),
      set('--boundary', file),
      set('--boundary', join(dataDir, 'none.geojson')),
      set('--clear', 'name'),
      set('--stage', '2026-05-10=lobster'),
    ]);
    expect(wrong.map(({ code }) => code)).toEqual([1, 1, 1, 1, 1, 1]);
    for (const [index, words] of [
      /^OPTION_INVALID: nothing to change/,
      /^OPTION_INVALID: --stage 2026-05-10 must be a day and a profile/,
      /^OPTION_INVALID: .*exactly one polygon/,
      /^FILE_MISSING: /,
      /^OPTION_INVALID: --clear name: there are profile, stages/,
      /^PROFILE_UNKNOWN: .*paddy_heading/,
    ].entries())
      expect(wrong[index]?.printed).toMatch(words);
  }, 90_000);
});
