import { describe, expect, it } from 'vitest';
import { bearer, NOW, runApi } from './running-api.ts';

const HOUR = 3_600_000;
const place = { park: 'tianyu', site: 'pond-1', by: '李师傅' };

async function running() {
  const api = await runApi();
  const post = (body: object) => api.send({ method: 'POST', url: '/api/v1/events', headers: bearer, payload: body });
  const list = async (query = '') => (await api.get(`/api/v1/events?site=pond-1${query}`)).json().events;
  return { ...api, post, list };
}

describe('events', () => {
  it('are written down late, listed in order of time, corrected, and known as they were', async () => {
    const { post, list } = await running();
    const fed = { ...place, id: 'feeding-0001', kind: 'feeding', at: '-3h', values: { kg: 12.5, feed: '蟹料 2 号' } };
    const answer = await post(fed);
    expect([answer.statusCode, answer.json()]).toEqual([201, { ...fed, at: NOW - 3 * HOUR, recordedAt: NOW }]);
    expect((await post({ ...place, kind: 'sampling', at: '-4h', values: { gram_each: 31 } })).statusCode).toBe(201);
    expect((await list()).map(({ kind }: { kind: string }) => kind)).toEqual(['sampling', 'feeding']);
    expect(await list('&kind=feeding')).toHaveLength(1);
    expect(await list('&from=-2h')).toEqual([]);

    const corrected = { ...fed, id: 'feeding-0002', values: { kg: 21.5 }, supersedes: 'feeding-0001' };
    expect((await post(corrected)).statusCode).toBe(201);
    expect(await list('&kind=feeding')).toMatchObject([{ values: { kg: 21.5 }, recordedAt: NOW + 1 }]);
    expect(await list(`&kind=feeding&as_of=${NOW}`)).toMatchObject([{ values: { kg: 12.5 } }]);
    expect(await list('&kind=feeding&superseded=true')).toHaveLength(2);
    expect((await post({ ...fed, id: 'feeding-0003', supersedes: 'feeding-0001' })).json().code).toBe(
      'RECORD_SUPERSEDED',
    );
  });

  it('sent again are one; a mistake is refused with what would be right', async () => {
    const { post, list } = await running();
    const harvest = { ...place, id: 'harvest-0001', kind: 'harvest', at: '-1h', values: { kg: 300 } };
    expect([(await post(harvest)).statusCode, (await post(harvest)).statusCode]).toEqual([201, 201]);
    expect(await list()).toHaveLength(1);
    expect((await post({ ...harvest, id: 'harvest-0002', values: {} })).json()).toMatchObject({
      code: 'EVENT_INVALID',
      detail: 'harvest: values.kg is missing',
    });
    expect((await post({ ...harvest, site: 'pond-9' })).statusCode).toBe(404);
  });

  it('need a right to be written', async () => {
    const { send, makeCode } = await runApi();
    const entered = await send({ method: 'GET', url: `/sign-in?code=${await makeCode()}` });
    const cookie = String(entered.headers['set-cookie']).split(';')[0] ?? '';
    const body = { ...place, kind: 'note', at: '-1h' };
    const refused = await send({ method: 'POST', url: '/api/v1/events', headers: { cookie }, payload: body });
    expect(refused.statusCode).toBe(403);
  });

  it('that disturb the readings put alarms of the site under maintenance', async () => {
    const { post, options } = await running();
    const asked: unknown[] = [];
    const { alarms } = options;
    Object.assign(alarms, { maintain: async (...given: unknown[]) => void asked.push(given) });
    await post({ ...place, kind: 'water_exchange', at: '-1h', values: { mm: 200 } });
    await post({ ...place, kind: 'water_exchange', at: '-5h' });
    await post({ ...place, kind: 'feeding', at: '-1h', values: { kg: 1 } });
    expect(asked).toEqual([[{ park: 'tianyu', site: 'pond-1', until: NOW + HOUR, reason: '换水' }, '李师傅']]);
  });

  it('make the season of a site', async () => {
    const { post, get } = await running();
    await post({ ...place, kind: 'stocking', at: '-90d', values: { count: 20_000, species: '河蟹' } });
    expect((await get('/api/v1/seasons?site=pond-1')).json()).toEqual({
      seasons: [{ park: 'tianyu', site: 'pond-1', from: NOW - 90 * 24 * HOUR }],
    });
  });
});
