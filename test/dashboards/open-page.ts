/** A whole platform with one pond that has an hour of history, and a browser that is signed in by the link. */
import type { Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { runPlatform } from '../running-platform.ts';
import { openChromium } from './chromium.ts';

/** What the pond measured last. */
export const POND = { dissolved_oxygen: 6.42, water_temperature: 24.3, ph: 8.11, aerator_on: 1 };

export async function openPage(width = 1280, environment: Readonly<Record<string, string>> = {}) {
  const running = await runPlatform(environment);
  const credentials = await running.addDevice('test-pond', 'aquaculture_pond', {
    siteLabel: { zh: '试验塘', en: 'Test pond' },
    siteType: 'pond',
    intervalMs: 1000,
  });
  const client = await running.connect(credentials);
  onTestFinished(() => client.endAsync(true));
  const publish = (values: object, time = Date.now()) =>
    client.publishAsync(credentials.topics.telemetry, JSON.stringify({ time, ...values }), { qos: 1 });
  const now = Date.now();
  for (let minute = 60; minute > 0; minute--) await publish({ dissolved_oxygen: 7 }, now - minute * 60_000);
  await publish(POND);
  const { browser, close } = await openChromium();
  onTestFinished(close);
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  page.setDefaultTimeout(20_000);
  const problems = watch(page, running.platform.urls.http);
  await page.goto((await running.platform.signInLink()) ?? '');
  const open = (hash: string) => page.goto(`${running.platform.urls.http}/${hash}`);
  return { ...running, client, page, publish, problems, open };
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
