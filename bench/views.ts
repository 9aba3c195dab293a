/** How long the series of every view take: opens each in a real Chromium, notes what it asks for, and asks that again, one at a time. */
import { chromium, type Page } from 'playwright-core';

const RANGES = ['6h', '24h', '7d', '30d'] as const;
const TIMES = 12;

interface Options {
  readonly url: string;
  readonly token: string;
}

interface DevicePlace {
  readonly park: string;
  readonly site: string;
  readonly kind: string;
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
  await page.locator('a.tile').first().waitFor();
  const asked: Asked[] = [];
  const { devices } = (await (await fetch(`${url}/api/v1/devices`, { headers })).json()) as {
    readonly devices: readonly DevicePlace[];
  };
  for (const view of await viewsOf(page, devices)) {
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

/** Every view that is linked from the overview, and the first site of each kind. */
async function viewsOf(page: Page, devices: readonly DevicePlace[]): Promise<readonly string[]> {
  const links = await page.locator('nav a').evaluateAll((all) => all.map((each) => each.getAttribute('href') ?? ''));
  const firsts = devices.filter(({ kind }, index) => devices.findIndex((each) => each.kind === kind) === index);
  const views = links.map((href) => href.replace(/^#\//, '').replace(/\?.*$/, ''));
  return [
    ...views.filter((view) => view !== 'quality' && view !== 'wall'),
    ...firsts.map(({ park, site }) => `site/${park}/${site}`),
  ];
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
