/** How a page looks, for people and for the test: pictures on a desk and on a phone, in both languages. */
import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';

/** A folder; absent: no pictures are taken. */
const PICTURES = process.env.DAOYU_TEST_PICTURES;

/** How far the page reaches beyond the screen, px. */
export const overflow = (page: Page) =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));

/** The page as it is. */
export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
}

/** The page in each language at each width; leaves it as it was, but for what is open over it. */
export async function pictures(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  const [size, hash] = [page.viewportSize(), await page.evaluate(() => location.hash)];
  const setHash = (next: string) =>
    page.evaluate((to) => {
      location.hash = to;
    }, next);
  for (const language of ['zh', 'en']) {
    await setHash(hash.includes('lang=') ? hash.replace(/lang=\w+/, `lang=${language}`) : `${hash}?lang=${language}`);
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
      await page.waitForTimeout(300);
      await picture(page, `${name}-${width}-${language}`);
    }
  }
  await setHash(hash);
  if (size !== null) await page.setViewportSize(size);
}
