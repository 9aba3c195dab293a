/** The farm log and corrections in a browser: an event in three taps on a phone, kept while there is no network; a correction drawn beside what was measured. */
import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { CorrectionsAnswer } from '../../api/correction-schemas.ts';
import type { EventsAnswer } from '../../api/journal-schemas.ts';
import { eventually } from '../eventually.ts';
import { requireOrSkip } from '../require.ts';
import { barriers } from './axe.ts';
import { hasChromium } from './chromium.ts';
import { openPage } from './open-page.ts';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const PICTURES = process.env.DAOYU_TEST_PICTURES;

describe.runIf(requireOrSkip('chromium', hasChromium()))(
  'the farm log on the page',
  { retry: 1, timeout: 90_000 },
  () => {
    test('takes an event in three taps, keeps it without a network, and shows it on the chart', async () => {
      const { page, open, get, platform, problems } = await openPage(390, { historyMinutes: 60, context: PHONE });
      await page.context().setExtraHTTPHeaders({ authorization: `Bearer ${platform.token}` });
      const events = async () => (await get<EventsAnswer>('/api/v1/events?site=test-site')).events;
      await open('#/site/daoyu/test-site?lang=zh&range=6h');
      await page.getByRole('button', { name: '记一笔' }).tap();
      await page.getByRole('button', { name: '投喂', exact: true }).tap();
      await page.getByLabel('投喂量 (kg)').fill('12.5');
      expect(await barriers(page)).toEqual([]);
      await picture(page, 'farm-log-form-390');
      await page.getByRole('button', { name: '保存' }).tap();
      await page.locator('.farm-log li[data-kind=feeding]').getByText('12.5 kg').waitFor();
      await page.locator('[data-panel=dissolved_oxygen] .chart[data-events="1"]').waitFor();
      expect(await events()).toMatchObject([{ kind: 'feeding', values: { kg: 12.5 } }]);

      // What was entered last time stands there: log, what, save.
      await page.context().setOffline(true);
      await page.getByRole('button', { name: '记一笔' }).tap();
      await page.getByRole('button', { name: '投喂', exact: true }).tap();
      await page.getByRole('button', { name: '保存' }).tap();
      await page.locator('.farm-log li.waiting').getByText('已存在本机').waitFor();
      await page.context().setOffline(false);
      expect(await eventually(events, (found) => found.length === 2)).toHaveLength(2);
      await page.locator('.farm-log li.waiting').waitFor({ state: 'detached' });

      // Withdrawn: the record stays, the list and the chart go without it.
      await page.locator('li[data-kind=feeding]').first().getByRole('button', { name: '撤销' }).tap();
      await page.getByRole('button', { name: '确认撤销' }).tap();
      await eventually(events, (found) => found.length === 1);
      await page.locator('[data-panel=dissolved_oxygen] .chart[data-events="1"]').waitFor();
      await page.locator('.farm-log').first().scrollIntoViewIfNeeded();
      await picture(page, 'farm-log-390');
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
      expect(problems.filter((each) => !each.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([]);
    });

    test('corrects a time and draws both values, and takes the correction back', async () => {
      const { page, open, get, platform, problems } = await openPage(1440, { historyMinutes: 60 });
      await page.context().setExtraHTTPHeaders({ authorization: `Bearer ${platform.token}` });
      await open('#/site/daoyu/test-site?lang=en&range=6h');
      await page.getByRole('button', { name: 'Correct this time' }).click();
      await page.getByLabel('Method').selectOption('offset');
      await page.getByLabel('Add (mg/L)').fill('-0.5');
      await page.getByLabel('Reason').fill('air bubble under the cap');
      await page.getByRole('button', { name: 'Save the correction' }).click();
      await page.locator('.corrections li[data-method=offset]').getByText('air bubble under the cap').waitFor();
      const legend = page.locator('[data-panel=dissolved_oxygen] .legend');
      await legend.getByText('dissolved oxygen, raw').waitFor();
      await page.locator('[data-panel=dissolved_oxygen]').getByText('thin dashes as measured').waitFor();
      const corrections = async () => (await get<CorrectionsAnswer>('/api/v1/corrections?site=test-site')).corrections;
      expect(await corrections()).toMatchObject([{ field: 'dissolved_oxygen', method: { is: 'offset', add: -0.5 } }]);
      expect(await barriers(page)).toEqual([]);
      await picture(page, 'corrections-1440');
      await page.getByRole('button', { name: 'Withdraw dissolved oxygen' }).click();
      await page.getByRole('button', { name: 'Yes, withdraw' }).click();
      await legend.getByText('dissolved oxygen, raw').waitFor({ state: 'detached' });
      expect(await corrections()).toEqual([]);
      expect(problems).toEqual([]);
    });
  },
);

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
}
