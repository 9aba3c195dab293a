/** A kind that is one new file: the page shows its devices by what the file says, while it is open. In a real browser. */
import { describe, expect, test } from 'vitest';
import { kindsFolderWith } from '../kinds-folder.ts';
import { requireOrSkip } from '../require.ts';
import { openTable } from './chart-table.ts';
import { hasChromium } from './chromium.ts';
import { openPage } from './open-page.ts';

const TEA_DRYER = `import { PERCENT, measured, temperature } from '../fields.ts';
  export default {
    name: 'tea_dryer', label: { zh: '茶叶烘干机', en: 'Tea dryer' }, subplatform: 'smart_orchard', intervalMs: 60_000,
    fields: [
      measured('tea_moisture', '茶叶水分', 'tea moisture', PERCENT, [0, 50], 0.1),
      temperature('leaf_temperature', '叶温', 'leaf temperature', [-20, 120]),
    ],
    primary: ['tea_moisture', 'leaf_temperature'], panels: [],
  };`;

// A browser that the machine gives no turn may miss a moment: it has a second try; what it must show is the same.
describe.runIf(requireOrSkip('chromium', hasChromium()))('a new kind', { retry: 1, timeout: 90_000 }, () => {
  test('appears by itself on overview, subplatform and site, with its labels, units and charts', async () => {
    const { page, open, addDevice, connect, problems } = await openPage(1280, {
      environment: { DAOYU_KINDS_DIR: kindsFolderWith('tea_dryer', TEA_DRYER) },
      historyMinutes: 1,
    });
    await open('#/overview?range=6h&lang=zh');
    await page.locator('.tile').first().waitFor();
    const mark = await page.evaluate(() => performance.timeOrigin);
    expect(await page.getByText('茶叶烘干机').count()).toBe(0);
    const dryer = await addDevice('dryer', 'tea_dryer', {
      site: 'dryer-1',
      siteLabel: { zh: '一号烘干房', en: 'Dryer house 1' },
      siteType: 'other',
    });
    const client = await connect(dryer);
    const now = Date.now();
    const publish = (time: number, tea_moisture: number) =>
      client.publishAsync(dryer.topics.telemetry, JSON.stringify({ time, tea_moisture, leaf_temperature: 48.2 }), {
        qos: 1,
      });
    for (let minute = 5; minute > 0; minute--) await publish(now - minute * 60_000, 15 + minute / 10);
    await publish(now, 14.2);

    const tile = page.locator('.tile[data-site=dryer-1]');
    await tile.waitFor();
    await tile.scrollIntoViewIfNeeded();
    await tile.getByText('14.2', { exact: true }).waitFor();
    for (const text of ['一号烘干房', '茶叶烘干机', '茶叶水分', '%'])
      await tile.getByText(text, { exact: true }).waitFor();
    expect(await tile.locator('[data-field=leaf_temperature]').textContent()).toBe('48.2 °C');

    // It stands among the sites of its subplatform.
    await page.getByRole('link', { name: '智慧果林' }).click();
    const strip = page.locator('.site-strip[data-site=dryer-1]');
    await strip.locator('.strip-line').first().waitFor({ state: 'attached' });
    await strip.locator('[data-field=tea_moisture]').getByText('14.2').waitFor();

    await strip.click();
    const table = await openTable(page, 'tea_moisture');
    expect((await table.rows()).map(([, value]) => value)).toEqual(
      ['14.2', '15.1', '15.2', '15.3', '15.4', '15.5'].map((value) => `${value}%`),
    );
    await page.locator('[data-panel=leaf_temperature] canvas').waitFor();
    await page.getByRole('button', { name: 'EN' }).click();
    await table.panel.getByRole('heading', { name: 'tea moisture' }).waitFor();
    // It goes on by itself here as well.
    await publish(Date.now(), 13.9);
    await page.locator('.now').getByText('13.9', { exact: true }).waitFor();
    expect(await page.evaluate(() => performance.timeOrigin)).toBe(mark);
    expect(problems).toEqual([]);
  });
});
