import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkOpenFiles } from '../../cli/open-files.ts';
import { newDataDir, runPlatform } from '../running-platform.ts';
import { compiled } from '../started-process.ts';
import { elsewhere, runCommand } from './run-command.ts';

describe('the command line', () => {
  it.each([
    ['up', '--simulat'],
    ['simulate', '--scenarioo'],
    ['replay', 'file.csv', '--device', 'park.probe', '--spede'],
    ['sites', 'list', '--prak'],
  ])('ends %s with one sentence when an option is misspelt', async (...args) => {
    const command = runCommand(args, elsewhere(newDataDir()));
    expect(await command.ended).toBe(1);
    expect(command.printed).toMatch(/^error: unknown option '--\w+'/);
    expect(command.printed).not.toMatch(/\n +at /);
  });

  it('ends a replay whose password is wrong, saying so', async () => {
    const { platform, post, addDevice } = await runPlatform();
    await post('/api/v1/parks', { park: 'county' });
    await addDevice('probe', 'aquaculture_pond', { park: 'county' });
    const file = join(mkdtempSync(join(tmpdir(), 'daoyu-')), 'file.csv');
    writeFileSync(file, 'time,dissolved_oxygen\n2026-07-20T05:40:00+08:00,6.4\n');
    const url = platform.urls.mqtt.mqtt ?? '';
    const command = runCommand(['replay', file, '--device', 'county.probe', '--url', url], {
      ...elsewhere(newDataDir()),
      DAOYU_DEVICE_PASSWORD: 'wrong',
    });
    expect(await command.ended).toBe(1);
    expect(command.printed).toMatch(/CREDENTIALS_REFUSED: the platform refuses the password of county\.probe/);
  });

  it('ends a start that fails although a part cannot be closed', async () => {
    const { platform } = await runPlatform();
    const command = runCommand(['up'], {
      ...elsewhere(newDataDir()),
      DAOYU_HTTP_PORT: new URL(platform.urls.http).port,
    });
    expect(await command.ended).toBe(1);
    expect(command.printed).toMatch(/PORT_TAKEN/);
  });
});

describe('a limit of open files', () => {
  it.runIf(process.platform === 'linux').each([24, 64])(
    'of %d ends the start in a sentence, before a file too many is opened',
    (limit) => {
      const start = spawnSync(
        'sh',
        ['-c', `ulimit -n ${limit} && exec "$0" "$1" up`, process.execPath, compiled('main.ts')],
        {
          env: { ...process.env, ...elsewhere(newDataDir()) },
          encoding: 'utf8',
        },
      );
      expect(start.stderr).toMatch(new RegExp(`^TOO_FEW_FILES: this process may open ${limit} files .*\\n$`));
      expect(start.stdout).toBe('');
      expect(start.status).toBe(1);
    },
  );

  it('that is too low is told in a sentence', () => {
    for (const limit of [24, 64, 255])
      expect(() => checkOpenFiles(limit)).toThrow(expect.objectContaining({ code: 'TOO_FEW_FILES' }));
    expect(() => checkOpenFiles(256)).not.toThrow();
    expect(() => checkOpenFiles()).not.toThrow();
  });
});
