import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Bus } from '../../bus/bus.ts';
import { openLmdbBus } from '../../bus/lmdb/lmdb.ts';
import { describeBus, take } from '../contract/bus.ts';
import { compiled } from '../started-process.ts';

const folders = new WeakMap<Bus, string>();

async function open(
  options: { folder?: string; maxBytes?: number; retainMs?: number; clock?: () => number } = {},
): Promise<Bus> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'daoyu-bus-'));
  const bus = await openLmdbBus({ maxBytes: 1e9, retainMs: 86_400_000, clock: Date.now, ...options, folder });
  folders.set(bus, folder);
  onTestFinished(() => bus.close().catch(() => {}));
  return bus;
}

describeBus(
  'embedded log',
  {
    async reopen(bus) {
      await bus.close();
      return await open({ folder: folders.get(bus) ?? '' });
    },
    /** Its files as a killed process leaves them. */
    async crash(bus) {
      const folder = mkdtempSync(join(tmpdir(), 'daoyu-bus-crash-'));
      cpSync(folders.get(bus) ?? '', folder, { recursive: true });
      return await open({ folder });
    },
  },
  { open: () => open(), openSmall: () => open({ maxBytes: 100_000 }) },
);

describe('positions', () => {
  it('are not used again after everything was forgotten and the log was opened anew', async () => {
    const bus = await open({ maxBytes: 3000 });
    let last = 0;
    for (let index = 0; index < 10; index++) last = await bus.append([{ subject: 'a', data: 'x'.repeat(1000) }]);
    await bus.close();
    const again = await open({ folder: folders.get(bus) ?? '', maxBytes: 3000 });
    expect(await again.append([{ subject: 'a', data: 'y' }])).toBe(last + 1);
    expect((await again.status()).sizeBytes).toBeLessThanOrEqual(3000);
  });
});

describe('kill -9 while appending', () => {
  it('loses no acknowledged entry and keeps the order, again and again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'daoyu-bus-kill-'));
    const acknowledged: number[] = [];
    for (let kill = 0; kill < 5; kill++) {
      const script = compiled('test/bus/append-process.ts');
      const child = spawn(process.execPath, [script, folder, String(kill * 1_000_000)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let seen = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged.push(Number(line));
        seen += 1;
        if (seen === 200 + kill * 37) child.kill('SIGKILL');
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    const bus = await open({ folder });
    const { firstPosition, lastPosition } = await bus.status();
    const texts = await take(bus, { subjects: ['>'], from: 'first' }, lastPosition - firstPosition + 1);
    const numbers = texts.map(Number);
    const kept = new Set(numbers);
    expect(acknowledged.filter((number) => !kept.has(number))).toEqual([]);
    expect(kept.size).toBe(numbers.length);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  }, 60_000);
});
