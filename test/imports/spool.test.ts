import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createSpool } from '../../imports/spool.ts';

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

it('keeps a file until it is removed, and nothing of one that is too large or breaks off', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'daoyu-spool-')), 'imports');
  onTestFinished(() => rmSync(join(folder, '..'), { recursive: true, force: true }));
  const spool = createSpool(folder, 10);
  const file = await spool.keep(chunks('hello', 'world'));
  expect(readFileSync(file, 'utf8')).toBe('helloworld');
  await expect(spool.keep(chunks('hello', 'world', '!'))).rejects.toMatchObject({ code: 'IMPORT_TOO_LARGE' });
  async function* broken() {
    yield* chunks('hel');
    throw new Error('the client left');
  }
  await expect(spool.keep(broken())).rejects.toThrow('the client left');
  expect(readdirSync(folder)).toHaveLength(1);
  await spool.remove(file);
  expect(existsSync(file)).toBe(false);
  // What a process that was killed has left goes with the first file of the next.
  writeFileSync(join(folder, 'left'), 'x');
  await createSpool(folder).keep(chunks('x'));
  expect(readdirSync(folder)).toHaveLength(1);
});
