/** People on the page in real browsers: invited on one, signed in on a second, out when the role is taken away; the audit trail shows all of it. */
import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { GOOD_PASSWORD } from '../people/open-people.ts';
import { requireOrSkip } from '../require.ts';
import { runPlatform } from '../running-platform.ts';
import { barriers } from './axe.ts';
import { hasChromium, openChromium } from './chromium.ts';

const PICTURES = process.env.DAOYU_TEST_PICTURES;

// A browser that the machine gives no turn may miss a moment: it has a second try; what it must show is the same.
describe.runIf(requireOrSkip('chromium', hasChromium()))('people on the page', { retry: 1, timeout: 120_000 }, () => {
  test('the first administrator invites; the invited signs in on a phone, loses the role, and is out at once', async () => {
    const { platform } = await runPlatform({ DAOYU_DEMO: 'yes' });
    const url = platform.urls.http;
    const { browser, close } = await openChromium();
    onTestFinished(close);
    const desk = await open(browser, 1440);
    await desk.goto((await platform.signInLink()) ?? '');
    await desk.goto(`${url}/#/people?lang=zh`);
    await desk.getByRole('link', { name: '还没有账号' }).click();
    await fillForm(desk, { user: 'boss', name: '老板', password: GOOD_PASSWORD });
    await desk.waitForURL(`${url}/**`);
    await desk.goto(`${url}/#/people?lang=zh`);
    await desk.getByRole('heading', { name: '当前身份: 老板' }).waitFor();

    // By the keyboard alone.
    await desk.locator('summary', { hasText: '添加人员' }).focus();
    await desk.keyboard.press('Enter');
    await desk.keyboard.press('Tab');
    await desk.keyboard.type('wang');
    await desk.keyboard.press('Tab');
    await desk.keyboard.type('王建国');
    await desk.keyboard.press('Enter');
    const link = (await desk.getByTestId('one-time').textContent()) ?? '';
    expect(link).toContain('/join?code=');
    await picture(desk, 'people-1440');
    expect(await barriers(desk)).toEqual([]);

    const phone = await open(browser, 390);
    await phone.goto(link);
    expect(await barriers(phone)).toEqual([]);
    await picture(phone, 'join-390');
    await fillForm(phone, { password: GOOD_PASSWORD });
    await phone.goto(`${url}/#/people?lang=zh`);
    await phone.getByRole('heading', { name: '当前身份: 王建国' }).waitFor();
    // What the role does not allow is not there.
    expect(await phone.getByRole('heading', { name: '账号', exact: true }).count()).toBe(0);
    expect(await overflow(phone)).toBe(0);
    await picture(phone, 'me-390');
    expect(await barriers(phone)).toEqual([]);

    // Another role: all sessions end, within a second, and the page says so.
    const row = desk.locator('[data-user=wang]');
    await row.getByRole('button', { name: '修改 王建国' }).click();
    await row.locator('select').first().selectOption('viewer');
    await row.getByRole('button', { name: '保存' }).click();
    await row.getByText('查看 · 全部园区').waitFor();
    await phone.getByRole('heading', { name: '需要登录' }).waitFor();

    await phone.goto(`${url}/sign-in`);
    await phone.locator('input[name=user]').fill('wang');
    await phone.locator('input[name=password]').fill('not the password');
    await phone.getByRole('button', { name: '登录 Sign in', exact: true }).click();
    await phone.getByRole('alert').getByText('用户名或密码不对').waitFor();
    expect(await phone.locator('input[name=user]').inputValue()).toBe('wang');
    await picture(phone, 'sign-in-390');
    expect(await barriers(phone)).toEqual([]);
    await phone.locator('input[name=password]').fill(GOOD_PASSWORD);
    await phone.getByRole('button', { name: '登录 Sign in', exact: true }).click();
    await phone.getByRole('link', { name: /王建国/ }).waitFor();
    await phone.goto(`${url}/#/audit?lang=en`);
    await phone.getByText('Your role does not show this.', { exact: false }).waitFor();

    await desk.goto(`${url}/#/audit?lang=en`);
    const told = await eventually(
      async () => {
        await desk.getByRole('button', { name: 'Search' }).click();
        return desk
          .locator('.audit li')
          .evaluateAll((all) =>
            all.map((each) => `${each.getAttribute('data-what')} ${each.querySelector('b')?.textContent}`),
          );
      },
      (found) => found.filter((each) => each === 'sign-in 王建国').length === 1,
    );
    for (const entry of [
      'account.add 老板',
      'account.password 王建国',
      'account.change 老板',
      'sign-in.fail wang',
      'sign-in start-up link',
    ])
      expect(told).toContain(entry);
    await desk.locator('.audit li[data-what="account.change"] summary').click();
    await desk.locator('.audit del').getByText('operator').waitFor();
    await picture(desk, 'audit-1440');
    expect(await barriers(desk)).toEqual([]);
    await desk.setViewportSize({ width: 390, height: 844 });
    expect(await overflow(desk)).toBe(0);
    await picture(desk, 'audit-390');
    await desk.getByLabel('Action').selectOption('account');
    await eventually(
      () =>
        desk
          .locator('.audit li')
          .evaluateAll((all) => all.every((each) => each.getAttribute('data-what')?.startsWith('account.') === true)),
      (isRight) => isRight,
    );
  });
});

async function open(browser: Browser, width: number): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  return page;
}

async function fillForm(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.locator(`input[name=${name}]`).fill(value);
  await page.getByRole('button').click();
  await page.waitForURL((url) => url.pathname === '/');
}

/** How far the page reaches beyond the screen, px. */
const overflow = (page: Page) => page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));

/** For people to look at: DAOYU_TEST_PICTURES names a folder. */
async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
}
