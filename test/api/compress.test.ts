import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { bearer, runApi } from './running-api.ts';

it('long answers are compressed for who takes gzip, and are the same when unpacked', async () => {
  const { get } = await runApi();
  const plain = await get('/api/v1/kinds', bearer);
  expect(plain.headers['content-encoding']).toBeUndefined();
  const packed = await get('/api/v1/kinds', { ...bearer, 'accept-encoding': 'gzip, deflate, br' });
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(packed.headers.vary).toContain('accept-encoding');
  expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2);
  expect(JSON.parse(gunzipSync(packed.rawPayload).toString())).toEqual(plain.json());
});

it('short answers are left as they are', async () => {
  const { get } = await runApi();
  const answer = await get('/healthz', { 'accept-encoding': 'gzip' });
  expect(answer.headers['content-encoding']).toBeUndefined();
});
