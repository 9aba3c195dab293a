import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { bearer, NOW, runApi } from './running-api.ts';

const SERIES = '/api/v1/series?kind=aquaculture_pond&fields=dissolved_oxygen';

async function filled() {
  const api = await runApi();
  const readings = Array.from({ length: 500 }, (_, index) => ({ time: NOW - 3_600_000 + index * 1000 }));
  await api.write(readings);
  return (url: string) => api.get(url, { ...bearer, 'accept-encoding': 'gzip' });
}

it.each([
  ['an answer', SERIES],
  ['an export', `${SERIES}&format=csv`],
  ['a table of windows', `${SERIES}&format=csv&every=1m&from=-48h`],
])('%s is compressed for who takes it, and holds the same', async (_, url) => {
  const get = await filled();
  const packed = await get(url);
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(packed.headers.vary).toMatch(/accept-encoding/);
  const { get: plainly, write } = await runApi();
  await write(Array.from({ length: 500 }, (_, index) => ({ time: NOW - 3_600_000 + index * 1000 })));
  const plain = await plainly(url);
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(gunzipSync(packed.rawPayload).toString()).toBe(plain.body);
  expect(packed.rawPayload.length).toBeLessThan(plain.body.length / 2);
});

it('a short answer goes as it is', async () => {
  const get = await filled();
  expect((await get('/healthz')).headers['content-encoding']).toBeUndefined();
});
