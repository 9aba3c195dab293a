/** The page as it is installed on a phone: what a browser asks for, and what it shows where there is no network. */
import { mkdirSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { requireOrSkip } from '../require.ts';
import { runPlatform } from '../running-platform.ts';
import { barriers } from './axe.ts';
import { hasChromium, openChromium } from './chromium.ts';

const PICTURES = process.env.DAOYU_TEST_PICTURES;

describe.runIf(requireOrSkip('chromium', hasChromium()))('the installed page', { retry: 1, timeout: 60_000 }, () => {
  test('opens without a network, says since when, shows no value, and comes back by itself', async () => {
    const { platform, addDevice, connect, post } = await runPlatform({ DAOYU_DEMO: 'no' });
    await post('/api/v1/parks', { park: 'daoyu' });
    const url = platform.urls.http;
    const credentials = await addDevice('phone-probe', 'aquaculture_pond');
    const device = await connect(credentials);
    await device.publishAsync(credentials.topics.telemetry, '{"dissolved_oxygen": 7.77}', { qos: 1 });
    const { browser, close } = await openChromium();
    onTestFinished(close);
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto((await platform.signInLink()) ?? '');
    await page.getByText('7.77').first().waitFor();
    await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
    // Written once the live stream is there.
    await page.waitForFunction("caches.match('/last-contact').then((found) => found !== undefined)");
    const manifest = await page.evaluate(
      "fetch(document.querySelector('link[rel=manifest]').href).then((answer) => answer.json())",
    );
    expect(manifest).toMatchObject({ start_url: '/', display: 'standalone', short_name: '稻渔' });
    for (const { src, type } of (manifest as { icons: { src: string; type: string }[] }).icons) {
      const icon = await fetch(url + src);
      expect([icon.status, icon.headers.get('content-type')]).toEqual([200, type]);
    }

    await context.setOffline(true);
    await page.reload();
    await page.getByText('连不上平台').waitFor();
    const shown = (await page.locator('main').textContent()) ?? '';
    expect(shown).toMatch(/最后一次连上：北京时间 \d\d\/\d\d \d\d:\d\d/);
    expect(shown).not.toContain('7.77');
    expect(await barriers(page)).toEqual([]);
    // Nothing of the API is kept anywhere.
    const kept = await page.evaluate(
      'caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((cache) => cache.keys())))).then((all) => all.flat().map((request) => new URL(request.url).pathname))',
    );
    expect((kept as string[]).sort()).toEqual(['/icons/icon.svg', '/last-contact', '/offline.html', '/offline.js']);
    if (PICTURES !== undefined) {
      mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: `${PICTURES}/offline-390.png` });
    }
    await context.setOffline(false);
    // By itself: whoever presses the button meanwhile may find it gone.
    await page.getByText('7.77').first().waitFor();
  });
});
