import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLmdbBus } from '../../bus/lmdb/lmdb.ts';
import { eventually } from '../eventually.ts';
import { requireOrSkip } from '../require.ts';
import { canMount, mountSmall } from '../small-disk.ts';

describe.runIf(requireOrSkip('root, to mount a small file system', canMount))('a log whose disk takes no write', () => {
  // Nothing looks at the space before: the error comes from the write itself. An unowned promise that rejects fails this run, as it ends a process.
  it('refuses, stays alive, and goes on by itself when there is room, with all that was acknowledged', async () => {
    const folder = mountSmall(16);
    if (folder === undefined) return void requireOrSkip('a tmpfs mount', false);
    const options = { folder: join(folder, 'bus'), maxBytes: 1e9, retainMs: 86_400_000, clock: Date.now };
    const bus = await openLmdbBus(options);
    const consumption = await bus.consume({ name: 'c', subjects: ['>'], from: 'first' });
    const acknowledging = (async () => {
      for await (const delivery of consumption) delivery.ack();
    })();
    const acknowledged: string[] = [];
    let count = 0;
    const append = async () => {
      const texts = Array.from({ length: 20 }, () => `${count++} ${'x'.repeat(3000)}`);
      await bus.append(texts.map((data) => ({ subject: 'a.b', data })));
      acknowledged.push(...texts);
    };
    await append();
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(join(folder, 'pad'), Buffer.alloc(bavail * bsize - 500_000));
    const failure = await (async () => {
      for (let index = 0; index < 100; index++) await append();
    })().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'BUS_UNAVAILABLE' });
    // The writes of positions in the background fail as well.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await bus.status()).toMatchObject({
      isWritable: false,
      problem: { code: expect.stringMatching(/^(DISK_FULL|STORAGE_FAILED)$/) },
    });
    await expect(append()).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' });
    rmSync(join(folder, 'pad'));
    // Without anybody appending.
    await eventually(async () => (await bus.status()).isWritable, Boolean, 20_000);
    await append();
    await consumption.close();
    await acknowledging;
    await bus.close();
    const again = await openLmdbBus(options);
    onTestFinished(() => again.close());
    const { lastPosition } = await again.status();
    const kept = new Set<string>();
    // Not counted: appends that failed leave gaps between positions.
    for await (const { data, position } of await again.consume({ subjects: ['>'], from: 'first' })) {
      kept.add(data);
      if (position === lastPosition) break;
    }
    expect(acknowledged.filter((text) => !kept.has(text))).toEqual([]);
  }, 60_000);
});
