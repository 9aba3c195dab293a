import { expect, it } from 'vitest';
import { bearer, runApi } from './running-api.ts';

const URL = '/api/v1/devices/tianyu/probe/mapping/try';

it('a payload is tried: what would be stored, told and proposed', async () => {
  const { send } = await runApi();
  const post = (payload: object, url = URL) => send({ method: 'POST', url, headers: bearer, payload });
  const answer = await post({ payload: { data: { do: 6.4 }, ph: 7.8, water_temp: 770 } });
  expect(answer.statusCode).toBe(200);
  const { readings, told, proposals } = answer.json<{
    readings: { values: object }[];
    told: { code: string }[];
    proposals: { key: string; target: object }[];
  }>();
  expect(readings.map(({ values }) => values)).toEqual([{ ph: 7.8 }]);
  expect(told.map(({ code }) => code).sort()).toEqual(['FIELD_UNKNOWN', 'VALUE_OUT_OF_RANGE']);
  expect(proposals.map(({ key, target }) => [key, target])).toEqual([
    ['data.do', { field: 'dissolved_oxygen' }],
    ['water_temp', { field: 'water_temperature', scale: 0.01 }],
  ]);
  const mapped = await post({ payload: '{"data": {"do": 6.4}}', mapping: { keys: { 'data.do': 'dissolved_oxygen' } } });
  expect(mapped.json()).toMatchObject({ readings: [{ values: { dissolved_oxygen: 6.4 } }], told: [], proposals: [] });
  expect((await post({ hex: '7b227068223a377d' })).json()).toMatchObject({ readings: [{ values: { ph: 7 } }] });
  expect((await post({ hex: '7b', payload: {} })).json()).toMatchObject({ code: 'REQUEST_INVALID' });
  expect((await post({ hex: 'xy' })).json()).toMatchObject({ code: 'REQUEST_INVALID' });
  expect((await post({ payload: {} }, '/api/v1/devices/tianyu/ghost/mapping/try')).json()).toMatchObject({
    code: 'DEVICE_UNKNOWN',
  });
});
