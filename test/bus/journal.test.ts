import { closeSync, cpSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Bus } from '../../bus/bus.ts';
import type { LogRecord } from '../../bus/consumption.ts';
import { JOURNAL_BYTES, type Journal, openJournal } from '../../bus/lmdb/journal.ts';
import { type EmbeddedBusOptions, openLmdbBus } from '../../bus/lmdb/lmdb.ts';
import { take } from '../contract/bus.ts';
import { eventually } from '../eventually.ts';

const NEVER_MS = 1e8;

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function journalIn(folder: string, { id = 7, generation = 3 } = {}): Journal {
  const journal = openJournal({ folder, id, generation });
  onTestFinished(() => journal.close());
  return journal;
}

const record = (position: number, data = `塘口 ${position}`): LogRecord => ({
  position,
  subject: 'daoyu.readings.开江.pond',
  appendedAt: 1_764_000_000_000 + position,
  data,
});

const positions = ({ left }: Journal) => left.map(({ position }) => position);

describe('the journal', () => {
  it('gives back after a crash what was appended, as it was', async () => {
    const folder = freshFolder();
    const journal = journalIn(folder);
    await journal.append([record(1), record(2, '')]);
    await journal.append([record(5)]);
    const again = journalIn(folder);
    expect(again.left).toEqual([record(1), record(2, ''), record(5)]);
    await again.append([record(6)]);
    expect(positions(journalIn(folder))).toEqual([1, 2, 5, 6]);
  });

  it('takes nothing of an append that was cut at any byte, and all of those before it', async () => {
    const folder = freshFolder();
    const journal = journalIn(folder);
    await journal.append([record(1), record(2)]);
    const before = endOf(folder);
    await journal.append([record(3), record(4)]);
    const end = endOf(folder);
    const whole = readFileSync(join(folder, 'journal')).subarray(0, end);
    for (let cut = before; cut < end; cut++) {
      overwrite(folder, cut, Buffer.alloc(end - cut, 0xff));
      const cutOff = openJournal({ folder, id: 7, generation: 3 });
      cutOff.close();
      expect(positions(cutOff)).toEqual([1, 2]);
      overwrite(folder, before, whole.subarray(before));
    }
    expect(positions(journalIn(folder))).toEqual([1, 2, 3, 4]);
  });

  it('knows no more of a generation that has ended, nor of another log', async () => {
    const folder = freshFolder();
    const journal = journalIn(folder);
    for (let position = 1; position <= 9; position++) await journal.append([record(position)]);
    journal.next();
    expect(positions(journalIn(folder, { generation: 4 }))).toEqual([]);
    await journal.append([record(10)]);
    expect(positions(journalIn(folder, { generation: 4 }))).toEqual([10]);
    expect(positions(journalIn(folder, { id: 8, generation: 4 }))).toEqual([]);
  });

  it('refuses to begin when what was acknowledged is damaged, and not only cut', async () => {
    const folder = freshFolder();
    const journal = journalIn(folder);
    await journal.append([record(1)]);
    const before = endOf(folder);
    await journal.append([record(2)]);
    await journal.append([record(3)]);
    overwrite(folder, before + 30, Buffer.from([0x5a]));
    expect(() => journalIn(folder)).toThrow(expect.objectContaining({ code: 'STORAGE_DAMAGED' }));
    // Of a generation that is in the table nothing is needed.
    expect(positions(journalIn(folder, { generation: 4 }))).toEqual([]);
  });

  it('says when it is full', async () => {
    const journal = journalIn(freshFolder());
    const large = [record(1, 'x'.repeat(JOURNAL_BYTES / 8))];
    let count = 0;
    for (; journal.hasRoom(large); count++) await journal.append(large);
    expect(count).toBeGreaterThan(4);
    journal.next();
    expect(journal.hasRoom(large)).toBe(true);
  });
});

describe('a log with a journal', () => {
  it('has after a crash each entry once and in order, whether it was in the journal, in the table or on its way', async () => {
    let folder = freshFolder();
    let bus = await open(folder);
    const texts: string[] = [];
    for (let crash = 0; crash < 3; crash++) {
      // Two MB fill the journal, so that some of it is carried over in between.
      for (let count = 0; count < 150; count++) {
        const some = [0, 1].map((each) => `${crash} ${count} ${each} ${'x'.repeat(8000)}`);
        await bus.append(some.map((data) => ({ subject: 'a.b', data })));
        texts.push(...some);
      }
      const copy = freshFolder();
      cpSync(folder, copy, { recursive: true });
      const { sizeBytes } = await bus.status();
      await bus.close();
      folder = copy;
      bus = await open(folder);
      expect(await bus.status()).toMatchObject({ firstPosition: 1, lastPosition: texts.length, sizeBytes });
      expect(await take(bus, { subjects: ['>'], from: 'first' }, texts.length)).toEqual(texts);
    }
  });

  it('carries what is in the journal into the table, and a reader notices nothing', async () => {
    const folder = freshFolder();
    const bus = await open(folder, { tendEveryMs: 5 });
    const consumption = await bus.consume({ subjects: ['>'], from: 'first' });
    const reading = (async () => {
      const texts: string[] = [];
      for await (const { data } of consumption) if (texts.push(data) === 300) return texts;
      return texts;
    })();
    const texts = Array.from({ length: 300 }, (_, index) => String(index));
    for (const data of texts) await bus.append([{ subject: 'a.b', data }]);
    expect(await reading).toEqual(texts);
    await eventually(
      async () => journalIn(folder, generationOf(folder)),
      ({ left }) => left.length === 0,
    );
    expect(await take(bus, { subjects: ['>'], from: 'first' }, 300)).toEqual(texts);
  });

  it('is copied with what only the journal holds', async () => {
    const bus = await open(freshFolder());
    await bus.append([{ subject: 'a.b', data: 'young' }]);
    const target = freshFolder();
    await bus.copyTo?.(target);
    const copy = await open(target);
    expect(await take(copy, { subjects: ['>'], from: 'first' }, 1)).toEqual(['young']);
  });

  it('lets no consumer on the disk stand behind the end of the table, which is all that a copy holds', async () => {
    const folder = freshFolder();
    const bus = await open(folder);
    await bus.append([{ subject: 'a.b', data: 'before' }]);
    await (await bus.consume({ name: 'late', subjects: ['>'], from: 'new' })).close();
    const target = freshFolder();
    cpSync(join(folder, 'data.mdb'), join(target, 'data.mdb'));
    const copy = await open(target);
    const { lastPosition, consumers } = await copy.status();
    expect(consumers).toMatchObject([{ name: 'late', position: lastPosition }]);
    await copy.append([{ subject: 'a.b', data: 'after' }]);
    expect(await take(copy, { name: 'late', subjects: ['>'], from: 'new' }, 1)).toEqual(['after']);
  });

  it('makes room in a full log also of what only the journal holds', async () => {
    const bus = await open(freshFolder(), { maxBytes: 3000 });
    for (let count = 0; count < 10; count++) await bus.append([{ subject: 'a.b', data: 'x'.repeat(1000) }]);
    expect(await bus.status()).toMatchObject({ firstPosition: 9, lastPosition: 10 });
  });
});

async function open(folder: string, options: Partial<EmbeddedBusOptions> = {}): Promise<Bus> {
  const bus = await openLmdbBus({
    ...{ folder, maxBytes: 1e9, retainMs: 86_400_000, clock: Date.now, tendEveryMs: NEVER_MS },
    ...options,
  });
  onTestFinished(() => bus.close().catch(() => {}));
  return bus;
}

/** What stands at the head of the file. */
function generationOf(folder: string) {
  const bytes = readFileSync(join(folder, 'journal'));
  return { id: bytes.readUInt32LE(0), generation: bytes.readUInt32LE(4) + 1 };
}

/** Behind the last byte that is not zero: no record ends with one. */
function endOf(folder: string): number {
  const bytes = readFileSync(join(folder, 'journal'));
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end;
}

function overwrite(folder: string, at: number, bytes: Uint8Array): void {
  const fd = openSync(join(folder, 'journal'), 'r+');
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
}
