import { describe, expect, it } from 'vitest';
import type { Entry } from '../../bus/bus.ts';
import { parseEntry } from '../../bus/parse-event.ts';
import type { Group } from '../../ingest/gathering.ts';
import { createGroupCommit } from '../../ingest/group-commit.ts';

/** A log whose appends are finished by hand. */
function scriptedLog() {
  const appends: { readonly entries: readonly Entry[]; readonly finish: (error?: Error) => void }[] = [];
  let arrived: () => void = () => undefined;
  return {
    appends,
    append: (entries: readonly Entry[]) =>
      new Promise<number>((resolve, reject) => {
        appends.push({ entries, finish: (error) => (error === undefined ? resolve(1) : reject(error)) });
        arrived();
      }),
    nextAppend: () =>
      new Promise<void>((resolve) => {
        arrived = resolve;
      }),
  };
}

const counted = { park: 'p', device: 'd', received: 1, duplicate: 0, quarantined: 0 };
const reading = (value: number) =>
  JSON.stringify({ park: 'p', site: 's', device: 'd', kind: 'k', time: 1, receivedAt: 1, values: { value } });
const add = (value: number) => (group: Group) => group.add('daoyu.readings.p.k', 'readings', reading(value), counted);
const valuesOf = (entries: readonly Entry[]) =>
  entries.flatMap(({ data }) => parseEntry(data)?.readings.map(({ values }) => values.value) ?? []);

describe('group commit', () => {
  it('appends what is submitted in one turn as one entry a subject, in order, with one tally a device', async () => {
    const log = scriptedLog();
    const commit = createGroupCommit({ bus: log });
    const coming = log.nextAppend();
    const waits = [1, 2, 3].map((value) => commit.submit(add(value)));
    await coming;
    expect(log.appends).toHaveLength(1);
    const entries = log.appends[0]?.entries ?? [];
    expect(entries).toHaveLength(1);
    expect(valuesOf(entries)).toEqual([1, 2, 3]);
    expect(parseEntry(entries[0]?.data ?? '')?.tallies).toEqual([{ ...counted, received: 3 }]);
    log.appends[0]?.finish();
    await Promise.all(waits);
  });

  it('holds a small group for a moment after an append, takes in what comes meanwhile, and lets a large one go at once', async () => {
    const begun: number[] = [];
    const sizes: number[] = [];
    const commit = createGroupCommit({
      bus: {
        async append(entries: readonly Entry[]) {
          begun.push(performance.now());
          sizes.push(valuesOf(entries).length);
          return begun.length;
        },
      },
    });
    const small = Array.from({ length: 40 }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, index / 4));
      await commit.submit(add(index));
    });
    await Promise.all(small);
    const gaps = begun.slice(1).map((at, index) => at - (begun[index] ?? 0));
    // Timers of Node may fire up to a millisecond early.
    for (const gap of gaps) expect(gap).toBeGreaterThan(1.5);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(40);
    const before = begun.length;
    await Promise.all(Array.from({ length: 400 }, (_, index) => commit.submit(add(index))));
    expect(sizes.slice(before)).toEqual([400]);
  });

  it('gathers the next group while an append is under way, and keeps the order', async () => {
    const log = scriptedLog();
    const commit = createGroupCommit({ bus: log });
    let coming = log.nextAppend();
    const first = commit.submit(add(1));
    await coming;
    coming = log.nextAppend();
    const rest = [commit.submit(add(2)), commit.submit(add(3))];
    log.appends[0]?.finish();
    await first;
    await coming;
    expect(valuesOf(log.appends[1]?.entries ?? [])).toEqual([2, 3]);
    log.appends[1]?.finish();
    await Promise.all(rest);
  });

  it('tells a failure to all of its group and nobody else, and remembers nothing of it', async () => {
    const log = scriptedLog();
    const commit = createGroupCommit({ bus: log });
    const calls: number[] = [];
    const submit = (value: number) =>
      commit.submit((group) => {
        add(value)(group);
        group.onDurable(() => calls.push(value));
      });
    let coming = log.nextAppend();
    const failing = Promise.allSettled([submit(1), submit(2)]);
    await coming;
    coming = log.nextAppend();
    const next = submit(3);
    log.appends[0]?.finish(new Error('disk gone'));
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await coming;
    log.appends[1]?.finish();
    await next;
    expect(calls).toEqual([3]);
  });

  it('keeps entries below half a megabyte, each with the tally of its own readings', async () => {
    const log = scriptedLog();
    const commit = createGroupCommit({ bus: log });
    const coming = log.nextAppend();
    const text = reading(1).replace('"d"', `"d","note":"${'x'.repeat(100_000)}"`);
    const wait = commit.submit((group) => {
      for (let count = 0; count < 12; count++) group.add('daoyu.readings.p.k', 'readings', text, counted);
    });
    await coming;
    const entries = log.appends[0]?.entries ?? [];
    expect(entries.length).toBeGreaterThan(2);
    for (const { data } of entries) {
      expect(data.length).toBeLessThan(525_000);
      const entry = parseEntry(data);
      expect(entry?.tallies[0]?.received).toBe(entry?.readings.length);
    }
    log.appends[0]?.finish();
    await wait;
  });

  it('refuses when too many bytes wait for a log that has stalled, and takes again when it moves', async () => {
    const log = scriptedLog();
    const commit = createGroupCommit({ bus: log, maxQueuedBytes: 150 });
    const coming = log.nextAppend();
    const waits = [commit.submit(add(1)), commit.submit(add(2))];
    await coming;
    await expect(commit.submit(add(3))).rejects.toMatchObject({ code: 'INTAKE_FULL' });
    log.appends[0]?.finish();
    await Promise.all(waits);
    const again = log.nextAppend();
    const wait = commit.submit(add(3));
    await again;
    log.appends[1]?.finish();
    await wait;
  });

  it('closing waits for what is under way, and refuses what comes after', async () => {
    const log = scriptedLog();
    const commit = createGroupCommit({ bus: log });
    const coming = log.nextAppend();
    const wait = commit.submit(add(1));
    const closing = commit.close();
    await expect(commit.submit(add(2))).rejects.toMatchObject({ code: 'INTAKE_CLOSED' });
    await coming;
    log.appends[0]?.finish();
    await Promise.all([wait, closing]);
  });
});
