/** Reports on paper: printed by a real Chromium, nothing clipped, the period named; and asked for on the page. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dayOf } from '../../base/beijing-time.ts';
import { pdfOf } from '../../reports/pdf.ts';
import { barriers } from '../dashboards/axe.ts';
import { CHROMIUM, hasChromium } from '../dashboards/chromium.ts';
import { openPage } from '../dashboards/open-page.ts';
import { eventually } from '../eventually.ts';
import { requireOrSkip } from '../require.ts';

const PICTURES = process.env.DAOYU_TEST_PICTURES;
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
/** A4 within its margins of 14 mm, at 96 dots an inch. */
const A4 = { width: 688, height: 1017 };

test('without a browser a PDF is refused in words', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-no-browser-'));
  await expect(pdfOf('<p>x</p>', { PATH: folder })).rejects.toMatchObject({ code: 'PDF_UNAVAILABLE' });
  const broken = join(folder, 'chromium');
  writeFileSync(broken, '#!/bin/sh\nexit 3\n', { mode: 0o755 });
  await expect(pdfOf('<p>x</p>', { PATH: folder })).rejects.toThrow(/ended with 3/);
});

describe.runIf(requireOrSkip('chromium', hasChromium()))('a report on paper', { retry: 1, timeout: 60_000 }, () => {
  test('fits its sheets in both languages, and is asked for on the page', async () => {
    const { page, open, post, platform, client, credentials, addDevice, connect, problems } = await openPage(1280, {
      ...{ historyMinutes: 0, intervalMs: 30 * MINUTE },
    });
    const start = Math.floor((Date.now() - 3 * DAY) / (30 * MINUTE)) * 30 * MINUTE;
    const curve = Array.from({ length: 144 }, (_, index) => ({ time: start + index * 30 * MINUTE, index }));
    const pond = curve.map(({ time, index }) => ({
      ...{ time, dissolved_oxygen: 5.5 + 3 * Math.sin(index / 7), water_temperature: 26 + (index % 9) / 10 },
    }));
    await client.publishAsync(credentials.topics.telemetry, JSON.stringify(pond), { qos: 1 });
    const truck = { site: 'test-truck', siteType: 'vehicle', intervalMs: 30 * MINUTE };
    const box = await addDevice('test-box', 'cold_chain', { ...truck, profile: 'chilled_fish' });
    const cold = curve.map(({ time, index }) => ({ time, air_temperature: 2.5 + 2.5 * Math.sin(index / 9) }));
    await (await connect(box)).publishAsync(box.topics.telemetry, JSON.stringify(cold), { qos: 1 });
    const event = { park: 'daoyu', site: 'test-site', by: '李师傅' };
    await post('/api/v1/events', { ...event, kind: 'stocking', values: { count: 4000 }, at: String(start) });
    const fed = { ...event, kind: 'feeding', values: { kg: 12.5 }, note: '阴天，少喂；'.repeat(8) };
    for (const hour of [10, 34]) await post('/api/v1/events', { ...fed, at: String(start + hour * 60 * MINUTE) });
    const headers = { authorization: `Bearer ${platform.token}` };
    const reportOf = async (query: string) =>
      await (await fetch(`${platform.urls.http}/api/v1/reports?park=daoyu&${query}`, { headers })).text();
    await eventually(
      () => reportOf('report=daily'),
      (text) => text.includes('test-site'),
    );
    const asked = [
      'report=daily&lang=zh',
      'report=weekly&lang=en',
      'report=season&lang=zh&site=test-site',
      `report=trip&lang=en&device=test-box&from=${start}&to=${start + 2 * DAY}`,
    ];
    const paper = await page.context().browser()?.newPage({ viewport: A4 });
    for (const query of asked) {
      const html = await reportOf(`${query}&format=html`);
      await paper?.setContent(html);
      await paper?.emulateMedia({ media: 'print' });
      // Nothing is wider than the sheet, the page itself or any table in it.
      const wide = await paper?.evaluate(
        () =>
          [...document.querySelectorAll('*')].filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
            .length,
      );
      expect([query, wide]).toEqual([query, 0]);
      expect(await paper?.locator('header b').innerText()).toMatch(/^(时段|Period) 20\d\d-\d\d-\d\d/);
      if (PICTURES !== undefined) {
        mkdirSync(PICTURES, { recursive: true });
        const name = query.replace(/[^a-z]+/g, '-').slice(0, 24);
        await paper?.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
      }
    }
    const pdf = await pdfOf(await reportOf('report=daily&lang=zh&format=html'), {
      ...process.env,
      CHROME_PATH: CHROMIUM,
    });
    expect(pdf.subarray(0, 5).toString('latin1')).toBe('%PDF-');
    if (PICTURES !== undefined) writeFileSync(`${PICTURES}/daily.pdf`, pdf);
    const yesterday = dayOf(Date.now() - DAY);
    await open('#/reports?lang=zh');
    await page.getByLabel('日期').fill(yesterday);
    const link = page.getByRole('link', { name: '打开（可打印）' });
    expect(await link.getAttribute('href')).toContain('report=daily&park=daoyu&at=');
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: '生成链接' }).click();
    await page.locator('.made-link a').waitFor();
    const opened = await page.context().browser()?.newPage();
    await opened?.goto((await page.locator('.made-link a').getAttribute('href')) ?? '');
    expect(await opened?.title()).toContain(yesterday);
    if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/reports.png` });
    expect(problems).toEqual([]);
  });
});
