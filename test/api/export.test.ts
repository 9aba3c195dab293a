import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadKinds } from '../../sensors/kinds.ts';
import { openDuckDbStore } from '../../store/duckdb/duckdb.ts';
import { NOW, runApi } from './running-api.ts';

it('an export from the real store holds every reading once, also when several are asked at one time and more than may run', async () => {
  const kinds = await loadKinds();
  const store = await openDuckDbStore({ folder: mkdtempSync(join(tmpdir(), 'daoyu-')), kinds });
  const count = 6000;
  const start = NOW - 7 * 86_400_000;
  const readings = Array.from({ length: count }, (_, index) => ({
    park: 'tianyu',
    site: 'pond-1',
    device: 'probe',
    kind: 'aquaculture_pond',
    time: start + index * 60_000,
    receivedAt: NOW,
    values: { dissolved_oxygen: index / 1000 },
  }));
  await store.write({ readings, tallies: [] }, 1);
  const { get } = await runApi({ store });
  onTestFinished(() => store.close());
  const url = '/api/v1/series?kind=aquaculture_pond&fields=dissolved_oxygen&from=-30d&format=csv';
  const answers = await Promise.all(Array.from({ length: 5 }, () => get(url)));
  for (const { statusCode, body } of answers) {
    expect(statusCode).toBe(200);
    const values = body
      .trim()
      .split('\r\n')
      .slice(1)
      .map((line) => Number(line.split(',')[5]));
    expect(values).toEqual(readings.map((reading) => reading.values.dissolved_oxygen));
  }
});
