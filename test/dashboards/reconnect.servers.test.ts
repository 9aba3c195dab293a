/** A stream that breaks, hangs or sleeps, in a real browser: the page says so, and afterwards shows everything once, without being loaded anew. */
import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { openCutProxy } from '../faults/cut-proxy.ts';
import { requireOrSkip } from '../require.ts';
import { connectMqtt, runPlatform } from '../running-platform.ts';
import { openTable } from './chart-table.ts';
import { hasChromium } from './chromium.ts';
import { openPage, pondTile } from './open-page.ts';

const MINUTE = 60_000;
const SITE = '#/site/daoyu/test-site?range=6h&lang=en';
const OVERVIEW = '#/overview?lang=en';

// A browser that the machine gives no turn may miss a moment: it has a second try; what it must show is the same.
describe.runIf(requireOrSkip('chromium', hasChromium()))('a broken line', { retry: 1, timeout: 120_000 }, () => {
  test('after a restart of the server the page has all that was measured meanwhile, each once', async () => {
    const opened = await openPage(1280, { intervalMs: 2000, historyMinutes: 20 });
    const { page, open, platform, dataDir, client, credentials } = opened;
    await open(SITE);
    const table = await openTable(page, 'dissolved_oxygen');
    await page.locator('.pulse.on').first().waitFor();
    const mark = await page.evaluate(() => performance.timeOrigin);
    const { http, mqtt } = platform.urls;
    const brokeAfter = Date.now();
    await client.endAsync();
    await platform.close();

    const bar = page.locator('.connection p');
    await bar.waitFor();
    expect(await bar.textContent()).toMatch(/^Disconnected since \d\d:\d\d:\d\d/);
    const since = (await bar.locator('time').textContent()) ?? '';
    expect(since >= beijing(brokeAfter - 1000)).toBe(true);
    expect(since <= beijing(Date.now())).toBe(true);
    await page.locator('.now-values .aged').first().waitFor();
    await page.locator('.now.unknown').waitFor();

    const again = await runPlatform({
      DAOYU_DATA_DIR: dataDir,
      DAOYU_HTTP_PORT: new URL(http).port,
      DAOYU_MQTT_PORT: new URL(mqtt.mqtt ?? '').port,
    });
    const device = await connectMqtt(again.platform.urls.mqtt.mqtt ?? '', credentials);
    const publish = (readings: readonly object[]) =>
      device.publishAsync(credentials.topics.telemetry, JSON.stringify(readings), { qos: 1 });
    const now = Date.now();
    // What it kept while nobody listened, minutes of their own so that each is one mean.
    const backlog = [9, 8, 7, 6].map((index) => ({ time: now - index * MINUTE - 30_000, dissolved_oxygen: index / 2 }));
    await publish(backlog);
    await publish([{ time: now, dissolved_oxygen: 5.25, water_temperature: 21.5 }]);
    await bar.waitFor({ state: 'detached' });
    await page.locator('.pulse.on').first().waitFor();
    await page.locator('.now [data-field=dissolved_oxygen]').getByText('5.25', { exact: true }).waitFor();
    // The API tells what is there; the chart must come to the same, minute by minute.
    const there = async () => {
      const { series } = await again.get<{ series: readonly { points: readonly (readonly [number, number])[] }[] }>(
        '/api/v1/series?kind=aquaculture_pond&fields=dissolved_oxygen&from=-6h&to=%2B1h&every=1m&agg=mean',
      );
      return (series[0]?.points ?? []).map(([, value]) => Number(value.toFixed(2))).reverse();
    };
    const wanted = await eventually(there, (values) => values.length > 0);
    const drawn = async () => (await table.values()).map(Number.parseFloat);
    await eventually(drawn, (values) => JSON.stringify(values) === JSON.stringify(wanted), 30_000);
    const times = (await table.rows()).map(([time]) => time);
    expect(new Set(times).size).toBe(times.length);
    expect(await page.evaluate(() => performance.timeOrigin)).toBe(mark);

    await page.evaluate((hash) => {
      location.hash = hash;
    }, OVERVIEW);
    const tile = await pondTile(page);
    await tile.getByText('5.25', { exact: true }).waitFor();
    expect(await tile.locator('[data-field=water_temperature]').textContent()).toBe('21.5 °C');
    const windows = async () => {
      const { series } = await again.get<{ series: readonly { points: readonly unknown[] }[] }>(
        '/api/v1/series?kind=aquaculture_pond&fields=dissolved_oxygen&from=-6h&every=5m&agg=mean',
      );
      return series[0]?.points.length;
    };
    const points = async () => ((await tile.locator('.spark-line').getAttribute('d')) ?? '').match(/[ML]/g)?.length;
    await eventually(
      async () => [await points(), await windows()],
      ([one, other]) => one === other,
      30_000,
    );
  });

  test('a line on which nothing comes any more is given up, and what came meanwhile is caught up', async () => {
    const { page, open, publish, proxy } = await openByProxy();
    await open(OVERVIEW);
    await withClock(page);
    await page.locator('.pulse.on').first().waitFor();
    const tile = await pondTile(page);
    await tile.getByText('6.42', { exact: true }).waitFor();
    await publish({ dissolved_oxygen: 6.0 });
    await tile.getByText('6.00', { exact: true }).waitFor();
    const lines: (string | null)[] = [];
    page.on('request', async (request) => {
      if (request.url().endsWith('/live')) lines.push((await request.allHeaders())['last-event-id'] ?? null);
    });
    proxy.cut();
    await publish({ dissolved_oxygen: 5.5 });
    await page.clock.fastForward(36_000);
    await page.getByText('Disconnected since').waitFor();
    proxy.mend();
    await page.clock.fastForward(6000);
    await tile.getByText('5.50', { exact: true }).waitFor();
    await page.getByText('Disconnected since').waitFor({ state: 'detached' });
    // It goes on behind the last that it had.
    await eventually(() => lines.length > 0);
    expect(lines[0]).toMatch(/^\d+$/);
  });

  test('a page that slept for hours begins anew rather than have the log repeated', async () => {
    const { page, open, publish, proxy } = await openByProxy();
    await open(SITE);
    await withClock(page);
    const table = await openTable(page, 'dissolved_oxygen');
    await page.locator('.pulse.on').first().waitFor();
    await publish({ dissolved_oxygen: 6.0 });
    await page.locator('.now [data-field=dissolved_oxygen]').getByText('6.00', { exact: true }).waitFor();
    const live = page.waitForRequest((request) => request.url().endsWith('/live'));
    proxy.cut();
    await publish({ dissolved_oxygen: 5.5 });
    // As when the lid of a laptop is closed: no timer runs, and the clock is another when it is opened.
    await page.clock.fastForward('03:00:00');
    proxy.mend();
    await page.clock.fastForward(6000);
    expect((await (await live).allHeaders())['last-event-id']).toBeUndefined();
    await page.locator('.now [data-field=dissolved_oxygen]').getByText('5.50', { exact: true }).waitFor();
    await eventually(table.values, (values) => values.includes('5.50 mg/L'), 30_000);
    await publish({ dissolved_oxygen: 5.25 });
    await page.locator('.now [data-field=dissolved_oxygen]').getByText('5.25', { exact: true }).waitFor();
    // Its own clock is three hours ahead now; ages are by the server's.
    await page
      .locator('.now')
      .getByText(/^(now|\d+ s ago)/)
      .waitFor();
  });

  test('a session that has ended asks to sign in, also while the page is open', async () => {
    const { page, open, context, proxy } = await openByProxy();
    await open(OVERVIEW);
    // All that it asks for at the beginning has come; only the stream is left.
    await (await pondTile(page)).locator('.spark-end').waitFor({ state: 'attached' });
    await context.clearCookies();
    proxy.drop();
    await page.getByText('Please sign in').waitFor();
  });
});

/** Its clock can be put forward; for that it is loaded anew. */
async function withClock(page: Page): Promise<void> {
  await page.clock.install();
  await page.reload();
}

/** The page through a wire that can be cut. */
async function openByProxy() {
  const held: { proxy?: Awaited<ReturnType<typeof openCutProxy>> } = {};
  const opened = await openPage(1280, {
    intervalMs: MINUTE,
    historyMinutes: 5,
    by: async (url) => {
      const proxy = await openCutProxy(Number(new URL(url).port));
      onTestFinished(() => proxy.close());
      held.proxy = proxy;
      return `http://127.0.0.1:${proxy.port}`;
    },
  });
  if (held.proxy === undefined) throw new Error('the page was not opened by the wire');
  return { ...opened, proxy: held.proxy, context: opened.page.context() };
}

const beijing = (time: number) => new Date(time + 8 * 3_600_000).toISOString().slice(11, 19);
