import { describe, expect, it, onTestFinished } from 'vitest';
import type { Outcome } from '../../../alarms/channels/channel.ts';
import { openChannelBook } from '../../../alarms/notify/channel-book.ts';
import { healthAfter, healthOfChannels, isFailing, noteHealth } from '../../../alarms/notify/channel-health.ts';
import { DEFAULT_PLAN, type Plan, unmannedFrom } from '../../../alarms/notify/plan.ts';
import { openMemoryKv } from '../../../kv/memory.ts';
import { answer, openFakeService } from '../channels/fake-service.ts';

const NOW = Date.parse('2026-07-20T13:00:00+08:00');
const MINUTE = 60_000;
const DELIVERED: Outcome = { is: 'delivered' };
const BUSY: Outcome = { is: 'retry', afterMs: 1000, code: 'HTTP_503', why: 'busy' };
const BROKEN: Outcome = { is: 'broken', code: '300005', why: 'token gone' };

describe('a channel', () => {
  it('fails at once when it is broken, and after five minutes when it is busy; one delivered message mends it', () => {
    const broken = healthAfter(undefined, BROKEN, NOW);
    expect(broken && isFailing(broken, NOW)).toBe(true);
    const busy = healthAfter(undefined, BUSY, NOW);
    const later = healthAfter(busy, BUSY, NOW + 5 * MINUTE);
    expect(busy && isFailing(busy, NOW + MINUTE)).toBe(false);
    expect(later && isFailing(later, NOW + 5 * MINUTE)).toBe(true);
    const mended = healthAfter(later, DELIVERED, NOW + 6 * MINUTE);
    expect(mended).toEqual({ is: 'working', since: NOW + 6 * MINUTE, at: NOW + 6 * MINUTE });
    expect(mended && isFailing(mended, NOW + 60 * MINUTE)).toBe(false);
  });

  it('is not blamed for a notice that its service refuses for what it says', () => {
    const working = healthAfter(undefined, DELIVERED, NOW);
    expect(healthAfter(working, { is: 'refused', code: '40035', why: 'parameter' }, NOW + 1)).toBe(working);
  });

  it('is written down when it changes, not with each message', async () => {
    const kv = openMemoryKv();
    await noteHealth(kv, 'duty', DELIVERED, NOW);
    await noteHealth(kv, 'duty', DELIVERED, NOW + 1000);
    expect((await kv.get('notify/health/duty'))?.revision).toBe(1);
    await noteHealth(kv, 'duty', BROKEN, NOW + 2000);
    expect((await healthOfChannels(kv)).get('duty')).toMatchObject({
      is: 'broken',
      since: NOW + 2000,
      why: 'token gone',
    });
  });

  it('is known by its drill, and forgotten with it', async () => {
    const service = await openFakeService(answer({ errcode: 300005, errmsg: 'token is not exist' }));
    const book = await openChannelBook(openMemoryKv(), () => NOW);
    onTestFinished(() => book.close());
    const settings = {
      url: service.url,
      secret: `whsec_${Buffer.alloc(32, 9).toString('base64')}`,
      allowPrivate: true,
    };
    await book.putChannel({ name: 'duty', kind: 'webhook', language: 'zh', settings });
    expect((await book.health()).size).toBe(0);
    await book.test('duty');
    expect((await book.health()).get('duty')?.is).toBe('working');
    await book.removeChannel('duty');
    expect((await book.health()).size).toBe(0);
  });
});

describe('a roster', () => {
  const person = { name: '王工', channels: ['duty'] };
  const shift = { days: [1, 2, 3, 4, 5, 6, 7], people: ['王工'] };
  const day = { ...shift, from: '08:00', to: '20:00' };
  const planOf = (shifts: Plan['shifts']): Plan => ({ ...DEFAULT_PLAN, people: [person], shifts });

  it('without shifts has no gap: everybody is told', () => {
    expect(unmannedFrom(planOf([]), NOW)).toBeUndefined();
  });

  it('says the day before from when on nobody is on duty, and until somebody is since when', () => {
    const evening = Date.parse('2026-07-20T20:00:00+08:00');
    expect(unmannedFrom(planOf([day]), NOW)).toBe(evening);
    expect(unmannedFrom(planOf([day]), evening + 3 * 60 * MINUTE + 17_000)).toBe(evening);
    expect(unmannedFrom(planOf([day, { ...shift, from: '20:00', to: '08:00' }]), NOW)).toBeUndefined();
  });

  it('with a shift of nobody that can be told has a gap', () => {
    expect(unmannedFrom(planOf([{ ...day, people: [] }]), NOW)).toBe(Date.parse('2026-07-20T00:00:00+08:00'));
  });
});
