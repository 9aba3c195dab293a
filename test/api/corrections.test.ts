import { describe, expect, it } from 'vitest';
import { bearer, NOW, runApi } from './running-api.ts';

const HOUR = 3_600_000;
const SERIES = '/api/v1/series?kind=aquaculture_pond&fields=dissolved_oxygen';
const OFFSET = {
  ...{ park: 'tianyu', device: 'probe', field: 'dissolved_oxygen', from: '-4h', to: '-2h', by: '王专家' },
  ...{ id: 'offset-0001', method: { is: 'offset', add: 1.5 }, reason: '探头偏低', evidence: '手持仪 7.5，探头 6.0' },
};

async function running() {
  const api = await runApi();
  await api.write([3, 1].map((hours) => ({ time: NOW - hours * HOUR, values: { dissolved_oxygen: 6 } })));
  const post = (payload: object) => api.send({ method: 'POST', url: '/api/v1/corrections', headers: bearer, payload });
  const values = async (query: string) =>
    (await api.get(`${SERIES}${query}`))
      .json()
      .series.map((each: { points: [number, number][] }) => each.points.map(([, value]) => value));
  return { ...api, post, values };
}

describe('a correction', () => {
  it('shows in readings, windows and CSV with its id, and never touches what was measured', async () => {
    const { post, values, get } = await running();
    expect((await post(OFFSET)).statusCode).toBe(201);
    expect(await values('')).toEqual([[7.5, 6]]);
    expect(await values('&every=1h')).toEqual([[7.5, 6]]);
    expect(await values('&values=raw')).toEqual([[6, 6]]);
    const { series } = (await get(`${SERIES}&values=both`)).json();
    expect(series).toMatchObject([
      {
        values: 'raw',
        points: [
          [expect.any(Number), 6],
          [expect.any(Number), 6],
        ],
      },
      {
        values: 'corrected',
        points: [
          [expect.any(Number), 7.5],
          [expect.any(Number), 6],
        ],
        corrections: ['offset-0001'],
      },
    ]);
    const lines = (await get(`${SERIES}&format=csv`)).body.trim().split('\r\n');
    expect(lines.slice(1).map((line) => line.split(',').slice(-2))).toEqual([
      ['7.5', 'dissolved_oxygen:corrected'],
      ['6', ''],
    ]);
    expect((await get(`${SERIES}&format=csv&values=both`)).json().code).toBe('REQUEST_INVALID');
  });

  it('is superseded, and a report of before can be asked for as it was', async () => {
    const { post, values, get } = await running();
    await post(OFFSET);
    const wrong = { ...OFFSET, id: 'offset-0002', method: { is: 'invalidate' }, supersedes: 'offset-0001' };
    expect((await post(wrong)).statusCode).toBe(201);
    expect(await values('')).toEqual([[6]]);
    expect(await values(`&as_of=${NOW}`)).toEqual([[7.5, 6]]);
    expect(await values(`&as_of=${NOW - 1}`)).toEqual([[6, 6]]);
    expect((await post({ ...wrong, id: 'offset-0003', supersedes: 'offset-0002', isWithdrawn: true })).statusCode).toBe(
      201,
    );
    expect(await values('')).toEqual([[6, 6]]);
    const listed = (await get('/api/v1/corrections?superseded=true')).json().corrections;
    expect(listed.map(({ id, by, reason }: Record<string, string>) => [id, by, reason])).toEqual(
      ['offset-0001', 'offset-0002', 'offset-0003'].map((id) => [id, '王专家', '探头偏低']),
    );
    expect((await get('/api/v1/corrections')).json().corrections).toEqual([]);
  });

  it('of an invalidated stretch leaves it out of windows and says how many', async () => {
    const { post, get } = await running();
    await post({ ...OFFSET, method: { is: 'invalidate' } });
    const { series } = (await get(`${SERIES}&every=1d&from=-1d`)).json();
    expect(series).toMatchObject([{ used: [1], excluded: [1] }]);
  });

  it.each([
    ['an empty time', { to: '-5h' }, 400, 'CORRECTION_INVALID'],
    ['a switch that is shifted', { field: 'aerator_on' }, 400, 'CORRECTION_INVALID'],
    ['a field that the kind has not', { field: 'love' }, 400, 'FIELD_UNKNOWN'],
    ['a device there is none of', { device: 'nobody' }, 404, 'DEVICE_UNKNOWN'],
    ['no reason', { reason: '' }, 400, 'REQUEST_INVALID'],
  ])('with %s is refused', async (_what, change, status, code) => {
    const { post } = await running();
    const answer = await post({ ...OFFSET, ...change });
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });
});
