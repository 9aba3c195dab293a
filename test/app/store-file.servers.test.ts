/** The file of the embedded store is damaged, deleted or put back from a backup: devices are served, and nothing that the log holds is missing afterwards. */
import { copyFileSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { isDrained, type LedgerAnswer } from '../ledger-answer.ts';
import { type Credentials, newDataDir, type RunningPlatform, runPlatform } from '../running-platform.ts';

const FROM = Date.now() - 3_600_000;

async function publish({ connect }: RunningPlatform, device: Credentials, from: number, to: number): Promise<void> {
  const client = await connect(device);
  for (let count = from; count < to; count++) {
    const payload = JSON.stringify({ time: FROM + count * 1000, dissolved_oxygen: 5 });
    await client.publishAsync(device.topics.telemetry, payload, { qos: 1 });
  }
  await client.endAsync();
}

const drained = ({ get }: RunningPlatform, count: number) =>
  eventually(
    () => get<LedgerAnswer>('/api/v1/ledger').catch(() => ({ ledger: [], isComplete: false })),
    (answer) => isDrained(answer) && answer.ledger[0]?.received === count,
    30_000,
  );

const fileOf = (dataDir: string) => join(dataDir, 'store', 'readings.duckdb');

function removeStore(dataDir: string): void {
  for (const end of ['', '.wal']) rmSync(`${fileOf(dataDir)}${end}`, { force: true });
}

describe('the file of the embedded store', () => {
  it('is filled from the log after a backup was put back, and after it was deleted', async () => {
    const DAOYU_DATA_DIR = newDataDir();
    const first = await runPlatform({ DAOYU_DATA_DIR });
    const device = await first.addDevice('probe', 'aquaculture_pond');
    await publish(first, device, 0, 10);
    await drained(first, 10);
    await first.platform.close();
    copyFileSync(fileOf(DAOYU_DATA_DIR), join(DAOYU_DATA_DIR, 'backup'));
    const second = await runPlatform({ DAOYU_DATA_DIR });
    await publish(second, device, 10, 40);
    await drained(second, 40);
    await second.platform.close();
    removeStore(DAOYU_DATA_DIR);
    renameSync(join(DAOYU_DATA_DIR, 'backup'), fileOf(DAOYU_DATA_DIR));
    const third = await runPlatform({ DAOYU_DATA_DIR });
    expect((await drained(third, 40)).ledger).toMatchObject([{ received: 40, stored: 40, duplicate: 0 }]);
    await third.platform.close();
    removeStore(DAOYU_DATA_DIR);
    const fourth = await runPlatform({ DAOYU_DATA_DIR });
    expect((await drained(fourth, 40)).ledger).toMatchObject([{ received: 40, stored: 40, duplicate: 0 }]);
  }, 60_000);

  it('may be unreadable: devices are served, the reason is said, and it is built again once moved away', async () => {
    const DAOYU_DATA_DIR = newDataDir();
    const first = await runPlatform({ DAOYU_DATA_DIR });
    const device = await first.addDevice('probe', 'aquaculture_pond');
    await publish(first, device, 0, 10);
    await drained(first, 10);
    await first.platform.close();
    removeStore(DAOYU_DATA_DIR);
    writeFileSync(fileOf(DAOYU_DATA_DIR), Buffer.alloc(300_000, 'block lock '));
    const second = await runPlatform({ DAOYU_DATA_DIR });
    await publish(second, device, 10, 20);
    const { checks } = await second.get<{ checks: { name: string; message?: string }[] }>('/readyz');
    const message = checks.find(({ name }) => name === 'store')?.message;
    expect(message).toContain('cannot be read');
    expect(message).toContain('move');
    expect(message).not.toMatch(/another program|undefined/);
    await expect(second.get('/api/v1/ledger')).rejects.toThrow();
    removeStore(DAOYU_DATA_DIR);
    expect(existsSync(fileOf(DAOYU_DATA_DIR))).toBe(false);
    expect((await drained(second, 20)).ledger).toMatchObject([{ received: 20, stored: 20, duplicate: 0 }]);
  }, 90_000);
});
