/** A paddy with growth stages in a real browser: the ribbon along its axes, bands that step with it, and the stage in words. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { dayOf, startOfDay } from '../../base/beijing-time.ts';
import { eventually } from '../eventually.ts';
import { requireOrSkip } from '../require.ts';
import { hasChromium } from './chromium.ts';
import { openPage } from './open-page.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

// A browser that the machine gives no turn may miss a moment: it has a second try; what it must show is the same.
describe.runIf(requireOrSkip('chromium', hasChromium()))('growth stages', { retry: 1, timeout: 90_000 }, () => {
  /** Dried for two days, and heading since yesterday morning; four days ago it was still wetted and dried in turn. */
  async function openPaddy() {
    const opened = await openPage();
    const credentials = await opened.addDevice('test-level', 'paddy_water', {
      site: 'test-paddy',
      siteLabel: { zh: '试验田', en: 'Test paddy' },
      siteType: 'paddy',
      profile: 'paddy_awd',
      intervalMs: HOUR,
    });
    const now = Date.now();
    const today = startOfDay(dayOf(now));
    const days = { drain: today - 3 * DAY, heading: today - DAY, filling: today + 34 * DAY };
    await opened.patch('/api/v1/sites/daoyu/test-paddy', {
      stages: [
        { from: dayOf(days.drain), profile: 'paddy_drain' },
        { from: dayOf(days.heading), profile: 'paddy_heading' },
        { from: dayOf(days.filling), profile: 'paddy_filling' },
      ],
    });
    const client = await opened.connect(credentials);
    const readings = Array.from({ length: 5 * 24 + 1 }, (_, index) => {
      const time = now - (5 * 24 - index) * HOUR;
      return { time, water_level: time < days.drain ? 10 : -100 };
    });
    await client.publishAsync(credentials.topics.telemetry, JSON.stringify(readings), { qos: 1 });
    await eventually(
      () => opened.get<{ latest: readonly { device: string; time: number | null }[] }>('/api/v1/latest'),
      ({ latest }) => latest.some(({ device, time }) => device === 'test-level' && time !== null),
    );
    // The page may have read the registry between the device and its stages.
    await opened.page.reload();
    return { ...opened, now, days };
  }

  test('stand along the axis with the one of today clear, and the band steps where they change', async () => {
    const { page, open, problems, now, days } = await openPaddy();
    await open('#/site/daoyu/test-paddy?range=7d&lang=en');
    const panel = page.locator('[data-panel=water_level]');
    await panel.locator('.stages li').first().waitFor();
    const names = await panel.locator('.stages li > span:first-child').allTextContents();
    expect(names).toEqual(['Alternate wetting and drying', 'Midseason drain', 'Booting to heading']);
    expect(await panel.locator('.stages [aria-current]').textContent()).toMatch(/^Booting to heading/);
    // Each over its own days: the drain takes two of seven.
    const [axis, drain] = [await boxOf(panel.locator('.u-over')), await boxOf(panel.locator('.stages li').nth(1))];
    expect(drain.width / axis.width).toBeCloseTo(2 / 7, 1);
    // The target of the drain (-300 to -50) lies below that of the days before (-150 to 30), and heading's (20 to 50) above.
    const middles = async () => {
      const noon = (day: number) => (day + 12 * HOUR - (now - 7 * DAY)) / (7 * DAY);
      const lately = Math.max(0, (days.heading - (now - 7 * DAY)) / (7 * DAY)) / 2 + 0.5;
      return [
        await tintOf(page, noon(days.drain - 2 * DAY)),
        await tintOf(page, noon(days.drain)),
        await tintOf(page, lately),
      ];
    };
    const [before, drained, heading] = await eventually(middles, (all) => all.every((each) => each !== undefined));
    expect(drained).toBeGreaterThan(before ?? 0);
    expect(heading).toBeLessThan(before ?? 0);
    expect(await panel.locator('.panel-note').textContent()).toContain('limits follow the stages');
    expect(problems).toEqual([]);
  });

  test('are told in words with what comes next, in both languages', async () => {
    const { page, open } = await openPaddy();
    await open('#/site/daoyu/test-paddy?range=7d&lang=en');
    const words = page.locator('.stage-words');
    await words.waitFor();
    expect(await words.textContent()).toMatch(
      /^Booting to headingsince .*, day 2next Grain filling · .* \(in 34 days\)$/,
    );
    await page
      .getByText(/below 0/)
      .first()
      .waitFor();
    await open('#/site/daoyu/test-paddy?range=7d&lang=zh');
    await page.getByText(/第 2 天/).waitFor();
    expect(await words.textContent()).toMatch(/^孕穗抽穗期.*下一阶段 灌浆期.*（34 天后）$/);
  });

  test('are on the strip of the platform, which counts only what was outside its own stage', async () => {
    const { page, open, now, days } = await openPaddy();
    await open('#/platform/smart_rice?range=7d&lang=en');
    const strip = page.locator('[data-site=test-paddy]');
    await strip.locator('.stages li').nth(2).waitFor({ state: 'attached' });
    const bands = await strip.locator('.spark-band').evaluateAll((all) => all.map((each) => each.getAttribute('y')));
    expect(new Set(bands).size).toBe(3);
    expect(await strip.locator('figure').getAttribute('aria-label')).toMatch(
      /stages: Alternate wetting and drying, Midseason drain, Booting to heading$/,
    );
    // -100 mm suits the drain; only since yesterday morning is it too dry.
    const told = await strip.locator('.outside').textContent();
    const hours = Math.floor((now - days.heading) / HOUR);
    expect(told).toMatch(new RegExp(`outside limits (${hours}|${hours - 1}) h`));
  });

  test('are not drawn where a site has none', async () => {
    const { page, open } = await openPaddy();
    await open('#/site/daoyu/test-site?range=6h&lang=en');
    await page.locator('.panel canvas').first().waitFor();
    expect(await page.locator('.stages').count()).toBe(0);
    expect(await page.locator('.stage-words').count()).toBe(0);
  });
});

async function boxOf(locator: ReturnType<Page['locator']>) {
  const box = await locator.first().boundingBox();
  if (box === null) throw new Error('not on the screen');
  return box;
}

/** The middle row of what is tinted as target in one column of the water level's plot, share of its width from the left. */
function tintOf(page: Page, share: number): Promise<number | undefined> {
  return page.locator('[data-panel=water_level] canvas').evaluate((canvas: HTMLCanvasElement, at) => {
    const plot = canvas.parentElement?.querySelector('.u-over')?.getBoundingClientRect();
    const own = canvas.getBoundingClientRect();
    if (plot === undefined) return undefined;
    const scale = canvas.width / own.width;
    const x = Math.round((plot.left - own.left + plot.width * at) * scale);
    const top = Math.round((plot.top - own.top) * scale);
    const height = Math.round(plot.height * scale);
    const { data } = canvas.getContext('2d')?.getImageData(x, top, 1, height) ?? { data: [] };
    const rows: number[] = [];
    for (let row = 0; row < height; row++) {
      const [red = 0, green = 0, blue = 0] = [data[row * 4], data[row * 4 + 1], data[row * 4 + 2]];
      // Over nothing, by day or by night; the curve is opaque and bluer.
      if (green > red + 25 && green > blue + 8) rows.push(row);
    }
    return rows[Math.floor(rows.length / 2)];
  }, share);
}
