/** A device under examination, on the page in a real browser: begun by its button, followed as it goes, ended as a certificate. */
import { describe, expect, test } from 'vitest';
import { requireOrSkip } from '../require.ts';
import { barriers } from './axe.ts';
import { hasChromium } from './chromium.ts';
import { openPage } from './open-page.ts';

describe.runIf(requireOrSkip('chromium', hasChromium()))('the doctor', { retry: 1, timeout: 90_000 }, () => {
  test('is asked, tells what is wrong with a device, and leaves a certificate', async () => {
    const { page, open, publish, platform, problems } = await openPage(390, { historyMinutes: 2 });
    // The sign-in link is for looking on.
    await page.context().setExtraHTTPHeaders({ authorization: `Bearer ${platform.token}` });
    await open('#/quality?lang=en');
    await page.locator('a[href*="doctor/daoyu/test-pond"]').click();
    await page.getByRole('button', { name: 'Watch for 15 minutes' }).click();
    await page.getByText('Under examination').waitFor();
    for (let count = 0; count < 3; count++) await publish({ dissolved_oxygen: 6 + count / 10, oxygn: 4 });
    const found = page.locator('.checks li').filter({ hasText: 'FIELDS_UNKNOWN' });
    await found.getByText(/3 of 3, such as/).waitFor();
    await page.getByRole('button', { name: 'End the examination' }).click();
    await page.getByRole('heading', { name: /Certificate/ }).waitFor();
    await page.getByText(/SHA-256 [0-9a-f]{64}/).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(await barriers(page)).toEqual([]);
    expect(problems).toEqual([]);
  });
});
