import { expect, it } from 'vitest';
import { formatRoute, parseRoute } from '../../dashboards/page/feed/route.ts';

it('an examination has an address of its own', () => {
  const route = parseRoute('#/doctor/daoyu/pond-3?lang=en', 'zh');
  expect(route).toMatchObject({ view: 'doctor', park: 'daoyu', device: 'pond-3', language: 'en' });
  expect(formatRoute(route)).toBe('#/doctor/daoyu/pond-3?lang=en');
  expect(parseRoute('#/doctor', 'zh').view).toBe('overview');
});
