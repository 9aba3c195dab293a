/** A whole platform with one pond that has an hour of history, and a browser that is signed in by the link. */
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { runPlatform } from '../running-platform.ts';
import { openChromium } from './chromium.ts';

/** What the pond measured last. */
export const POND = { dissolved_oxygen: 6.42, water_temperature: 24.3, ph: 8.11, aerator_on: 1 };

export interface PageOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Of the pond. */
  readonly intervalMs?: number;
  /** One reading a minute; 60 unless told. */
  readonly historyMinutes?: number;
  readonly context?: BrowserContextOptions;
  /** Where the browser goes instead of to the platform, given the platform's own address. */
  readonly by?: (url: string) => Promise<string>;
}

export async function openPage(width = 1280, options: PageOptions = {}) {
  const { environment = {}, intervalMs = 1000, historyMinutes = 60, context, by } = options;
  const running = await runPlatform(environment);
  const credentials = await running.addDevice('test-pond', 'aquaculture_pond', {
    siteLabel: { zh: '试验塘', en: 'Test pond' },
    siteType: 'pond',
    intervalMs,
  });
  const client = await running.connect(credentials);
  onTestFinished(() => client.endAsync(true));
  const publish = (values: object, time = Date.now()) =>
    client.publishAsync(credentials.topics.telemetry, JSON.stringify({ time, ...values }), { qos: 1 });
  const now = Date.now();
  for (let minute = historyMinutes; minute > 0; minute--) await publish({ dissolved_oxygen: 7 }, now - minute * 60_000);
  await publish(POND);
  const { browser, close } = await openChromium();
  onTestFinished(close);
  const page = await browser.newPage({ viewport: { width, height: 900 }, ...context });
  page.setDefaultTimeout(20_000);
  const own = running.platform.urls.http;
  const front = by ? await by(own) : own;
  const problems = watch(page, front);
  await page.goto(((await running.platform.signInLink()) ?? '').replace(own, front));
  const open = (hash: string) => page.goto(`${front}/${hash}`);
  return { ...running, credentials, client, page, publish, problems, open };
}

/** The tile of the pond: it lies below the sites that need eyes, and is drawn whole when it comes near. */
export async function pondTile(page: Page): Promise<Locator> {
  const tile = page.locator('.tile[data-site=test-site]');
  await tile.scrollIntoViewIfNeeded();
  return tile;
}

/** Everything that should not happen: errors in the console, requests to anywhere but the platform. */
export function watch(page: Page, own: string): readonly string[] {
  const problems: string[] = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(own)) problems.push(request.url());
  });
  return problems;
}
