import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runPlatform } from '../running-platform.ts';
import { runCommand } from './run-command.ts';

function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-import-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'x.csv'), text);
  return join(folder, 'x.csv');
}

describe('daoyu import', () => {
  it('asks, imports, counts all rows by outcome, and its exit code tells whether all was taken', async () => {
    const { platform, dataDir, addDevice } = await runPlatform();
    await addDevice('probe', 'aquaculture_pond');
    const environment = { DAOYU_HTTP_PORT: new URL(platform.urls.http).port, DAOYU_DATA_DIR: dataDir };
    const run = async (...args: string[]) => {
      const command = runCommand(['import', ...args, '--device', 'daoyu.probe'], environment);
      return { code: await command.ended, printed: command.printed };
    };
    const open = fileOf('time;depth\n03/04/2026 08:00;63\n04/04/2026 08:00;64\n');
    const [asked, refused, taken] = await Promise.all([
      run(open, '--dry-run'),
      run(open),
      run(open, '--dates', 'dmy', '--map', 'depth=water_level:cm'),
    ]);
    expect(asked.code).toBe(1);
    expect(asked.printed).toMatch(/^2 questions before anything is imported:/m);
    expect(asked.printed).toMatch(/03\/04\/2026 08:00 may be 2026-03-04.*\n +--dates mdy {2}or {2}--dates dmy/);
    expect(asked.printed).toMatch(/--map "…=water_level:mm" {2}or {2}--map "…=water_level:cm"/);
    expect(refused.code).toBe(1);
    expect(refused.printed).toMatch(/^IMPORT_UNDECIDED: .*say --dates mdy \| dmy/m);
    expect(taken.printed).toMatch(/^2 rows for daoyu\.probe: 2 new, 0 there already, 0 refused, 0 without/m);
    expect(taken.printed).toContain('ASSUMED: the file names no zone');
    expect(taken.code).toBe(0);
    const [half, none, misspelt] = await Promise.all([
      run(fileOf('time,do\n2026-11-20 08:00,6\n2026-11-20 08:01,-127\nsoon,6\n')),
      run(fileOf('time,wert\n2026-11-20 08:00,6\n')),
      run(fileOf('time,do\n2026-11-20 08:00,6\n'), '--map', 'dо2=ph'),
    ]);
    expect(half.code).toBe(1);
    expect(half.printed).toMatch(
      /^3 rows for daoyu\.probe: 1 new, 0 there already, 1 refused, 1 without a readable time/m,
    );
    expect(half.printed).toMatch(/refused 1 × VALUE_SENTINEL dissolved_oxygen: .*\(row 2\)/);
    expect(none.code).toBe(1);
    expect(none.printed).toMatch(/^IMPORT_COLUMN_UNKNOWN: nothing would be imported.*wert; expected are/m);
    expect(misspelt.code).toBe(1);
    expect(misspelt.printed).toMatch(/^IMPORT_COLUMN_UNKNOWN: the file has no column ".*"; it has time, do$/m);
  }, 60_000);
});
