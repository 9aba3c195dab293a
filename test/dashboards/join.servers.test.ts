/** History and what comes live, joined in a real browser: nothing missing, nothing twice, whenever a reading arrives. */
import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { requireOrSkip } from '../require.ts';
import { openTable } from './chart-table.ts';
import { hasChromium } from './chromium.ts';
import { openPage, pondTile } from './open-page.ts';

const MINUTE = 60_000;
const SITE = '#/site/daoyu/test-site?range=6h&lang=en';

// A browser that the machine gives no turn may miss a moment: it has a second try; what it must show is the same.
describe.runIf(requireOrSkip('chromium', hasChromium()))('history and live', { retry: 1, timeout: 90_000 }, () => {
  test('readings that come before, while and after the history is asked for are in the chart once', async () => {
    // One reading a minute: six hours of them are drawn as they are.
    const { page, open, publish, get } = await openPage(1280, { intervalMs: MINUTE, historyMinutes: 5 });
    const now = Date.now();
    const oxygen = (value: number, time: number) => publish({ dissolved_oxygen: value }, time);
    // A clock that is a little ahead: measured behind the end of what the page asks for.
    await oxygen(6.1, now + 20_000);
    await stored(get, 7);
    const history = await heldHistory(page);
    await open(SITE);
    await history.asked;
    await page.locator('.pulse.on').first().waitFor();
    await oxygen(6.2, now + 21_000);
    await stored(get, 8);
    await history.fetched();
    // The answer is made and under way: this one can only come live.
    await oxygen(6.3, now + 22_000);
    await shown(page, '6.30');
    history.release();
    const table = await openTable(page, 'dissolved_oxygen');
    // From here on nothing but the stream can bring it.
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.route('**/api/v1/series**', (route) => route.abort());
    await oxygen(6.4, now + 23_000);
    // Out of order: the radio was away for a moment.
    await oxygen(6.5, now - 90_500);
    const drawn = await eventually(
      async () => (await table.values()).map(Number.parseFloat),
      (values) => values.includes(6.5) && values.length >= 11,
    );
    expect(drawn).toEqual([6.4, 6.3, 6.2, 6.1, 6.42, 7, 6.5, 7, 7, 7, 7]);
  });

  test('a zoom keeps what came live and is not stored yet', async () => {
    const { page, open, publish } = await openPage(1280, { intervalMs: MINUTE, historyMinutes: 5 });
    await open(SITE);
    const table = await openTable(page, 'dissolved_oxygen');
    await page.route('**/api/v1/series**', (route) => route.abort());
    await publish({ dissolved_oxygen: 5.17 });
    await eventually(table.values, (values) => values[0] === '5.17 mg/L');
    const now = Date.now();
    await Promise.all([
      page.waitForRequest('**/api/v1/series**'),
      page.evaluate(
        (hash) => {
          location.hash = hash;
        },
        `${SITE}&from=${now - 5 * MINUTE}&to=${now + 5 * MINUTE}`,
      ),
    ]);
    await publish({ dissolved_oxygen: 5.18 });
    await eventually(table.values, (values) => values[0] === '5.18 mg/L');
    expect((await table.values()).filter((value) => value === '5.17 mg/L')).toHaveLength(1);
  });

  test('what the store did not have yet when the page opened is shown all the same', async () => {
    const { page, open, publish, get } = await openPage(1280, { intervalMs: MINUTE, historyMinutes: 2 });
    const before = JSON.stringify(await get('/api/v1/latest'));
    // It is on the log before the stream of the page begins, and the store is a moment behind.
    await publish({ dissolved_oxygen: 5.5 });
    await page.goto('about:blank');
    await page.route('**/api/v1/latest', (route) => route.fulfill({ contentType: 'application/json', body: before }), {
      times: 1,
    });
    await open(SITE);
    await shown(page, '5.50');
  });

  test('minute means go on behind the last window, each minute once', async () => {
    const { page, open, publish } = await openPage();
    await open(SITE);
    const table = await openTable(page, 'dissolved_oxygen');
    const before = await table.rows();
    await publish({ dissolved_oxygen: 3.1 });
    await shown(page, '3.10');
    // In the window that is drawn already, or the first behind it.
    const after = await table.rows();
    expect(after.length - before.length).toBeLessThanOrEqual(1);
    // Half an hour late: within what is asked for, and in no window that is drawn.
    await publish({ dissolved_oxygen: 2.1 }, Date.now() - 30.5 * MINUTE);
    await eventually(
      table.values,
      (values) => values.some((value) => value !== '7.00 mg/L' && Number.parseFloat(value) < 6),
      30_000,
    );
    const times = (await table.rows()).map(([time]) => time);
    expect(new Set(times).size).toBe(times.length);
  });

  test('the small curve of a tile holds each window once', async () => {
    const { page, open, publish, get } = await openPage(1280, { intervalMs: MINUTE });
    const history = await heldHistory(page);
    await open('#/overview?lang=en');
    await history.asked;
    await history.fetched();
    await pondTile(page);
    await publish({ dissolved_oxygen: 5.5 });
    await shown(page, '5.50');
    history.release();
    const curve = page.locator('[data-site=test-site] .spark-line');
    const windows = async () => {
      const { series } = await get<{ series: readonly { points: readonly unknown[] }[] }>(
        '/api/v1/series?kind=aquaculture_pond&fields=dissolved_oxygen&from=-6h&every=5m&agg=mean',
      );
      return series[0]?.points.length ?? 0;
    };
    const points = async () => ((await curve.getAttribute('d')) ?? '').match(/[ML]/g)?.length ?? 0;
    await eventually(points, (count) => count > 2);
    expect(await points()).toBe(await windows());
    // Late by a quarter of an hour, into windows that had nothing: the history was asked again.
    const old = Date.now() - 120 * MINUTE;
    for (const minutes of [0, 5, 10]) await publish({ dissolved_oxygen: 4 }, old - minutes * MINUTE);
    await eventually(
      async () => [await points(), await windows()],
      ([drawn, there]) => drawn === there && drawn !== undefined && drawn >= 15,
      30_000,
    );
  });
});

/** Waits until so many raw readings are in the store. */
function stored(get: <T>(path: string) => Promise<T>, count: number) {
  return eventually(
    () =>
      get<{ series: readonly { points: readonly unknown[] }[] }>(
        '/api/v1/series?kind=aquaculture_pond&fields=dissolved_oxygen&from=-1h&to=%2B1h',
      ),
    ({ series }) => series[0]?.points.length === count,
  );
}

const shown = (page: Page, text: string) =>
  page.locator('[data-field=dissolved_oxygen]').getByText(text, { exact: true }).first().waitFor();

/** The first answer of the history, held back until it is released. */
async function heldHistory(page: Page) {
  const [asked, go, fetched, release] = [moment(), moment(), moment(), moment()];
  // What is still asked for when the test ends has nobody to answer to.
  onTestFinished(() => page.unrouteAll({ behavior: 'ignoreErrors' }));
  await page.route('**/api/v1/series**', async (route) => {
    asked.comes();
    await go.come;
    const response = await route.fetch();
    fetched.comes();
    await release.come;
    await route.fulfill({ response });
  });
  return {
    asked: asked.come,
    fetched: () => {
      go.comes();
      return fetched.come;
    },
    release: release.comes,
  };
}

function moment() {
  const events = new EventTarget();
  const come = new Promise<void>((resolve) => events.addEventListener('come', () => resolve()));
  return { come, comes: () => void events.dispatchEvent(new Event('come')) };
}
