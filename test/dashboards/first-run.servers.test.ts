/** An empty installation in a real browser: account, park, pond, device, first reading, first alarm, a shared chart. */
import mqtt from 'mqtt';
import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { GOOD_PASSWORD } from '../people/open-people.ts';
import { requireOrSkip } from '../require.ts';
import { runPlatform } from '../running-platform.ts';
import { barriers } from './axe.ts';
import { hasChromium, openChromium } from './chromium.ts';
import { watch } from './open-page.ts';
import { overflow, pictures } from './pictures.ts';

// A browser that the machine gives no turn may miss a moment: it has a second try; what it must show is the same.
describe.runIf(requireOrSkip('chromium', hasChromium()))(
  'an empty installation',
  { retry: 1, timeout: 120_000 },
  () => {
    test('leads to the first reading and the first alarm of a pond, and to a chart that a stranger sees until it is revoked', async () => {
      const { platform } = await runPlatform({ DAOYU_DEMO: 'no' });
      const url = platform.urls.http;
      const { browser, close } = await openChromium();
      onTestFinished(close);
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      page.setDefaultTimeout(20_000);
      const problems = watch(page, url);

      await page.goto((await platform.signInLink()) ?? '');
      await page.goto(`${url}/?lang=zh`);
      await page.getByRole('link', { name: '建立账号' }).click();
      for (const [name, value] of Object.entries({ user: 'boss', name: '老板', password: GOOD_PASSWORD }))
        await page.locator(`input[name=${name}]`).fill(value);
      await page.getByRole('button').click();

      // By the keyboard alone: each step's form is the only one there is.
      await fill(page, { 名称: '开江基地' });
      await fill(page, { 名称: '3 号塘' });
      await pictures(page, 'first-run-device');
      await fill(page, { 名称: '溶氧仪' });
      await page.getByText('等待第一条读数').waitFor();
      await pictures(page, 'first-run-waiting');
      expect(await barriers(page)).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await overflow(page)).toBe(0);
      await page.setViewportSize({ width: 1440, height: 900 });

      // The line on the page is what is typed: its words are taken from there.
      const line = shellWords((await page.getByTestId('try-line').textContent()) ?? '');
      await publish(platform.urls.mqtt.mqtt ?? '', line);
      await page.getByText('已收到第一条读数').waitFor();
      await pictures(page, 'first-run-done');

      // The pond's profile was in force from the first reading on: what is too low and confirmed is critical.
      for (const oxygen of [1.5, 1.4])
        await publish(platform.urls.mqtt.mqtt ?? '', { ...line, '-m': `{"dissolved_oxygen": ${oxygen}}` });
      await page.getByRole('link', { name: '查看这个点位' }).click();
      await page.getByRole('heading', { name: '3 号塘' }).waitFor();
      await page.locator('.now.critical').waitFor();

      // Shared with somebody who has no account, until it is revoked.
      await page.locator('summary', { hasText: '分享图表' }).click();
      await page.getByRole('button', { name: '生成链接' }).click();
      const link = (await page.getByTestId('one-time').textContent()) ?? '';
      const stranger = await (await browser.newContext()).newPage();
      const status = async () => (await stranger.goto(link))?.status();
      expect(await status()).toBe(200);
      await pictures(page, 'first-run-share');
      await page.getByRole('button', { name: '收回 3 号塘' }).click();
      await page.getByRole('button', { name: '确认移除 3 号塘' }).click();
      await page.getByRole('button', { name: '收回 3 号塘' }).waitFor({ state: 'detached' });
      expect(await status()).not.toBe(200);
      expect(problems).toEqual([]);
    });
  },
);

/** Fills the only form on the page and sends it with the Enter key. */
async function fill(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) {
    await page.getByLabel(label, { exact: true }).fill(value);
    await page.keyboard.press('Enter');
    await page
      .getByLabel(label, { exact: true })
      .and(page.locator(`[value="${value}"]`))
      .waitFor({ state: 'detached' });
    await page.locator('.step.done', { hasText: value }).waitFor();
  }
}

/** Options of a shell line by their name, without its quotes. */
function shellWords(line: string): Readonly<Record<string, string>> {
  const words = [...line.matchAll(/'((?:[^']|'\\'')*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
  return Object.fromEntries(words.flatMap((word, at) => (/^-\w$/.test(word) ? [[word, words[at + 1] ?? '']] : [])));
}

async function publish(url: string, line: Readonly<Record<string, string>>): Promise<void> {
  expect(new URL(url).port).toBe(line['-p']);
  const client = await mqtt.connectAsync(url, {
    ...{ clientId: line['-i'] ?? '', username: line['-u'] ?? '', password: line['-P'] ?? '', reconnectPeriod: 0 },
  });
  await client.publishAsync(line['-t'] ?? '', line['-m'] ?? '', { qos: 1 });
  await client.endAsync();
}
