import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockFolder } from '../../app/folder-lock.ts';
import { compiled } from '../started-process.ts';

function fresh(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Starter {
  readonly child: ChildProcessWithoutNullStreams;
  next(): Promise<string>;
  /** Begins, or lets go. */
  go(): void;
  kill(): Promise<void>;
}

async function starter(path: string): Promise<Starter> {
  const script = compiled('test/app/holding-process.ts');
  const child = spawn(process.execPath, [script, path], { stdio: ['pipe', 'pipe', 'pipe'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  onTestFinished(kill);
  const next = async () => String((await lines.next()).value);
  expect(await next()).toBe('ready');
  return { child, next, kill, go: () => void child.stdin.write('\n') };
}

const holderOf = (path: string) => JSON.parse(readFileSync(join(path, 'process.json'), 'utf8')) as { pid: number };

describe('the lock of a data folder', () => {
  it('refuses a second process, names the first and leaves its files alone; kill -9 frees it', async () => {
    const path = fresh();
    const first = await starter(path);
    first.go();
    expect(await first.next()).toBe('held');
    const second = await starter(path);
    second.go();
    const refusal = await second.next();
    expect(refusal).toMatch(/^DATA_FOLDER_IN_USE .* in use by process \d+ on .* since 20.* Beijing time\./);
    expect(refusal).toContain(`process ${first.child.pid} on ${hostname()}`);
    expect(holderOf(path).pid).toBe(first.child.pid);
    await first.kill();
    const third = await starter(path);
    third.go();
    expect(await third.next()).toBe('held');
    expect(holderOf(path).pid).toBe(third.child.pid);
    third.go();
    expect(await third.next()).toBe('closed');
    expect(existsSync(join(path, 'process.json'))).toBe(false);
  }, 60_000);

  it('refuses beside a holder that stands still, and needs no process numbers for it', async () => {
    const path = fresh();
    const first = await starter(path);
    first.go();
    expect(await first.next()).toBe('held');
    // As in a container, whose process numbers are its own: the file says nothing that helps.
    rmSync(join(path, 'process.json'));
    first.child.kill('SIGSTOP');
    const second = await starter(path);
    second.go();
    expect(await second.next()).toMatch(/^DATA_FOLDER_IN_USE .* in use by another process\./);
    first.child.kill('SIGCONT');
  }, 60_000);

  it('goes to exactly one of many that start at once, fifty times, whether the last holder was killed or left', async () => {
    const path = fresh();
    for (let round = 0; round < 50; round++) {
      const attempts = await Promise.all(Array.from({ length: 6 }, (_, index) => lockFolder(path, `starter ${index}`)));
      const winners = attempts.flatMap((attempt) => ('lock' in attempt ? [attempt.lock] : []));
      expect(winners).toHaveLength(1);
      expect(attempts.filter((attempt) => 'heldBy' in attempt)).toHaveLength(5);
      expect(readdirSync(path).filter((name) => name.endsWith('.sock'))).toHaveLength(1);
      winners[0]?.close();
    }
    expect(readdirSync(path)).toEqual(['process.50.sock']);
  });

  it('goes to exactly one of two processes that start at once behind one that was killed', async () => {
    const path = fresh();
    let before = await starter(path);
    before.go();
    expect(await before.next()).toBe('held');
    for (let round = 0; round < 5; round++) {
      const [one, two] = await Promise.all([starter(path), starter(path)]);
      await before.kill();
      one.go();
      two.go();
      const [first, second] = await Promise.all([one.next(), two.next()]);
      expect([first, second].filter((line) => line === 'held')).toHaveLength(1);
      expect([first, second].filter((line) => line.startsWith('DATA_FOLDER_IN_USE'))).toHaveLength(1);
      before = first === 'held' ? one : two;
      await (first === 'held' ? two : one).kill();
    }
    await before.kill();
  }, 120_000);

  it.runIf(process.platform === 'linux')('holds in a folder whose path is too long for a socket', async () => {
    const path = join(fresh(), 'a'.repeat(120), 'b'.repeat(60));
    mkdirSync(path, { recursive: true });
    const first = await lockFolder(path, 'first');
    expect(first).toHaveProperty('lock');
    expect(await lockFolder(path, 'second')).toEqual({ heldBy: 'first' });
    if ('lock' in first) first.lock.close();
    const third = await lockFolder(path, 'third');
    expect(third).toHaveProperty('lock');
    if ('lock' in third) third.lock.close();
  });
});
