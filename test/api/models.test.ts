/** Device models over HTTP: listed, and what a new device of one gets. */
import { expect, it } from 'vitest';
import { deviceModels } from '../../seeds/models/models.ts';
import { bearer, runApi } from './running-api.ts';

const base = { park: 'tianyu', site: 'pond-1' };

it('are listed whole', async () => {
  const { get } = await runApi();
  const { models } = (await get('/api/v1/models')).json();
  expect(models).toEqual(JSON.parse(JSON.stringify([...deviceModels.values()])));
});

it('give a new device kind, interval and mapping; what is given itself goes before', async () => {
  const { send, options } = await runApi();
  const add = (payload: object) => send({ method: 'POST', url: '/api/v1/devices', headers: bearer, payload });
  expect((await add({ ...base, device: 'one', model: 'tasmota-ds18b20' })).statusCode).toBe(201);
  expect(options.registry.device('tianyu', 'one')).toMatchObject({
    kind: 'aquaculture_pond',
    intervalMs: 300_000,
    mapping: { envelope: 'tasmota', utcOffsetMinutes: 480 },
  });
  const own = { intervalMs: 60_000, mapping: { keys: { t: 'water_temperature' } } };
  expect((await add({ ...base, device: 'two', model: 'tasmota-ds18b20', ...own })).statusCode).toBe(201);
  expect(options.registry.device('tianyu', 'two')).toMatchObject(own);
  const unknown = await add({ ...base, device: 'three', model: 'moon' });
  expect([unknown.statusCode, unknown.json().code]).toEqual([400, 'MODEL_UNKNOWN']);
  expect(unknown.json().detail).toContain('pond-json');
  const neither = await add({ ...base, device: 'three' });
  expect([neither.statusCode, neither.json().code]).toEqual([400, 'REQUEST_INVALID']);
});
