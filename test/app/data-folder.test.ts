import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDataFolder } from '../../app/data-folder.ts';

const fresh = () => mkdtempSync(join(tmpdir(), 'daoyu-data-'));

describe('the data folder', () => {
  it('is held by one process at a time, and free again when that one closes', async () => {
    const path = fresh();
    const held = await openDataFolder(path);
    await expect(openDataFolder(path)).rejects.toMatchObject({
      code: 'DATA_FOLDER_IN_USE',
      message: expect.stringMatching(/in use by process \d+ on \S+ since 20.* Beijing time.*DAOYU_DATA_DIR/),
    });
    held.close();
    (await openDataFolder(path)).close();
  });

  it('is taken over from a process that was killed, even when its number lives on in another process', async () => {
    const path = fresh();
    writeFileSync(join(path, 'process.json'), JSON.stringify({ pid: process.pid, startedAt: 'long ago' }));
    (await openDataFolder(path)).close();
    writeFileSync(join(path, 'process.json'), '{"pid":');
    (await openDataFolder(path)).close();
  });

  it('generates a secret once and keeps it to its owner', async () => {
    const path = fresh();
    const first = await openDataFolder(path);
    const token = first.secret('api-token');
    first.close();
    const second = await openDataFolder(path);
    expect(second.secret('api-token')).toBe(token);
    expect(token.length).toBeGreaterThanOrEqual(32);
    expect(statSync(join(path, 'secrets', 'api-token')).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, 'secrets')).mode & 0o777).toBe(0o700);
    second.close();
  });

  it('names the file and the cure when what it keeps is damaged, and never leaves half of it', async () => {
    const path = fresh();
    const folder = await openDataFolder(path);
    onTestFinished(() => folder.close());
    folder.writePrivate('devices.json', [{ device: 'a' }]);
    const file = join(path, 'secrets', 'devices.json');
    // Whoever has the old one open reads on in the old one: it is replaced, not written over.
    const before = openSync(file, 'r');
    folder.writePrivate('devices.json', []);
    expect(readFileSync(before, 'utf8')).toContain('"a"');
    closeSync(before);
    expect(folder.readPrivate('devices.json')).toEqual([]);
    expect(readdirSync(join(path, 'secrets'))).toEqual(['devices.json']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const content of ['', '[{"device":']) {
      writeFileSync(file, content);
      expect(() => folder.readPrivate('devices.json')).toThrow(
        /secrets\/devices\.json is damaged: .*Restore it from a backup/,
      );
      // It holds passwords, which the parser's message would quote.
      expect(() => folder.readPrivate('devices.json')).toThrow(
        expect.not.objectContaining({ cause: expect.anything() }),
      );
    }
  });

  it('whose format is damaged is refused with file and cure, and a crash while it is written leaves it new', async () => {
    const path = fresh();
    const file = join(path, 'format.json');
    for (const content of ['', '{"form', '{}']) {
      writeFileSync(file, content);
      const error = await openDataFolder(path).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'STORAGE_DAMAGED' });
      expect((error as Error).message).toMatch(/format\.json is damaged: .* Write \{"format":1\} to it/);
      expect((error as Error).cause).toBeUndefined();
    }
    rmSync(file);
    writeFileSync(`${file}.new`, '{"form');
    (await openDataFolder(path)).close();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ format: 1 });
    expect(readdirSync(path).filter((name) => name.startsWith('format'))).toEqual(['format.json']);
  });

  it('says which setting to change when it cannot be made', async () => {
    const file = join(fresh(), 'file');
    writeFileSync(file, '');
    await expect(openDataFolder(join(file, 'data'))).rejects.toThrow(/Set DAOYU_DATA_DIR/);
  });

  it.runIf(existsSync('/proc/self'))(
    'is refused in a sentence below a folder that takes none, instead of being tried for ever',
    async () => {
      for (const path of ['/proc/daoyu', '/proc/daoyu/data', '/proc/self/daoyu/data'])
        await expect(openDataFolder(path)).rejects.toThrow(/cannot use the data folder .*Set DAOYU_DATA_DIR/);
    },
  );
});
