/** Derived figures and seasons in a browser: numbers, marks, the chart behind a number. */
import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { requireOrSkip } from '../require.ts';
import { barriers } from './axe.ts';
import { hasChromium } from './chromium.ts';
import { openPage } from './open-page.ts';

const PICTURES = process.env.DAOYU_TEST_PICTURES;
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** Each half hour: 7 mg/L by day, 2 between 03:00 and 05:00 Beijing time. */
const pondDays = (from: number, days: number, noon: number) =>
  Array.from({ length: days * 48 }, (_, index) => ({ time: from + index * 30 * MINUTE, index })).map(
    ({ time, index }) => {
      const hour = (time / 3_600_000 + 8) % 24;
      // A probe that repeats a value for an hour would be doubted.
      return { time, dissolved_oxygen: (hour >= 3 && hour <= 5 ? 2 : noon) + (index % 7) * 0.02 };
    },
  );

describe.runIf(requireOrSkip('chromium', hasChromium()))('derived figures', { retry: 1, timeout: 60_000 }, () => {
  test('show each night with its coverage, and seasons upon each other', async () => {
    const { page, open, post, get, problems, client, credentials } = await openPage(1280, {
      ...{ historyMinutes: 0, intervalMs: 30 * MINUTE },
    });
    const start = Math.floor((Date.now() - 4 * DAY) / (30 * MINUTE)) * 30 * MINUTE;
    for (const batch of [pondDays(start - 365 * DAY, 4, 6), pondDays(start, 4, 7)])
      await client.publishAsync(credentials.topics.telemetry, JSON.stringify(batch), { qos: 1 });
    const stocked = { park: 'daoyu', site: 'test-site', kind: 'stocking', values: { count: 4000 }, by: 'li' };
    for (const at of [start - 365 * DAY, start]) await post('/api/v1/events', { ...stocked, at: String(at) });
    const harvested = { kg: 300 };
    await post('/api/v1/events', { ...stocked, kind: 'harvest', values: harvested, at: String(start - 361 * DAY) });
    type Answer = { devices: { windows: { value: number }[] }[] };
    const url = '/api/v1/derived?series=oxygen_debt_hours&device=test-pond&window=noon&from=-4d';
    await eventually(
      () => get<Answer>(url),
      ({ devices }) => (devices[0]?.windows.length ?? 0) >= 4,
    );
    await open('#/site/daoyu/test-site?lang=zh&range=7d');
    await page.getByText('农情指标').click();
    const derived = page.locator('.derived');
    await derived.getByLabel('指标').selectOption({ label: '缺氧时长' });
    await derived.getByLabel('限值 [mg/L] · 按阈值方案').fill('3');
    // Straight lines between half hours: below 3 for 2 h and a fifth of the half hours before and after.
    await derived.getByText('2.2 h').first().waitFor();
    await derived.getByText('完整时段').waitFor();
    await derived.getByText('出处').waitFor();
    expect(await derived.locator('svg.bars rect').count()).toBeGreaterThanOrEqual(3);
    await page.getByText('本季与往季').click();
    await page.locator('svg.season .s1 path').waitFor();
    expect(await page.locator('.season-key li').count()).toBe(2);
    await picture(page, 'derived-1280');
    expect(await barriers(page)).toEqual([]);
    await derived.locator('tbody a').first().click();
    await page.waitForURL(/from=\d+/);
    expect(problems).toEqual([]);
  });
});

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
}
