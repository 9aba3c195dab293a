/** The second step of signing in, in a browser: turned on with the code of an app, asked for, turned off by an administrator. */
import { mkdirSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { codeAt, fromBase32, stepOf } from '../../people/totp.ts';
import { GOOD_PASSWORD } from '../people/open-people.ts';
import { requireOrSkip } from '../require.ts';
import { runPlatform } from '../running-platform.ts';
import { barriers } from './axe.ts';
import { hasChromium, openChromium } from './chromium.ts';

const PICTURES = process.env.DAOYU_TEST_PICTURES;
const PHONE = { width: 390, height: 844 };

describe.runIf(requireOrSkip('chromium', hasChromium()))('the second step', { retry: 1, timeout: 60_000 }, () => {
  test('is turned on with an app, asked for at the next sign-in, and turned off by an administrator', async () => {
    const { platform, post } = await runPlatform({ DAOYU_DEMO: 'no' });
    const url = platform.urls.http;
    const grants = [{ role: 'admin', park: '*' }];
    const { link } = await post<{ link: string }>('/api/v1/users', { user: 'wang', name: '王建国', grants });
    const { browser, close } = await openChromium();
    onTestFinished(close);
    const page = await browser.newPage({ viewport: PHONE });
    page.setDefaultTimeout(15_000);
    await page.goto(link);
    await page.locator('input[name=password]').fill(GOOD_PASSWORD);
    await page.locator('button').click();
    await page.waitForURL((to) => to.pathname === '/');

    await page.goto(`${url}/#/people?lang=zh`);
    await page.getByText('两步验证: 未开启').waitFor();
    await page.locator('summary', { hasText: '开启两步验证' }).click();
    const form = page.locator('details', { hasText: '开启两步验证' });
    await form.locator('input[type=password]').fill(GOOD_PASSWORD);
    await form.getByRole('button', { name: '开启两步验证' }).click();
    const secret = (await page.getByTestId('totp-secret').textContent()) ?? '';
    await picture('second-factor-390-zh');
    expect(await barriers(page)).toEqual([]);
    const code = (steps: number) => codeAt(fromBase32(secret), stepOf(Date.now()) + steps);
    await page.locator('input[autocomplete=one-time-code]').fill(code(-1));
    await page.getByRole('button', { name: '确认开启' }).click();
    const shown = (await page.getByTestId('one-time').textContent()) ?? '';
    expect(shown.split(/\s+/)).toHaveLength(10);
    await page.getByText('两步验证: 已开启').waitFor();
    await picture('second-factor-codes-390-zh');

    await page.getByRole('button', { name: '退出登录' }).click();
    await page.locator('input[name=user]').fill('wang');
    await page.locator('input[name=password]').fill(GOOD_PASSWORD);
    await page.getByRole('button', { name: '登录 Sign in', exact: true }).click();
    await page.getByText('两步验证').waitFor();
    await picture('second-step-390');
    expect(await barriers(page)).toEqual([]);
    await page.locator('input[name=code]').fill(code(0));
    await page.keyboard.press('Enter');
    await page.waitForURL((to) => to.pathname === '/');

    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${url}/#/people?lang=en`);
    const row = page.locator('li[data-user=wang]');
    await row.locator('.note', { hasText: 'Second step' }).waitFor();
    await picture('second-factor-1440-en');
    await row.getByRole('button', { name: 'Turn off second step 王建国' }).click();
    await row.getByRole('button', { name: 'Really remove 王建国' }).click();
    // The sessions of the person have ended, also this one.
    await page.waitForFunction("fetch('/api/v1/me').then(({ status }) => status === 401)");

    async function picture(name: string): Promise<void> {
      if (PICTURES === undefined) return;
      mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
    }
  });
});
