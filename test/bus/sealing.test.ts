import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Bus } from '../../bus/bus.ts';
import { type EmbeddedBusOptions, openLmdbBus } from '../../bus/lmdb/lmdb.ts';
import { take } from '../contract/bus.ts';
import { eventually } from '../eventually.ts';
import { compiled } from '../started-process.ts';

const TEXT = 'measured and sealed '.repeat(100);

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-seal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function open(folder: string, options: Partial<EmbeddedBusOptions> = {}): Promise<Bus> {
  const bus = await openLmdbBus({
    ...{ folder, maxBytes: 1e9, retainMs: 86_400_000, clock: Date.now, tendEveryMs: 10 },
    ...options,
  });
  onTestFinished(() => bus.close().catch(() => {}));
  return bus;
}

/** Each of 2 kB, so that some 130 make a block. */
async function fill(bus: Bus, from: number, to: number): Promise<void> {
  for (let start = from; start < to; start += 50) {
    const count = Math.min(50, to - start);
    await bus.append(
      Array.from({ length: count }, (_, index) => ({ subject: 'daoyu.test', data: `${start + index} ${TEXT}` })),
    );
  }
}

const numbers = (texts: readonly string[]) => texts.map((text) => Number(text.split(' ', 1)[0]));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
/** Overtaken by sealing at its first entries, and then alongside it. */
async function readSlowly(bus: Bus, after: number, to: number): Promise<number[]> {
  const consumption = await bus.consume({ subjects: ['>'], from: { after } });
  const texts: string[] = [];
  for await (const { data } of consumption) {
    if (texts.push(data) === to - after) break;
    if (texts.length === 10) await untilSealed(bus, 3_500_000);
    if (texts.length % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await consumption.close();
  return numbers(texts);
}

const untilSealed = (bus: Bus, below: number) =>
  eventually(
    () => bus.status(),
    ({ sizeBytes }) => sizeBytes < below,
    10_000,
  );

describe('what everybody has taken is sealed', () => {
  it('takes a fraction of the room, and is read as before from any position, also after opening anew', async () => {
    const folder = freshFolder();
    const bus = await open(folder);
    await fill(bus, 0, 1000);
    // Seven blocks, and the rest loose.
    const { firstPosition, lastPosition } = await untilSealed(bus, 400_000);
    expect([firstPosition, lastPosition]).toEqual([1, 1000]);
    await bus.close();
    const again = await open(folder);
    expect(numbers(await take(again, { subjects: ['>'], from: 'first' }, 1000))).toEqual(range(0, 1000));
    for (const after of [1, 130, 131, 132, 500, 916, 917, 918, 999])
      expect(numbers(await take(again, { subjects: ['>'], from: { after } }, 1000 - after))).toEqual(
        range(after, 1000),
      );
    expect(await again.append([{ subject: 'daoyu.test', data: '1000' }])).toBe(1001);
    expect((await again.status()).sizeBytes).toBeLessThan(400_000);
  });

  it('but not what a durable consumer still needs; that one takes all of it, and goes on across the boundary', async () => {
    const bus = await open(freshFolder());
    const one = await bus.consume({ name: 'slow', subjects: ['>'], from: 'first' });
    await one.close();
    await fill(bus, 0, 500);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await bus.status()).sizeBytes).toBeGreaterThan(1_000_000);
    expect(numbers(await take(bus, { name: 'slow', subjects: ['>'], from: 'first' }, 300))).toEqual(range(0, 300));
    await untilSealed(bus, 600_000);
    expect(numbers(await take(bus, { subjects: ['>'], from: 'first' }, 500))).toEqual(range(0, 500));
    expect(numbers(await take(bus, { name: 'slow', subjects: ['>'], from: 'first' }, 200))).toEqual(range(300, 500));
  });

  it('under readers and appends at the same time, without a gap', async () => {
    const folder = freshFolder();
    const before = await open(folder, { tendEveryMs: 1e6 });
    await fill(before, 0, 2000);
    await before.close();
    // Opened anew, so that readers meet the disk, where entries become blocks under their hands.
    const bus = await open(folder, { tendEveryMs: 1 });
    const readers = [0, 1, 2, 500, 1000, 1500].map(async (after) => ({
      after,
      texts: await readSlowly(bus, after, 2200),
    }));
    await fill(bus, 2000, 2200);
    for (const { after, texts } of await Promise.all(readers)) expect(texts).toEqual(range(after, 2200));
    await untilSealed(bus, 800_000);
  });

  it('also what is still needed, once so much of it lies there that the disk matters more', async () => {
    const bus = await open(freshFolder(), { mostLoose: 500_000 });
    const one = await bus.consume({ name: 'away', subjects: ['>'], from: 'first' });
    await one.close();
    await fill(bus, 0, 1000);
    await untilSealed(bus, 800_000);
    const held = await bus.status();
    expect(held.consumers).toEqual([{ name: 'away', position: 0, pending: 1000 }]);
    expect(numbers(await take(bus, { name: 'away', subjects: ['>'], from: 'first' }, 1000))).toEqual(range(0, 1000));
  });
});

describe('sealed stretches', () => {
  it('go when they are older than the log keeps, whole ones only', async () => {
    let now = 1_000_000;
    const bus = await open(freshFolder(), { clock: () => now, retainMs: 60_000 });
    await fill(bus, 0, 300);
    now += 50_000;
    await fill(bus, 300, 600);
    await untilSealed(bus, 400_000);
    now += 20_000;
    // The third block holds the first entries that are young enough.
    const { firstPosition } = await eventually(
      () => bus.status(),
      (status) => status.firstPosition > 1,
      10_000,
    );
    expect(firstPosition).toBeGreaterThan(200);
    expect(firstPosition).toBeLessThanOrEqual(301);
    const kept = numbers(await take(bus, { subjects: ['>'], from: 'first' }, 601 - firstPosition));
    expect(kept).toEqual(range(firstPosition - 1, 600));
    now += 60_000;
    await eventually(
      () => bus.status(),
      (status) => status.firstPosition === 601,
      10_000,
    );
    expect((await bus.status()).sizeBytes).toBe(0);
  });

  it('go for new entries when the log is full, unless somebody needs them', async () => {
    const bus = await open(freshFolder(), { maxBytes: 900_000, mostLoose: 200_000 });
    const one = await bus.consume({ name: 'away', subjects: ['>'], from: 'first' });
    await one.close();
    let appended = 0;
    await expect(
      (async () => {
        // What compresses badly fills it in the end.
        for (; appended < 10_000; appended += 1) await bus.append([{ subject: 'daoyu.test', data: noise(appended) }]);
      })(),
    ).rejects.toMatchObject({ code: 'BUS_FULL' });
    expect((await bus.status()).firstPosition).toBe(1);
    expect(numbers(await take(bus, { name: 'away', subjects: ['>'], from: 'first' }, appended))).toEqual(
      range(0, appended),
    );
    await bus.append([{ subject: 'daoyu.test', data: noise(appended) }]);
    const { firstPosition, sizeBytes, isWritable } = await bus.status();
    expect(firstPosition).toBeGreaterThan(1);
    expect(sizeBytes).toBeLessThanOrEqual(900_000);
    expect(isWritable).toBe(true);
  });

  it('survive kill -9 at any moment of their making: nothing is lost, doubled or out of order', async () => {
    const folder = freshFolder();
    const acknowledged: number[] = [];
    for (let kill = 0; kill < 6; kill++) {
      const script = compiled('test/bus/sealing-process.ts');
      const child = spawn(process.execPath, [script, folder, String(kill * 1_000_000)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let seen = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged.push(Number(line));
        seen += 1;
        if (seen === 500 + kill * 61) child.kill('SIGKILL');
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    const copy = freshFolder();
    cpSync(folder, copy, { recursive: true });
    const bus = await open(copy);
    const { firstPosition, lastPosition, sizeBytes } = await bus.status();
    expect(firstPosition).toBe(1);
    expect(sizeBytes).toBeLessThan((lastPosition * 2000) / 2);
    const texts = numbers(await take(bus, { subjects: ['>'], from: 'first' }, lastPosition));
    const kept = new Set(texts);
    expect(acknowledged.filter((number) => !kept.has(number))).toEqual([]);
    expect(kept.size).toBe(texts.length);
    expect(texts).toEqual([...texts].sort((a, b) => a - b));
  }, 60_000);
});

function noise(number: number): string {
  const text = Array.from({ length: 4000 }, () => String.fromCharCode(33 + Math.floor(Math.random() * 90))).join('');
  return `${number} ${text}`;
}
