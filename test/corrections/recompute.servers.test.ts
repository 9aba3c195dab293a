/** Daily figures held against a recomputation in Python from the raw export, with controls that must be found. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Flag } from '../../sensors/flag.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { openDuckDbStore } from '../../store/duckdb/duckdb.ts';
import { NOW, runApi } from '../api/running-api.ts';
import { requireOrSkip } from '../require.ts';

const hasPython = requireOrSkip('python3', spawnSync('python3', ['--version']).status === 0);
const MINUTE = 60_000;
const DAYS = 5;
const SERIES = `/api/v1/series?kind=aquaculture_pond&fields=dissolved_oxygen&from=-${DAYS}d`;

/** Ten minutes apart, with spikes, a stuck night, a backlog and a gap. */
function faultyDays() {
  return Array.from({ length: DAYS * 144 }, (_, index) => {
    const value = Math.round((7 + 3 * Math.sin(index / 23) + 0.37 * Math.sin(index * 1.7)) * 100) / 100;
    const isStuck = index % 144 < 20 && index > 300;
    const flag: Flag | undefined = index % 41 === 0 ? 'spike' : isStuck ? 'stuck' : index % 50 < 6 ? 'late' : undefined;
    return {
      time: NOW - (DAYS * 144 - index) * 10 * MINUTE,
      values: { dissolved_oxygen: flag === 'spike' ? 19.85 : isStuck ? 9.01 : value },
      ...(flag && { flags: { dissolved_oxygen: [flag] } }),
    };
  }).filter((_, index) => index < 200 || index > 260);
}

describe.runIf(hasPython)('daily means, minima, maxima and counts', () => {
  it('are what Python makes of the raw export; a spoilt recomputation is found', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'daoyu-recompute-'));
    const kinds = await loadKinds();
    const store = await openDuckDbStore({ folder, kinds, rollupEveryMs: 0, clock: () => NOW });
    onTestFinished(() => store.close());
    const place = { park: 'tianyu', site: 'pond-1', device: 'probe', kind: 'aquaculture_pond', receivedAt: NOW };
    await store.write({ readings: faultyDays().map((each) => ({ ...place, ...each })), tallies: [] }, 1);
    await store.forget({}); // A round of sums.
    const { get } = await runApi({ store });
    const [raw, windows] = [join(folder, 'raw.csv'), join(folder, 'windows.json')];
    writeFileSync(raw, (await get(`${SERIES}&format=csv`)).body);
    writeFileSync(windows, (await get(`${SERIES}&every=1d&agg=mean,min,max,count`)).body);
    const recomputed = (control = '') => {
      const script = join(import.meta.dirname, 'recompute.py');
      const { status, stdout, stderr } = spawnSync('python3', [script, raw, windows, control], { encoding: 'utf8' });
      return { status, text: `${stdout}${stderr}`.trim() };
    };
    expect(recomputed()).toEqual({ status: 0, text: `${DAYS + 1} days equal` });
    for (const control of ['doubted', 'shifted', 'float32'])
      expect([control, recomputed(control).status]).toEqual([control, 1]);
  });
});
