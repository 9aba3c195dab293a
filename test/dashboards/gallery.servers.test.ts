/**
 * Pictures of the gallery against those that are committed, in both languages and both themes. Fonts and Chromium draw differently from
 * machine to machine: where they are not those of the references (`references.json`) the test is skipped by name.
 * `DAOYU_GALLERY=update` writes the references anew; look at them before they are committed.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { createServer } from 'vite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { requireOrSkip } from '../require.ts';
import { hasChromium, openChromium } from './chromium.ts';

const FOLDER = 'test/dashboards/gallery';
const DRAWN_BY = join(FOLDER, 'references.json');
/** Edges of letters may differ; of a picture's points no more than this. A value or a colour that changes is more. */
const TOLERATED = 0.002;
/** Each language and each theme once: all four pairs would weigh twice as much and show little more. */
const DRAWN = [
  ['zh', 'light'],
  ['en', 'dark'],
] as const;
const isUpdate = process.env.DAOYU_GALLERY === 'update';

describe.runIf(requireOrSkip('chromium', hasChromium()))('the gallery', { timeout: 120_000 }, () => {
  test('looks as it did', async ({ skip }) => {
    const server = await createServer({ root: 'dashboards/page', logLevel: 'error', server: { port: 0, hmr: false } });
    onTestFinished(() => server.close());
    await server.listen();
    const [url] = server.resolvedUrls?.local ?? [];
    const { browser, close } = await openChromium();
    onTestFinished(close);
    const page = await browser.newPage({ viewport: { width: 1300, height: 900 }, reducedMotion: 'reduce' });
    const problems: string[] = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    await page.goto(`${url}gallery/`);
    await page.locator('[data-exhibit=empty] h1').first().waitFor();
    // How wide words are tells which fonts are there.
    const widths = await page.evaluate(() =>
      ['溶解氧 2.74 mg/L', 'dissolved oxygen'].map((text) => {
        const drawing = document.createElement('canvas').getContext('2d');
        if (drawing === null) return 0;
        drawing.font = `40px ${getComputedStyle(document.body).fontFamily}`;
        return Math.round(drawing.measureText(text).width);
      }),
    );
    const drawnBy = JSON.stringify({ chromium: browser.version().split('.')[0], widths });
    if (isUpdate) {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(DRAWN_BY, `${drawnBy}\n`);
    }
    const known = existsSync(DRAWN_BY) ? JSON.stringify(JSON.parse(readFileSync(DRAWN_BY, 'utf8'))) : '';
    skip(known !== drawnBy, `references were drawn by ${known}, this machine is ${drawnBy}`);
    const differing: string[] = [];
    for (const [language, theme] of DRAWN) {
      await page.goto(`${url}gallery/?lang=${language}&theme=${theme}`);
      await page.locator('[data-exhibit=empty] h1').first().waitFor();
      await page.evaluate(() => document.fonts.ready);
      for (const exhibit of await page.locator('[data-exhibit]').all()) {
        const name = `${await exhibit.getAttribute('data-exhibit')}-${theme}-${language}`;
        await exhibit.scrollIntoViewIfNeeded();
        const drawn = await exhibit.screenshot({ animations: 'disabled', caret: 'hide' });
        if (isUpdate) writeFileSync(join(FOLDER, `${name}.png`), drawn);
        const share = differenceOf(drawn, readFileSync(join(FOLDER, `${name}.png`)));
        if (share <= TOLERATED) continue;
        const kept = join(tmpdir(), `daoyu-gallery-${name}.png`);
        writeFileSync(kept, drawn);
        differing.push(`${name}: ${(share * 100).toFixed(2)} % of its points differ; drawn now: ${kept}`);
      }
    }
    expect(problems).toEqual([]);
    expect(differing).toEqual([]);
  });
});

/** Share of the points that differ; all, where the sizes do. */
function differenceOf(one: Buffer, other: Buffer): number {
  const [drawn, reference] = [PNG.sync.read(one), PNG.sync.read(other)];
  const { width, height } = reference;
  if (drawn.width !== width || drawn.height !== height) return 1;
  return pixelmatch(drawn.data, reference.data, undefined, width, height, { threshold: 0.2 }) / (width * height);
}
