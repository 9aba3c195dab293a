/** Every view with real readings of every kind, in both languages and at every size: no error, no overflow, no barrier. */
import { readdirSync, statSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { dayOf } from '../../base/beijing-time.ts';
import { eventually } from '../eventually.ts';
import { requireOrSkip } from '../require.ts';
import { barriers } from './axe.ts';
import { hasChromium } from './chromium.ts';
import { fly } from './flight.ts';
import { openPage } from './open-page.ts';

const MINUTE = 60_000;

/** Each with what is there once it has its data. */
const VIEWS: readonly (readonly [path: string, ready: string])[] = [
  ['overview', '.spark-end'],
  ['platform/smart_fishery', '.strip-line'],
  ['platform/smart_processing', '.map-track'],
  ['platform/smart_rice', '.coverage canvas'],
  ['site/daoyu/test-site', '.panel canvas'],
  ['site/daoyu/test-field', '.line-list td'],
  ['site/daoyu/test-truck', '.map-track'],
  ['quality', '.equation'],
  ['alarms', '.alarm-centre :is(.alarm, .nothing)'],
  ['handover', '.handover[aria-busy=false]'],
  ['wall', '.tile'],
];

// A browser that the machine gives no turn may miss a moment: it has a second try; what it must show is the same.
describe.runIf(requireOrSkip('chromium', hasChromium()))('every view', { retry: 1, timeout: 60_000 }, () => {
  /** The pond, a drone that has flown, and a vehicle that drove: what every view needs. */
  async function openFleet(width: number) {
    const opened = await openPage(width);
    const { addDevice, connect } = opened;
    const drone = await addDevice('test-drone', 'drone_seeding', {
      site: 'test-field',
      siteLabel: { zh: '试验播区', en: 'Test field' },
      siteType: 'field',
      profile: 'drone_seeding',
      intervalMs: 1000,
    });
    const truck = await addDevice('test-truck', 'cold_chain', {
      site: 'test-truck',
      siteLabel: { zh: '试验车', en: 'Test truck' },
      siteType: 'vehicle',
      profile: 'live_crab',
      intervalMs: MINUTE,
    });
    // With stages, so that ribbons are in every view of it.
    await opened.patch('/api/v1/sites/daoyu/test-site', {
      stages: [
        { from: dayOf(Date.now() - 2 * 86_400_000), profile: 'seedling' },
        { from: dayOf(Date.now()), profile: 'crab_pond' },
      ],
    });
    const now = Date.now();
    const flight = fly({ begin: now - 40 * MINUTE, lines: 4, length: 100, swath: 6, rate: 40, missed: [2] });
    const drive = Array.from({ length: 60 }, (_, index) => ({
      time: now - (60 - index) * MINUTE,
      latitude: 31.02 + index / 1000,
      longitude: 107.95 - index / 1000,
      air_temperature: 7 + (index % 20) / 2,
      product_temperature: 7,
      door_open: index % 20 === 0 ? 1 : 0,
      speed: 40,
    }));
    for (const [credentials, readings] of [
      [drone, flight],
      [truck, drive],
    ] as const) {
      const client = await connect(credentials);
      await client.publishAsync(credentials.topics.telemetry, JSON.stringify(readings), { qos: 1 });
    }
    // The page asks again for missions only now and then: let them be stored before it asks.
    await eventually(
      () => opened.get<{ latest: readonly { time: number | null }[] }>('/api/v1/latest'),
      ({ latest }) => latest.filter(({ time }) => time !== null).length === 3,
    );
    return opened;
  }

  test.each([360, 1280, 1920])(
    'at %i px, in Chinese and English, by the rules of axe',
    { timeout: 90_000 },
    async (width) => {
      const { page, open, problems } = await openFleet(width);
      const found: string[] = [];
      for (const language of ['zh', 'en']) {
        for (const [path, ready] of VIEWS) {
          if (path === 'wall' && width === 360) continue;
          await open(`#/${path}?range=6h&lang=${language}`);
          await bringNear(page, path);
          await page.locator(ready).first().waitFor({ state: 'attached' });
          expect(
            await page.evaluate(() => document.documentElement.scrollWidth),
            `${path} ${language}`,
          ).toBeLessThanOrEqual(width);
          found.push(...(await barriers(page)).map((barrier) => `${path} ${language} ${barrier}`));
          expect(await page.evaluate(() => document.documentElement.lang)).toBe(language === 'zh' ? 'zh-CN' : 'en');
        }
      }
      // In the dark the colours are others.
      await page
        .getByRole('button', { name: 'Dark' })
        .click()
        .catch(() => {});
      await open('#/platform/smart_fishery?range=6h&lang=en');
      found.push(...(await barriers(page)).map((barrier) => `dark ${barrier}`));
      expect(found).toEqual([]);
      expect(problems).toEqual([]);
    },
  );

  test('shows the numbers that the API gives', async () => {
    const { page, open, get } = await openFleet(1280);
    const { latest } = await get<{ latest: readonly { device: string; values: Record<string, number> }[] }>(
      '/api/v1/latest',
    );
    const pond = latest.find(({ device }) => device === 'test-pond')?.values ?? {};
    await open('#/platform/smart_fishery?range=6h&lang=en');
    const strip = page.locator('.site-strip[data-site=test-site]');
    await strip.scrollIntoViewIfNeeded();
    for (const [field, text] of [
      ['dissolved_oxygen', pond.dissolved_oxygen?.toFixed(2)],
      ['water_temperature', `${pond.water_temperature?.toFixed(1)} °C`],
      ['ph', pond.ph?.toFixed(2)],
    ] as const) {
      expect(await strip.locator(`[data-field=${field}]`).textContent()).toContain(text);
    }
  });

  test('does not call within its limits what was not measured', async () => {
    const { page, open } = await openFleet(1280);
    await open('#/platform/smart_processing?range=6h&lang=en');
    const strip = page.locator('.site-strip[data-site=test-truck]');
    await strip.scrollIntoViewIfNeeded();
    // An hour of six was measured; in it the air was beyond 12 °C now and then.
    await strip.getByText(/outside limits .* · no data for (4|5) h/).waitFor();
  });

  test('a mission says what was covered, and its lines', async () => {
    const { page, open } = await openFleet(1280);
    await open('#/site/daoyu/test-field?range=6h&lang=en');
    await page.locator('.line-list tbody tr').nth(2).waitFor();
    // Three of four lines of 100 m by 6 m.
    await page.getByText('0.18 ha').waitFor();
    expect(await page.locator('.line-list tbody tr').count()).toBe(3);
    // No column of the list is cut off beside the map.
    const hidden = await page
      .locator('.scroller:has(.line-list)')
      .evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
    expect(hidden).toBeLessThanOrEqual(0);
    expect(await page.locator('.coverage-picture').getAttribute('aria-label')).toMatch(/missed 2\d%/);
  });

  test('is reached and used by keyboard alone', async () => {
    const { page, open } = await openFleet(1280);
    await open('#/overview?lang=en');
    await page.locator('[data-site=test-site]').waitFor();
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to content');
    await tabTo(page, 'Smart fishery');
    await page.keyboard.press('Enter');
    await page.locator('.site-strip').first().waitFor();
    await tabTo(page, 'Test pond');
    await page.keyboard.press('Enter');
    await page.locator('.panel canvas').first().waitFor();
    await tabTo(page, 'Table');
    await page.keyboard.press('Enter');
    await page.locator('.panel table').first().waitFor();
    await page.locator('#content').focus();
    await tabTo(page, 'Zoom in');
    await page.keyboard.press('Enter');
    await page.waitForURL(/from=\d+/);
  });

  test('arrives in under 150 kB compressed', async () => {
    const { page, open } = await openPage();
    await open('#/overview?lang=en');
    await bringNear(page, 'overview');
    await page.locator('.spark-end').first().waitFor({ state: 'attached' });
    const loaded = await page.evaluate(() =>
      (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
        .filter(({ name }) => name.includes('/assets/'))
        .map(({ encodedBodySize, decodedBodySize }) => ({ encodedBodySize, decodedBodySize })),
    );
    const sum = loaded.reduce((bytes, { encodedBodySize }) => bytes + encodedBodySize, 0);
    expect(loaded.length).toBeGreaterThan(1);
    expect(loaded.every((each) => each.encodedBodySize < each.decodedBodySize)).toBe(true);
    expect(sum).toBeLessThan(150_000);
    const packed = readdirSync('dist/page/assets').filter((name) => name.endsWith('.gz'));
    // With the views that are loaded when they are first shown.
    expect(packed.reduce((bytes, name) => bytes + statSync(`dist/page/assets/${name}`).size, 0)).toBeLessThan(170_000);
  });
});

/** The pond with data lies below the sites that need eyes: where there are many it is drawn whole when it comes near. */
async function bringNear(page: Page, path: string): Promise<void> {
  if (path === 'overview' || path === 'platform/smart_fishery') {
    await page.locator('[data-site=test-site]').scrollIntoViewIfNeeded();
  }
}

const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? '');

async function tabTo(page: Page, text: string): Promise<void> {
  for (let count = 0; count < 80; count++) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate(() => {
      const { activeElement } = document;
      return `${activeElement?.textContent ?? ''} ${activeElement?.getAttribute('aria-label') ?? ''}`;
    });
    if (found.includes(text)) return;
  }
  throw new Error(`${text} is not reached by the Tab key`);
}
