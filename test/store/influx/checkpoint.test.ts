import { describe, expect, it } from 'vitest';
import type { Kv } from '../../../kv/kv.ts';
import { openMemoryKv } from '../../../kv/memory.ts';
import { openCheckpoint, readCommitted, readPending, type WriterCheckpoint } from '../../../store/influx/checkpoint.ts';
import { LedgerChanges } from '../../../store/tallies.ts';

const PREFIX = 'store/test/';
const DEVICES = 400;

/** One reading of each of so many devices: more than a record holds, so that pages are written. */
function ofAll(count = DEVICES): LedgerChanges {
  const changes = new LedgerChanges();
  for (let index = 0; index < count; index++) {
    const device = { park: 'tianyu', device: `probe-${index}` };
    changes.addTallies([{ ...device, received: 1, duplicate: 0, quarantined: 0 }]);
    changes.addOutcome(device.park, device.device, 'stored');
  }
  return changes;
}

const open = (kv: Kv) => openCheckpoint(kv, PREFIX, 'writer');

async function commitAll(progress: WriterCheckpoint, position: number): Promise<void> {
  await progress.begin({ upTo: position, found: {} });
  await progress.commit(position, ofAll(), DEVICES);
}

/** The different counts that the devices have. */
async function storedCounts(kv: Kv): Promise<readonly number[]> {
  const { ledger } = await readCommitted(kv, PREFIX);
  expect(ledger).toHaveLength(DEVICES);
  for (const row of ledger) expect(row.received).toBe(row.stored);
  return [...new Set(ledger.map(({ stored }) => stored))];
}

describe('the ledger beside InfluxDB', () => {
  it('counts all devices alike, whatever went to the pages when', async () => {
    const kv = openMemoryKv();
    for (let round = 1; round <= 3; round++) {
      await commitAll(await open(kv), round);
      expect(await storedCounts(kv)).toEqual([round]);
    }
  });

  it('keeps the rows of who took over when a process wakes up between two pages of its own', async () => {
    const kv = openMemoryKv();
    let goOn = () => {};
    const isAwake = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let pages = 0;
    let sleep = () => {};
    const sleeps = new Promise<void>((resolve) => {
      sleep = resolve;
    });
    const frozen: Kv = {
      ...kv,
      async put(key, value, expected) {
        if (key.startsWith(`${PREFIX}ledger/`) && ++pages === 10) {
          sleep();
          await isAwake;
        }
        return await kv.put(key, value, expected);
      },
    };
    const first = await open(frozen);
    const waking = commitAll(first, 1);
    await sleeps;
    const second = await open(kv);
    expect(second.position).toBe(1);
    await commitAll(second, 2);
    goOn();
    await expect(waking).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
    expect(await storedCounts(kv)).toEqual([2]);
    await commitAll(second, 3);
    await commitAll(await open(kv), 4);
    expect(await storedCounts(kv)).toEqual([4]);
  });

  it('says where a batch ends that was begun, to every process, until it is committed', async () => {
    const kv = openMemoryKv();
    const progress = await open(kv);
    expect(await readPending(kv, PREFIX, 'writer')).toBeUndefined();
    await progress.begin({ upTo: 7, found: {} });
    expect(await readPending(kv, PREFIX, 'writer')).toBe(7);
    expect(await readPending(kv, PREFIX, 'another')).toBeUndefined();
    expect((await readCommitted(kv, PREFIX)).writers).toEqual({ writer: { position: 0 } });
    await progress.commit(7, ofAll(), DEVICES);
    expect(await readPending(kv, PREFIX, 'writer')).toBeUndefined();
  });

  it('survives a crash between two pages', async () => {
    const kv = openMemoryKv();
    let pages = 0;
    const dying: Kv = {
      ...kv,
      put: (key, value, expected) =>
        key.startsWith(`${PREFIX}ledger/`) && ++pages > 5
          ? Promise.reject(new Error('killed'))
          : kv.put(key, value, expected),
    };
    await expect(commitAll(await open(dying), 1)).rejects.toThrow('killed');
    expect(await storedCounts(kv)).toEqual([1]);
    await commitAll(await open(kv), 2);
    expect(await storedCounts(kv)).toEqual([2]);
  });

  it('is whole for a process that has not heard of the keys of another yet', async () => {
    const kv = openMemoryKv();
    /** As a mirror of the keys that lags: it lists the records, which were there before, but no page. */
    const lagging: Kv = {
      ...kv,
      async *list<T>(prefix: string) {
        for await (const item of kv.list<T>(prefix)) if (!item.key.startsWith(`${PREFIX}ledger/`)) yield item;
      },
    };
    await commitAll(await open(kv), 1);
    expect(await storedCounts(lagging)).toEqual([1]);
    await commitAll(await open(lagging), 2);
    expect(await storedCounts(kv)).toEqual([2]);
  });
});
