/** What was refused, on the page in a real browser: whoever may replay it does so by its button, and who may not is told. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { requireOrSkip } from '../require.ts';
import { hasChromium } from './chromium.ts';
import { openPage, pondTile } from './open-page.ts';

const QUALITY = '#/quality?lang=en';
const MAPPING = {
  keys: { DO_raw: { field: 'dissolved_oxygen', scale: 0.01 }, PH_raw: { field: 'ph', scale: 0.1 } },
  utcOffsetMinutes: 480,
};

// A browser that the machine gives no turn may miss a moment: it has a second try; what it must show is the same.
describe.runIf(requireOrSkip('chromium', hasChromium()))('the quarantine', { retry: 1, timeout: 90_000 }, () => {
  test('a message whose mapping was mended is replayed by its button, and the ledger still adds up', async () => {
    const { page, open, publish, put, problems, signIn } = await openQuality();
    // A clock without an offset, and a key that no field has: nothing of it can be taken.
    await publish({ DO_raw: 612, time: beijing(Date.now() + 5000) });
    await signIn();
    await open(QUALITY);
    const record = page.locator('.records li').filter({ has: page.locator('[data-code=TIME_INVALID]') });
    await record.getByRole('button', { name: 'Replay' }).waitFor();
    await eventually(
      () => sum(page),
      ({ quarantined, pending }) => quarantined === 1 && pending === 0,
      30_000,
    );
    const before = await sum(page);
    // Not mended yet: it is refused again, said so, and may be tried again.
    await record.getByRole('button', { name: 'Replay' }).click();
    await record
      .getByRole('status')
      .getByText(/accepted 0 .*time/)
      .waitFor();
    await put('/api/v1/devices/daoyu/test-pond/mapping', MAPPING);
    await record.getByRole('button', { name: 'Replay' }).click();
    await record.getByText('replayed', { exact: true }).waitFor();
    expect(await record.getByRole('button', { name: 'Replay' }).count()).toBe(0);
    const after = await eventually(
      () => sum(page),
      ({ quarantined, stored }) => quarantined === 0 && stored > before.stored,
      30_000,
    );
    expect(after).toEqual({ ...before, stored: before.stored + 1, quarantined: 0 });
    expect(await page.getByTestId('ledger-sum').textContent()).toContain('=');
    expect(await page.locator('td.no').count()).toBe(0);
    await page.evaluate(() => {
      location.hash = '#/overview?lang=en';
    });
    await (await pondTile(page)).getByText('6.12', { exact: true }).waitFor();
    expect(problems).toEqual([]);
  });

  test('a value under a key that nobody knew joins its reading', async () => {
    const { page, open, publish, put, signIn } = await openQuality();
    await publish({ dissolved_oxygen: 6.3, PH_raw: 79 });
    await signIn();
    await open(QUALITY);
    const record = page.locator('.records li').filter({ has: page.locator('[data-code=FIELD_UNKNOWN]') });
    await record.getByRole('button', { name: 'Replay' }).waitFor();
    await put('/api/v1/devices/daoyu/test-pond/mapping', MAPPING);
    await record.getByRole('button', { name: 'Replay' }).click();
    await record.getByText('replayed', { exact: true }).waitFor();
    await page.evaluate(() => {
      location.hash = '#/overview?lang=en';
    });
    const tile = await pondTile(page);
    await tile.locator('[data-field=ph]').getByText('7.90').waitFor();
    await tile.getByText('6.30', { exact: true }).waitFor();
  });

  test('a session that only reads has no button, is told why, and comes back to this view when it signs in', async () => {
    const { page, open, publish, platform } = await openQuality();
    await publish({ ph: 99 });
    await open(QUALITY);
    await page.locator('.records li').first().waitFor();
    await page.getByText('To replay, sign in with the API token:').waitFor();
    expect(await page.getByRole('button', { name: 'Replay' }).count()).toBe(0);
    await page.locator('.quality').getByRole('link', { name: 'Sign in' }).click();
    await page.locator('input[name=token]').fill(platform.token);
    await page.getByRole('button', { name: /Sign in/ }).click();
    await page.getByRole('button', { name: 'Replay' }).first().waitFor();
    expect(page.url()).toContain(QUALITY);
  });

  test('says of which field, why and what to do in the language of the page', async () => {
    const { page, open, publish } = await openQuality();
    await publish({ dissolved_oxygen: 6.3, ph: 99 });
    await open('#/quality?lang=zh');
    const record = page.locator('.records li').filter({ has: page.locator('[data-code=VALUE_OUT_OF_RANGE]') });
    await record.getByText('pH · 超出物理范围', { exact: true }).waitFor();
    await record.getByText('请检查探头、单位和倍率', { exact: false }).waitFor();
    expect(await record.locator('[lang=en]').textContent()).toMatch(/99/);
    await open(QUALITY);
    await record.getByText('pH · physically impossible', { exact: true }).waitFor();
    await record.getByText('check probe, unit and scale', { exact: false }).waitFor();
  });

  test('a right to replay that has ended meanwhile is said in words', async () => {
    const { page, open, publish, platform, signIn } = await openQuality();
    await publish({ ph: 99 });
    await signIn();
    await open(QUALITY);
    const button = page.getByRole('button', { name: 'Replay' });
    await button.first().waitFor();
    // In another tab of the browser somebody opened the link of a wall screen.
    await page.context().request.get((await platform.signInLink()) ?? '');
    // The page may have learned it before the click.
    await button
      .first()
      .click({ timeout: 2000 })
      .catch(() => {});
    await page.getByText('To replay, sign in with the API token:').waitFor();
    expect(await button.count()).toBe(0);
  });
});

async function openQuality() {
  const opened = await openPage(1280, { historyMinutes: 3 });
  const { page, platform } = opened;
  /** As operator, by the token. */
  const signIn = async () => {
    await page.goto(`${platform.urls.http}/sign-in`);
    await page.locator('input[name=token]').fill(platform.token);
    await page.getByRole('button').click();
    await page.locator('.tile').first().waitFor();
  };
  return { ...opened, signIn };
}

/** The equation at the head of the ledger. */
async function sum(page: Page) {
  const terms = await page
    .locator('.equation .term')
    .evaluateAll((all) =>
      all.map(
        (term) =>
          [term.querySelector('small')?.textContent ?? '', Number(term.querySelector('b')?.textContent)] as const,
      ),
    );
  const { received = 0, stored = 0, duplicate = 0, quarantined = 0, pending = 0 } = Object.fromEntries(terms);
  return { received, stored, duplicate, quarantined, pending };
}

/** As a device writes it that knows only the clock on its wall. */
const beijing = (time: number) => new Date(time + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
