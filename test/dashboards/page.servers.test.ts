/** The built page in a real Chromium against a whole platform: what it shows is what was published. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { requireOrSkip } from '../require.ts';
import { hasChromium } from './chromium.ts';
import { openPage } from './open-page.ts';

const WIDTHS = [360, 1280, 1920] as const;

// A browser that the machine gives no turn may miss a moment: it has a second try; what it must show is the same.
describe.runIf(requireOrSkip('chromium', hasChromium()))('the page', { retry: 1, timeout: 60_000 }, () => {
  test.each(WIDTHS)(
    'shows every published value in both languages at %i px, without an error or a request elsewhere',
    async (width) => {
      const { page, open, problems } = await openPage(width);
      for (const [lang, name, aerator] of [
        ['zh', '试验塘', '开'],
        ['en', 'Test pond', 'on'],
      ]) {
        await open(`#/overview?lang=${lang}`);
        const tile = page.locator('[data-site=test-site]');
        // On a phone it lies below the sites that need eyes, and is drawn whole when it comes near.
        await tile.scrollIntoViewIfNeeded();
        await tile.getByText(name ?? '').waitFor();
        await tile.getByText('6.42', { exact: true }).waitFor();
        expect(await tile.locator('[data-field=water_temperature]').textContent()).toBe('24.3 °C');
        expect(await tile.locator('[data-field=ph]').textContent()).toBe('8.11');
        expect(await tile.locator('[data-field=aerator_on]').textContent()).toBe(aerator);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      }
      expect(problems).toEqual([]);
    },
  );

  test('moves a value when a reading comes, without being asked', async () => {
    const { page, open, publish } = await openPage();
    await open('#/overview?lang=en');
    const tile = page.locator('[data-site=test-site]');
    await tile.scrollIntoViewIfNeeded();
    await tile.getByText('6.42', { exact: true }).waitFor();
    await publish({ dissolved_oxygen: 5.17 });
    await tile.getByText('5.17', { exact: true }).waitFor();
  });

  test('of many sites draws those near the screen whole, and of the others what a search must find', async () => {
    const { page, open } = await openPage(360);
    await open('#/overview?lang=en');
    const tile = page.locator('[data-site=test-site]');
    await page.locator('.tile .big').first().waitFor();
    await tile.getByText('Good').waitFor();
    expect(await tile.locator('h2').textContent()).toBe('Test pond');
    expect(await tile.locator('.big').count()).toBe(0);
    await tile.scrollIntoViewIfNeeded();
    await tile.locator('.big').waitFor();
  });

  test('says since when it is disconnected, and calls a silent site unknown', async () => {
    const { page, open, platform } = await openPage();
    await open('#/overview?lang=en');
    await page.locator('.pulse.on').first().waitFor();
    // The stream is open before the sites are loaded; a page that never had them says that it could not read them.
    await page.locator('[data-site=test-site]').waitFor({ state: 'attached' });
    await platform.close();
    await page.getByText('Disconnected since').waitFor();
    await page.locator('[data-site=test-site].unknown').waitFor();
    await page
      .getByText(/no data for/)
      .first()
      .waitFor();
  });

  test('draws a chart of what is stored, and gives the same numbers as a table', async () => {
    const { page, open, problems } = await openPage();
    await open('#/site/daoyu/test-site?range=6h&lang=en');
    const panel = page.locator('[data-panel=dissolved_oxygen]');
    await panel.locator('canvas').waitFor();
    await panel.locator('summary').click();
    await panel.getByRole('cell', { name: '7.00 mg/L' }).first().waitFor();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.waitForURL(/from=\d+&to=\d+/);
    expect(problems).toEqual([]);
  });

  test('gives what is shown as a CSV file: Beijing times, units, the same values', async () => {
    const { page, open } = await openPage();
    await open('#/site/daoyu/test-site?range=6h&lang=en');
    const panel = page.locator('[data-panel=dissolved_oxygen]');
    await panel.locator('canvas').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      panel.getByRole('button', { name: /CSV/ }).click(),
    ]);
    const text = readFileSync(await download.path(), 'utf8');
    const [header = '', ...lines] = text.trim().split(/\r?\n/);
    expect(header).toContain('mg/L');
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.every((line) => line.includes('+08:00'))).toBe(true);
    expect(lines.filter((line) => /,7(\.0+)?(,|$)/.test(line)).length).toBeGreaterThan(10);
  });

  test('shows a ledger that adds up, and what was refused with its reason', async () => {
    const { page, open, publish, problems } = await openPage();
    await publish({ ph: 99 });
    await open('#/quality?lang=en');
    await page.getByText('it survives loss of power').waitFor();
    await page.locator('.records [data-code=VALUE_OUT_OF_RANGE]').first().waitFor();
    const sum = await page.getByTestId('ledger-sum').textContent();
    expect(sum).toContain('=');
    expect(await page.locator('td.no').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  test('fills a wall without scrolling', async () => {
    const { page, open, problems } = await openPage(1920);
    await page.setViewportSize({ width: 1920, height: 1080 });
    await open('#/wall?lang=zh');
    await page.locator('.wall .tile').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(1080);
    expect(problems).toEqual([]);
  });
});
