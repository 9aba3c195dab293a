import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { openEnvironment } from '../../engines/lmdb.ts';
import { openLmdbKv } from '../../kv/lmdb.ts';
import { elsewhere, runCommand } from '../cli/run-command.ts';
import { newDataDir } from '../running-platform.ts';

const DEVICE = { device: 'pond', passwordHash: 'scrypt$15$8$1$c2FsdA$aGFzaA' };
const SECRET = /scrypt|passwordHash|c2FsdA|aGFzaA|SyntaxError/;

const folderOf = () => mkdtempSync(join(tmpdir(), 'daoyu-state-'));

async function failureOf(folder: string): Promise<unknown> {
  const kv = await openLmdbKv({ folder });
  try {
    return await kv.get('device/pond');
  } catch (error) {
    return error;
  } finally {
    await kv.close();
  }
}

/** As many bytes as before, so that the file stays what LMDB can read. */
function overwrite(folder: string, text: string, by: string): void {
  const file = join(folder, 'data.mdb');
  const content = readFileSync(file, 'latin1');
  expect(content).toContain(text);
  writeFileSync(file, content.replaceAll(text, by), 'latin1');
}

async function stateWithDevice(folder = folderOf(), key = 'device/pond'): Promise<string> {
  const kv = await openLmdbKv({ folder });
  await kv.put(key, DEVICE);
  await kv.close();
  return folder;
}

it.each([
  ['a quote less', '"passwordHash":"scrypt', '"passwordHash": scrypt', /it is not JSON \(\d+ characters\)/],
  ['no comma', '"pond","', '"pond" "', /it is not JSON at position \d+ \(\d+ characters\)/],
  ['no revision', '1 {"device"', 'x {"device"', /it has no revision/],
])('a stored value with %s is named with its cure, and nothing of it is quoted', async (_, text, by, damage) => {
  const folder = await stateWithDevice();
  overwrite(folder, text, by);
  const error = await failureOf(folder);
  expect(error).toMatchObject({ code: 'STORAGE_DAMAGED' });
  const { message, cause } = error as Error;
  expect(message).toMatch(damage);
  expect(message).toContain(`the value of "device/pond" in the folder ${folder} is damaged: `);
  expect(message).toMatch(/Restore the folder from a backup\.$/);
  expect(cause).toBeUndefined();
  expect(inspect(error)).not.toMatch(SECRET);
});

it('the number of the last revision that cannot be read is refused instead of counting on from nothing', async () => {
  const folder = await stateWithDevice();
  const environment = openEnvironment(folder);
  await environment.commit((put) => put(environment.table<string>('items'), '\u0000revision', 'x'));
  await environment.close();
  await expect(openLmdbKv({ folder })).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' });
});

it('the start on a damaged device ends in one sentence without a stack', async () => {
  const dataDir = newDataDir();
  const state = await stateWithDevice(join(dataDir, 'state'), 'registry/device/pond');
  overwrite(state, '"passwordHash":"scrypt', '"passwordHash": scrypt');
  const up = runCommand(['up'], elsewhere(dataDir));
  expect(await up.ended).toBe(1);
  expect(up.printed).toMatch(
    /^STORAGE_DAMAGED: the value of "registry\/device\/pond" in the folder \S+state is damaged: .*\n$/m,
  );
  expect(up.printed).not.toMatch(/\n +at /);
  expect(up.printed).not.toMatch(SECRET);
});
