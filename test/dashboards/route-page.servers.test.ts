/** What the address holds stays what is seen: language, compared sites and ranges. In a real browser. */
import { describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { requireOrSkip } from '../require.ts';
import { openTable } from './chart-table.ts';
import { hasChromium } from './chromium.ts';
import { openPage } from './open-page.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

// A browser that the machine gives no turn may miss a moment: it has a second try; what it must show is the same.
describe.runIf(requireOrSkip('chromium', hasChromium()))('the address', { retry: 1, timeout: 90_000 }, () => {
  test('keeps site, range and compared sites when the language is switched in place', async () => {
    const { page, open, addDevice, connect, problems } = await openPage(1280, {
      intervalMs: MINUTE,
      historyMinutes: 5,
    });
    const other = await addDevice('other-pond', 'aquaculture_pond', {
      site: 'other-site',
      siteLabel: { zh: '对照塘', en: 'Other pond' },
      siteType: 'pond',
      intervalMs: MINUTE,
    });
    const client = await connect(other);
    const now = Date.now();
    const readings = [3, 2, 1].map((minute) => ({ time: now - minute * MINUTE, dissolved_oxygen: 4.4 }));
    await client.publishAsync(other.topics.telemetry, JSON.stringify(readings), { qos: 1 });

    await open(`#/site/daoyu/test-site?range=7d&from=${now - 10 * MINUTE}&to=${now + MINUTE}&lang=en`);
    const table = await openTable(page, 'dissolved_oxygen');
    await page.getByLabel('Compare with').selectOption({ label: 'Other pond' });
    const both = await eventually(table.rows, (rows) => rows.some((row) => row.length === 4 && row[2] !== '–'));
    expect(both.filter(([, value]) => value?.startsWith('7.00 mg/L'))).toHaveLength(5);
    expect(await table.panel.locator('thead').textContent()).toContain('Other pond');
    const before = page.url();
    expect(before).toContain('with=daoyu%2Fother-site');

    await page.getByRole('button', { name: '中文' }).click();
    await page.locator('html[lang=zh-CN]').waitFor();
    await page.getByRole('heading', { name: '试验塘' }).waitFor();
    await table.panel.locator('.legend').getByText('对照塘').waitFor();
    expect(page.url()).toBe(before.replace('lang=en', 'lang=zh'));
    expect(await table.rows()).toHaveLength(both.length);
    // Pasted into another window it is the same picture.
    await page.goto('about:blank');
    await page.goto(before);
    const again = await openTable(page, 'dissolved_oxygen');
    await eventually(again.rows, (rows) => JSON.stringify(rows) === JSON.stringify(both));
    expect(problems).toEqual([]);
  });

  test('of a season asks for windows that fit, and shows the first and the last of them', async () => {
    const { page, open, publish, problems } = await openPage(1280, { intervalMs: MINUTE, historyMinutes: 2 });
    const now = Date.now();
    for (let days = 1; days < 120; days += 2) await publish({ dissolved_oxygen: 5 + days / 100 }, now - days * DAY);
    await open('#/site/daoyu/test-site?range=6h&lang=en');
    await page.locator('[data-panel=dissolved_oxygen] canvas').waitFor();
    const asked = page.waitForRequest(/series\?.*every=6h/);
    await page.getByRole('button', { name: 'Season' }).click();
    await asked;
    const table = await openTable(page, 'dissolved_oxygen');
    const values = await eventually(table.values, (found) => found.length >= 60);
    expect(values.at(-1)).toMatch(/^6.19 mg.L/);
    expect(page.url()).toContain('range=season');
    await page.goBack();
    await eventually(table.values, (found) => found.length > 0 && found.length <= 4);
    expect(problems).toEqual([]);
  });
});
