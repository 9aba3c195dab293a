import { describe, expect, it } from 'vitest';
import type { DerivedAnswer, DerivedListAnswer, StatisticsAnswer } from '../../api/analysis-schemas.ts';
import { addEvent, NOW, runApi } from './running-api.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Each five minutes for two days up to now (05:40): 6 mg/L, and 2.5 from 02:00 to 04:00 of the last night. */
const nights = Array.from({ length: 2 * 288 }, (_, index) => NOW - 2 * DAY + (index + 1) * 5 * MINUTE).map((time) => ({
  time,
  values: {
    dissolved_oxygen: time > NOW - 220 * MINUTE && time <= NOW - 100 * MINUTE ? 2.5 : 6,
  },
}));

describe('GET /api/v1/derived', () => {
  it('works a series out of good values, by the limit of the profile or the one asked for', async () => {
    const { get, write } = await runApi();
    await write(nights);
    const url = '/api/v1/derived?series=oxygen_debt_hours&device=probe&window=night&from=-2d&parameters=limit=3';
    const answer = (await get(url)).json<DerivedAnswer>();
    expect(answer.series).toMatchObject({ name: 'oxygen_debt_hours', unit: 'h', version: 1 });
    const [device] = answer.devices;
    expect(device?.windows.map(({ value }) => value)).toEqual([expect.closeTo(0, 9), expect.closeTo(1.94, 2)]);
    expect(device?.windows.map(({ isComplete }) => isComplete)).toEqual([true, false]);
    expect(device?.total).toEqual({ value: expect.closeTo(0, 9), complete: 1, incomplete: 1 });
  });

  it('follows a correction, and answers as it was known before', async () => {
    const { get, write, send, options } = await runApi();
    await write(nights);
    const url = '/api/v1/derived?series=oxygen_dawn_minimum&device=probe&from=-24h';
    const lowest = async (more = '') =>
      (await get(url + more)).json<DerivedAnswer>().devices[0]?.windows.map(({ value }) => value);
    expect(await lowest()).toEqual([2.5]);
    const corrected = await send({
      ...{ method: 'POST', url: '/api/v1/corrections', headers: { authorization: 'Bearer test-token-of-the-api' } },
      payload: {
        ...{ park: 'tianyu', device: 'probe', field: 'dissolved_oxygen', from: '-1d', to: 'now' },
        ...{ method: { is: 'offset', add: 1 }, reason: 'fouled', by: 'li' },
      },
    });
    expect(corrected.statusCode).toBe(201);
    expect(await lowest()).toEqual([3.5]);
    expect(await lowest('&values=raw')).toEqual([2.5]);
    expect(await lowest(`&as_of=${options.clock() - 1}`)).toEqual([2.5]);
  });

  it('says on which day of the season a window lies, and takes a season as one window', async () => {
    const { get, write, options } = await runApi();
    await write(nights);
    await addEvent(options, { kind: 'stocking', at: NOW - 10 * DAY, values: { count: 4000 } });
    const url = '/api/v1/derived?series=oxygen_debt_hours&device=probe&parameters=limit=3';
    const [nightly, whole] = await Promise.all(
      ['&window=night&from=-1d', '&window=season&from=-1d'].map(async (more) =>
        (await get(url + more)).json<DerivedAnswer>(),
      ),
    );
    expect(nightly?.devices[0]?.windows.map(({ seasonDay }) => seasonDay)).toEqual([10]);
    expect(whole?.devices[0]?.windows.map(({ from, to }) => [from, to])).toEqual([[NOW - 10 * DAY, NOW]]);
  });

  it('names what would be right', async () => {
    const { get } = await runApi();
    const detail = async (query: string) => (await get(`/api/v1/derived?${query}`)).json<{ detail: string }>().detail;
    expect(await detail('series=happiness')).toContain('oxygen_dawn_minimum');
    expect(await detail('series=oxygen_debt_hours&parameters=limit=30')).toContain('from 0 to 20 mg/L');
    expect(await detail('series=growing_degree_days&window=night')).toContain('by day');
    expect(await detail('series=oxygen_debt_hours&field=ph')).toContain('dissolved_oxygen');
  });

  it('lists what there is, without the functions', async () => {
    const { get } = await runApi();
    const { series, windows } = (await get('/api/v1/derived-series')).json<DerivedListAnswer>();
    expect(series.find(({ name }) => name === 'growing_degree_days')).toMatchObject({
      ...{ version: 1, unit: 'Cel.d', windows: ['day'] },
      parameters: { base: { default: 10 }, upper: { default: 35 } },
    });
    expect(windows.sun_night).toEqual({ zh: '夜（日落至日出）', en: 'night, sunset to sunrise' });
  });
});

describe('GET /api/v1/statistics', () => {
  it('gives percentiles and extremes of nights, with their coverage, as JSON and CSV', async () => {
    const { get, write } = await runApi();
    await write(nights);
    const url =
      '/api/v1/statistics?kind=aquaculture_pond&device=probe&window=night&from=-2d&stats=min,median,p90,min_at';
    const { series } = (await get(url)).json<StatisticsAnswer>();
    expect(series[0]?.windows.map(({ values }) => values)).toEqual([
      { min: 6, median: 6, p90: 6, min_at: NOW - 2 * DAY + 14 * 60 * MINUTE + 20 * MINUTE },
      { min: 2.5, median: 6, p90: 6, min_at: NOW - 215 * MINUTE },
    ]);
    const lines = (await get(`${url}&format=csv`)).body.trim().split('\r\n');
    expect(lines[0]).toBe(
      'from,to,park,site,device,field,unit,min,median,p90,min_at,used,excluded,coverage,complete,season_day',
    );
    expect(lines[2]).toContain('2026-07-19T20:00:00.000+08:00,2026-07-20T08:00:00.000+08:00,tianyu,pond-1,probe');
    expect(lines[2]).toContain(',mg/L,2.5,6,6,2026-07-20T02:05:00.000+08:00,');
  });
});
