import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEnvironment } from '../../engines/lmdb.ts';
import { damageOf } from '../../engines/lmdb-check.ts';
import { compiled } from '../started-process.ts';

const PAGE = 4096;
let whole = '';
const folders: string[] = [];

function fresh(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-lmdb-'));
  folders.push(folder);
  return folder;
}

/** A tree of several levels, values of less than a page and of many, pages freed and used again. */
beforeAll(async () => {
  whole = fresh();
  const environment = openEnvironment(whole);
  const entries = environment.table<number>('entries');
  const meta = environment.table<string>('meta');
  for (let round = 0; round < 20; round++) {
    await environment.commit((put) => {
      for (let index = 0; index < 100; index++)
        put(entries, round * 100 + index, 'x'.repeat(index % 10 === 0 ? 9000 : 300));
      put(meta, 'last', String(round));
      for (let index = 0; index < 40; index++) put(entries, round * 100 + index - 100, undefined);
    });
  }
  await environment.close();
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Opens and reads all in a process of its own: what a signal ends is seen from outside. */
function readIn(folder: string) {
  const script = compiled('test/engines/reading-process.ts');
  const { signal, stdout } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' });
  return { signal, answer: stdout.trim() };
}

function damaged(change: (file: string, sizeBytes: number) => void): string {
  const folder = fresh();
  cpSync(whole, folder, { recursive: true });
  const file = join(folder, 'data.mdb');
  change(file, statSync(file).size);
  return folder;
}

function overwrite(file: string, from: number, bytes: number, value: () => number): void {
  const content = readFileSync(file);
  for (let at = from; at < Math.min(content.length, from + bytes); at++) content[at] = value();
  writeFileSync(file, content);
}

const zero = () => 0;
/** The same garbage in each run. */
function garbage(): () => number {
  let state = 12345;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 24;
  };
}

describe('an LMDB file', () => {
  it('that is whole, or not there yet, is opened', () => {
    expect(damageOf(join(whole, 'data.mdb'))).toBeUndefined();
    expect(damageOf(join(fresh(), 'data.mdb'))).toBeUndefined();
    expect(readIn(whole)).toEqual({ signal: null, answer: 'read 1240' });
  });

  it.each([
    ['cut in half', (file: string, size: number) => truncateSync(file, size / 2)],
    ['cut to a few bytes', (file: string) => truncateSync(file, 100)],
    ['cut to its first page', (file: string) => truncateSync(file, PAGE)],
    ['all zeros', (file: string, size: number) => overwrite(file, 0, size, zero)],
    ['all garbage', (file: string, size: number) => overwrite(file, 0, size, garbage())],
    ['zeros behind its first pages', (file: string, size: number) => overwrite(file, 2 * PAGE, size, zero)],
    ['garbage behind its first pages', (file: string, size: number) => overwrite(file, 2 * PAGE, size, garbage())],
    ['of another page size', (file: string) => overwrite(file, 49, 1, () => 0x40)],
    ['without its second page', (file: string) => overwrite(file, PAGE, PAGE, zero)],
  ])('that is %s is refused with a sentence that names file and cure, and the process goes on', (_, change) => {
    const folder = damaged(change);
    const before = readFileSync(join(folder, 'data.mdb'));
    const { signal, answer } = readIn(folder);
    expect(signal).toBeNull();
    expect(answer).toMatch(/^STORAGE_DAMAGED .*data\.mdb is damaged: .*Restore the folder .* from a backup/);
    expect(readFileSync(join(folder, 'data.mdb')).equals(before)).toBe(true);
  });

  it('cut anywhere is refused or read in full, never mapped beyond its end', () => {
    const pages = statSync(join(whole, 'data.mdb')).size / PAGE;
    let refused = 0;
    for (let cut = 2; cut < pages; cut += 7) {
      const folder = damaged((file) => truncateSync(file, cut * PAGE));
      if (damageOf(join(folder, 'data.mdb')) !== undefined) refused += 1;
      else expect(readIn(folder)).toEqual({ signal: null, answer: 'read 1240' });
      rmSync(folder, { recursive: true });
    }
    expect(refused).toBeGreaterThan(pages / 10);
  });

  it('that could not be opened is not held: mended, it opens in the same process', async () => {
    const folder = damaged((file) => overwrite(file, 0, PAGE, zero));
    expect(() => openEnvironment(folder)).toThrow(/is damaged/);
    cpSync(join(whole, 'data.mdb'), join(folder, 'data.mdb'));
    const environment = openEnvironment(folder);
    expect(environment.table<string>('meta').get('last')).toBe('19');
    await environment.close();
  });
});
