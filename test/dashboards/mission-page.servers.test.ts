/** A mission in a real browser, judged against the boundary of its field, and against an estimate where none is registered. */
import { describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { requireOrSkip } from '../require.ts';
import { hasChromium } from './chromium.ts';
import { fly, positionAt } from './flight.ts';
import { openPage } from './open-page.ts';

const MINUTE = 60_000;
const SITE = '/api/v1/sites/daoyu/test-field';
/** 100 m by 30 m, of which four lines of 6 m seed the southern 24 m. */
const RING = (
  [
    [0, 0],
    [100, 0],
    [100, 30],
    [0, 30],
    [0, 0],
  ] as const
).map(positionAt);
const BOUNDARY = { type: 'Polygon', coordinates: [RING] };

// A browser that the machine gives no turn may miss a moment: it has a second try; what it must show is the same.
describe.runIf(requireOrSkip('chromium', hasChromium()))('a mission on the page', { retry: 1, timeout: 90_000 }, () => {
  async function openField(boundary?: object, begin = Date.now() - 40 * MINUTE) {
    const opened = await openPage();
    const drone = await opened.addDevice('test-drone', 'drone_seeding', {
      site: 'test-field',
      siteLabel: { zh: '试验播区', en: 'Test field' },
      siteType: 'field',
      profile: 'drone_seeding',
      intervalMs: 1000,
    });
    if (boundary !== undefined) await opened.patch(SITE, { boundary });
    const client = await opened.connect(drone);
    const flight = fly({ begin, lines: 4, length: 100, swath: 6, rate: 40 });
    await client.publishAsync(drone.topics.telemetry, JSON.stringify(flight), { qos: 1 });
    await eventually(
      () => opened.get<{ latest: readonly { device: string; time: number | null }[] }>('/api/v1/latest'),
      ({ latest }) => latest.some(({ device, time }) => device === 'test-drone' && time !== null),
    );
    await opened.open('#/site/daoyu/test-field?range=6h&lang=en');
    // The page may have read the registry between the field and its boundary.
    await opened.page.reload();
    await opened.page.locator('.coverage canvas').waitFor();
    return opened;
  }

  const figure = (label: string) => `.figures div:has(dt:text-is("${label}")) dd`;

  test('shows the edge that was missed, and draws the boundary', async () => {
    const { page, problems } = await openField(BOUNDARY);
    expect(await page.locator(figure('coverage')).textContent()).toMatch(/^(79|80|81)% missed 0\.06 ha$/);
    expect(await page.locator(figure('beyond the field')).textContent()).toBe('0.00 ha');
    expect(await page.locator('.coverage-picture .outline').getAttribute('d')).toMatch(/^M.*L.*L.*L.*Z$/);
    await page.getByText('judged against the registered boundary of the field · 0.30 ha · 4.5 mu').waitFor();
    expect(await page.locator('.coverage-picture').getAttribute('aria-label')).toMatch(/missed (19|20|21)%/);
    expect(problems).toEqual([]);
  });

  test('shows the last mission outside of one, not empty charts', async () => {
    const begin = Date.now() - 9 * 60 * MINUTE;
    const { page } = await openField(BOUNDARY, begin);
    await page.getByText('Last mission').waitFor();
    const chart = page.locator('.panel .chart[data-from]').first();
    await chart.waitFor();
    await page.waitForFunction(
      (least) =>
        Number(document.querySelector<HTMLElement>('.panel .chart[data-from]')?.dataset.from) >= least - 60_000,
      begin - 10 * MINUTE,
    );
    expect(Number(await chart.getAttribute('data-to'))).toBeLessThan(Date.now() - 6 * 60 * MINUTE);
    expect(await page.locator('.panel .empty').count()).toBe(0);
  });

  test('says that the field is estimated where no boundary is registered', async () => {
    const { page, open } = await openField();
    expect(await page.locator(figure('coverage')).textContent()).toMatch(/^(9\d|100)%( missed 0\.01 ha)?$/);
    await page.getByText(/no boundary is registered: the field is estimated from the track/).waitFor();
    expect(await page.locator('.coverage-picture .outline').count()).toBe(0);
    expect(await page.locator(figure('beyond the field')).count()).toBe(0);
    await open('#/site/daoyu/test-field?range=6h&lang=zh');
    await page.getByText(/未登记地块边界：田块按航迹估算/).waitFor();
  });

  test('says that it was not flown within the boundary that is registered', async () => {
    const shifted = RING.map(([longitude, latitude]) => [longitude + 0.01, latitude]);
    const { page } = await openField({ type: 'Polygon', coordinates: [shifted] });
    await page.getByText(/not flown within the registered boundary/).waitFor();
  });
});
