/** Zoom and pan of a chart by mouse, wheel and finger in a real browser: the address and the resolution follow, and the page still scrolls. */
import type { CDPSession, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { requireOrSkip } from '../require.ts';
import { hasChromium } from './chromium.ts';
import { openPage } from './open-page.ts';

const HOUR = 3_600_000;
const SITE = '#/site/daoyu/test-site?range=24h&lang=en';
const CHART = '.chart[data-from]';
const PLOT = '[data-panel=dissolved_oxygen] .u-over';

// A browser that the machine gives no turn may miss a moment: it has a second try; what it must show is the same.
describe.runIf(requireOrSkip('chromium', hasChromium()))('a chart', { retry: 1, timeout: 90_000 }, () => {
  test('is zoomed by Ctrl and wheel about the pointer, ever finer, and double click leads back', async () => {
    const { page, asked, box } = await openChart();
    const x = box.x + box.width * 0.75;
    const under = await timeAt(page, 0.75);
    await page.mouse.move(x, box.y + 60);
    await page.keyboard.down('Control');
    for (let turn = 0; turn < 8; turn++) await page.mouse.wheel(0, -100);
    await page.keyboard.up('Control');
    const window = await eventually(
      () => windowOf(page),
      (found) => found !== undefined && found.span < 2 * HOUR,
    );
    // What was under the pointer is there still.
    expect(Math.abs(under - ((window?.from ?? 0) + (window?.span ?? 0) * 0.75))).toBeLessThan(2 * 60_000);
    await eventually(asked, (requests) => requests.at(-1)?.every === '10s');
    const last = (await asked()).at(-1);
    expect(last?.from).toBeCloseTo(window?.from ?? 0, -1);
    expect((await asked())[0]?.every).toBe('5m');
    await page.mouse.dblclick(x, box.y + 60);
    await eventually(
      () => windowOf(page),
      (found) => found === undefined,
    );
    await eventually(asked, (requests) => requests.at(-1)?.every === '5m');
  });

  test('is zoomed to what is dragged over, and Back undoes it', async () => {
    const { page, box } = await openChart();
    const [from, to] = [await timeAt(page, 0.25), await timeAt(page, 0.5)];
    await drag(page, box, 0.25, 0.5);
    const window = await eventually(
      () => windowOf(page),
      (found) => found !== undefined,
    );
    expect(Math.abs((window?.from ?? 0) - from)).toBeLessThan(5 * 60_000);
    expect(Math.abs((window?.from ?? 0) + (window?.span ?? 0) - to)).toBeLessThan(5 * 60_000);
    // All charts of the view look at the same time, and do not fall back meanwhile.
    await eventually(
      () => axesOf(page),
      (axes) => axes.length > 1 && new Set(axes).size === 1,
    );
    // A second zoom is a step on the same way: one Back leads out of both.
    await drag(page, box, 0.2, 0.8);
    await eventually(
      () => windowOf(page),
      (found) => found !== undefined && found.span < (window?.span ?? 0),
    );
    await page.goBack();
    await eventually(
      () => windowOf(page),
      (found) => found === undefined,
    );
    expect(page.url()).toContain('/site/daoyu/test-site');
  });

  test('does not jump back while readings come', async () => {
    const { page, publish, box } = await openChart();
    // The finer series takes its time.
    await page.route('**/api/v1/series**', () => {});
    await drag(page, box, 0.25, 0.5);
    const window = await eventually(
      () => windowOf(page),
      (found) => found !== undefined,
    );
    const seen = await page
      .locator(CHART)
      .first()
      .evaluateHandle((chart) => {
        const froms: number[] = [];
        new MutationObserver(() => froms.push(Number((chart as HTMLElement).dataset.from))).observe(chart, {
          attributeFilter: ['data-from'],
        });
        return froms;
      });
    // Charts gather what comes for half a second.
    for (const value of ['5.51', '5.52', '5.53', '5.54', '5.55']) {
      await publish({ dissolved_oxygen: Number(value) });
      await page.locator('.now').getByText(value, { exact: true }).waitFor();
    }
    const from = window?.from ?? 0;
    expect(Math.abs((await timeAt(page, 0)) - from)).toBeLessThan(5 * 60_000);
    expect((await seen.jsonValue()).filter((each) => Math.abs(each - from) > 5 * 60_000)).toEqual([]);
  });

  test('leaves a plain wheel and a vertical finger to the page', async () => {
    const { page, box, touch } = await openChart({ hasTouch: true });
    await page.mouse.move(box.x + 100, box.y + 60);
    await page.mouse.wheel(0, 240);
    await eventually(
      () => page.evaluate(() => scrollY),
      (y) => y > 100,
    );
    expect(await windowOf(page)).toBeUndefined();
    await page.evaluate(() => scrollTo(0, 0));
    await touch('touchStart', [[0.5, 100]]);
    // Hands tremble: a little to the side as well.
    for (let step = 1; step <= 8; step++) await touch('touchMove', [[0.5 + step * 0.002, 100 - step * 20]]);
    await touch('touchEnd', []);
    await eventually(
      () => page.evaluate(() => scrollY),
      (y) => y > 40,
    );
    expect(await windowOf(page)).toBeUndefined();
  });

  test('is moved by one finger and zoomed by two, with few steps in the address', async () => {
    const { page, asked, touch } = await openChart({ hasTouch: true }, 390);
    await page.evaluate(() => {
      const written = { count: 0 };
      const replace = history.replaceState.bind(history);
      history.replaceState = (...given) => {
        written.count++;
        replace(...given);
      };
      Object.assign(window, { written });
    });
    const before = await timeAt(page, 0.5);
    await touch('touchStart', [[0.3, 60]]);
    for (let step = 1; step <= 30; step++) await touch('touchMove', [[0.3 + step * 0.01, 60]]);
    await touch('touchEnd', []);
    // The address is told of a gesture step by step: it has come to rest when it says what is drawn.
    const [moved] = await eventually(
      async () => [await windowOf(page), await timeAt(page, 0)] as const,
      ([found, drawn]) => found !== undefined && Math.abs(found.from - drawn) < 1000,
    );
    expect(Math.abs((moved?.span ?? 0) - 24 * HOUR)).toBeLessThan(60_000);
    // To the right by three tenths of the chart: so much earlier.
    await eventually(
      () => timeAt(page, 0.5),
      (time) => Math.abs(before - time - 0.3 * 24 * HOUR) < HOUR,
    );

    await touch('touchStart', [
      [0.4, 60],
      [0.6, 60],
    ]);
    for (let step = 1; step <= 20; step++)
      await touch('touchMove', [
        [0.4 - step * 0.015, 60],
        [0.6 + step * 0.015, 60],
      ]);
    await touch('touchEnd', []);
    const zoomed = await eventually(
      () => windowOf(page),
      (found) => found !== undefined && found.span < 10 * HOUR,
    );
    expect(zoomed?.span).toBeGreaterThan(4 * HOUR);
    const centre = (moved?.from ?? 0) + 12 * HOUR;
    expect(Math.abs((zoomed?.from ?? 0) + (zoomed?.span ?? 0) / 2 - centre)).toBeLessThan(HOUR);
    await eventually(asked, (requests) => requests.at(-1)?.every === '5m' || requests.at(-1)?.every === '1m');
    // Browsers refuse to write the address a hundred times in half a minute.
    const written = await page.evaluate(() => (window as unknown as { written: { count: number } }).written.count);
    expect(written).toBeLessThan(15);
  });

  test('does not go beyond what can be asked for', async () => {
    const { page, box, problems } = await openChart();
    await page.mouse.move(box.x + box.width / 2, box.y + 60);
    await page.keyboard.down('Control');
    for (let turn = 0; turn < 40; turn++) await page.mouse.wheel(0, 100);
    await page.keyboard.up('Control');
    const window = await eventually(
      () => windowOf(page),
      (found) => found !== undefined && found.span > 300 * 24 * HOUR,
    );
    expect(window?.from).toBeGreaterThan(0);
    await page.locator('.panels[aria-busy=false]').waitFor();
    expect(problems).toEqual([]);
  });
});

interface Asked {
  readonly every: string | null;
  readonly from: number;
}

async function openChart(context = {}, width = 1280) {
  const opened = await openPage(width, { context });
  const { page, open } = opened;
  const requests: Asked[] = [];
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname.endsWith('/series') && searchParams.get('fields')?.includes('dissolved_oxygen,'))
      requests.push({ every: searchParams.get('every'), from: Number(searchParams.get('from')) });
  });
  await open(SITE);
  const plot = page.locator(PLOT);
  await plot.waitFor();
  await plot.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  const box = (await plot.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const session: CDPSession = await page.context().newCDPSession(page);
  const touch = (
    type: 'touchStart' | 'touchMove' | 'touchEnd',
    points: readonly (readonly [share: number, y: number])[],
  ) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: points.map(([share, y], id) => ({ x: box.x + box.width * share, y: box.y + y, id })),
    });
  return { ...opened, box, touch, asked: async () => requests };
}

async function drag(page: Page, box: { x: number; y: number; width: number }, from: number, to: number) {
  await page.mouse.move(box.x + box.width * from, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to, box.y + 60, { steps: 5 });
  await page.mouse.up();
}

/** What the address holds. */
async function windowOf(page: Page): Promise<{ readonly from: number; readonly span: number } | undefined> {
  const asked = new URLSearchParams(new URL(page.url()).hash.split('?')[1]);
  const [from, to] = [Number(asked.get('from')), Number(asked.get('to'))];
  return from > 0 ? { from, span: to - from } : undefined;
}

/** Of the charts in sight, the times that are drawn. */
const axesOf = (page: Page) =>
  page
    .locator('.chart[data-from]')
    .evaluateAll((charts) =>
      charts.map((chart) => `${(chart as HTMLElement).dataset.from}–${(chart as HTMLElement).dataset.to}`),
    );

/** The time at this share of the first chart's width, epoch ms. */
async function timeAt(page: Page, share: number): Promise<number> {
  const [from = 0, to = 0] = ((await axesOf(page))[0] ?? '').split('–').map(Number);
  return from + (to - from) * share;
}
