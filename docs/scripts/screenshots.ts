/** Pictures of every view at phone, desk and wall size: `npx tsx docs/scripts/screenshots.ts SIGN_IN_LINK [FOLDER]` against a running platform. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openChromium } from '../../test/dashboards/chromium.ts';

const [link, folder = 'docs/screenshots'] = process.argv.slice(2);
if (link === undefined) throw new Error('give the sign-in link that `npm start` prints');

const SIZES = {
  phone: { width: 360, height: 780 },
  desk: { width: 1280, height: 860 },
  wall: { width: 1920, height: 1080 },
} as const;
const VIEWS = [
  ['overview', 'overview'],
  ['fishery', 'platform/smart_fishery'],
  ['rice', 'platform/smart_rice'],
  ['cold-chain', 'platform/smart_processing'],
  ['pond', 'site/daoyu/zhuxi-pond-3'],
  ['mission', 'site/daoyu/renshi-field-a'],
  ['vehicle', 'site/daoyu/reefer-1'],
  ['quality', 'quality'],
  ['wall', 'wall'],
] as const;
/** What is there once a view has its data. */
const READY: Readonly<Record<string, string>> = {
  overview: '.spark-end',
  wall: '.spark-end',
  quality: '.equation',
  fishery: '.strip-line',
  rice: '.strip-line',
  'cold-chain': '.strip-line',
  vehicle: '.map-track',
};
const PICTURES = [
  ['phone', 'light', 'zh'],
  ['desk', 'light', 'en'],
  ['wall', 'dark', 'zh'],
] as const;

mkdirSync(folder, { recursive: true });
const { browser, close } = await openChromium();
const context = await browser.newContext({ deviceScaleFactor: 1 });
const page = await context.newPage();
page.on('console', (message) => {
  if (message.type() === 'error') process.stderr.write(`${message.text()}\n`);
});
page.on('pageerror', (error) => process.stderr.write(`${error.message}\n`));
await page.goto(link);
for (const [size, theme, language] of PICTURES) {
  await page.setViewportSize(SIZES[size]);
  await page.evaluate((name) => localStorage.setItem('theme', name), theme);
  await page.reload();
  for (const [name, path] of VIEWS) {
    // A wall on a phone is the overview; at a desk two views are enough to tell what the page is like.
    if (name === 'wall' && size !== 'wall') continue;
    if (size === 'desk' && name !== 'overview' && name !== 'fishery') continue;
    await page.goto(new URL(`/#/${path}?range=24h&lang=${language}`, link).href);
    await page.waitForSelector(READY[name] ?? 'canvas', { state: 'attached' });
    // The last request of the view has been answered and drawn.
    await page.waitForTimeout(1200);
    await page.screenshot({ path: join(folder, `${name}-${size}-${theme}-${language}.png`) });
  }
}
await close();
