/** How long the series of every view take: opens each in a real Chromium, notes what it asks for, and asks that again, one at a time. */
import { chromium, type Page } from 'playwright-core';

const RANGES = ['6h', '24h', '7d', '30d'] as const;
const TIMES = 12;

interface Options {
  readonly url: string;
  readonly token: string;
}

interface Asked {
  readonly view: string;
  readonly url: string;
}

export async function benchViews({ url, token }: Options): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip' };
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless=new', '--no-sandbox', '--disable-gpu'],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  await page.goto(`${url}/sign-in`);
  await page.fill('input[type=password]', token);
  await page.click('button');
  await page.locator('.tile').first().waitFor();
  const asked: Asked[] = [];
  for (const view of await viewsOf(page)) {
    for (const range of view === 'overview' ? (['6h'] as const) : RANGES) {
      asked.push(...(await seriesOf(page, `${url}/#/${view}?range=${range}&lang=en`, `${view} ${range}`)));
    }
  }
  await browser.close();
  process.stdout.write('view | requests | p50 ms | p95 ms | largest kB\n');
  const all: number[] = [];
  for (const view of new Set(asked.map((each) => each.view))) {
    const mine = asked.filter((each) => each.view === view);
    const times: number[] = [];
    let largest = 0;
    for (let turn = 0; turn < TIMES; turn++) {
      for (const each of mine) {
        const begin = performance.now();
        const response = await fetch(each.url, { headers });
        const size = (await response.arrayBuffer()).byteLength;
        times.push(performance.now() - begin);
        if (!response.ok) throw new Error(`${response.status} ${each.url}`);
        largest = Math.max(largest, size);
      }
    }
    all.push(...times);
    const cells = [view, mine.length, at(times, 0.5), at(times, 0.95), (largest / 1000).toFixed(0)];
    process.stdout.write(`${cells.join(' | ')}\n`);
  }
  process.stdout.write(`all views | ${all.length} asked | ${at(all, 0.5)} | ${at(all, 0.95)} |\n`);
}

/** Every view that is linked from the overview, and one site of each kind by its first tile. */
async function viewsOf(page: Page): Promise<readonly string[]> {
  const links = await page.locator('nav a').evaluateAll((all) => all.map((each) => each.getAttribute('href') ?? ''));
  const tiles = await page.locator('.tile').evaluateAll((all) =>
    all.map((each) => ({
      href: each.getAttribute('href') ?? '',
      kind: each.querySelector('.tile-kind')?.textContent,
    })),
  );
  const firsts = tiles.filter(({ kind }, index) => tiles.findIndex((each) => each.kind === kind) === index);
  return [...links, ...firsts.map(({ href }) => href)]
    .map((href) => href.replace(/^#\//, '').replace(/\?.*$/, ''))
    .filter((view) => view !== 'quality' && view !== 'wall');
}

async function seriesOf(page: Page, address: string, view: string): Promise<readonly Asked[]> {
  const found: string[] = [];
  const note = (request: { url(): string }) => {
    if (request.url().includes('/api/v1/series')) found.push(request.url());
  };
  page.on('request', note);
  await page.goto(address);
  await page.reload();
  await page.waitForLoadState('domcontentloaded');
  await page.waitForTimeout(2500);
  page.off('request', note);
  return [...new Set(found)].map((url) => ({ view, url }));
}

function at(values: readonly number[], share: number): string {
  const sorted = [...values].sort((one, other) => one - other);
  return (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(0);
}
