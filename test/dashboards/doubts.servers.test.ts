/** What is not plain data looks and reads otherwise: doubtful values, a backlog, a gap. In a real browser. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { requireOrSkip } from '../require.ts';
import { openTable } from './chart-table.ts';
import { hasChromium } from './chromium.ts';
import { openPage } from './open-page.ts';

const MINUTE = 60_000;
const SITE = '#/site/daoyu/test-site?range=6h';

// A browser that the machine gives no turn may miss a moment: it has a second try; what it must show is the same.
describe.runIf(requireOrSkip('chromium', hasChromium()))('a chart', { retry: 1, timeout: 90_000 }, () => {
  test('draws a doubtful value hollow and names the doubt, in history and live', async () => {
    const { page, open, publish } = await openPage(1280, { intervalMs: MINUTE, historyMinutes: 6 });
    const now = Date.now();
    // Oxygen does not rise by eleven in twenty seconds.
    await publish({ dissolved_oxygen: 17.5 }, now + 4000);
    await open(`${SITE}&from=${now - 3 * MINUTE}&to=${now + 3 * MINUTE}&lang=en`);
    const table = await openTable(page, 'dissolved_oxygen');
    await eventually(table.values, (values) => values.includes('17.50 mg/L spike'));
    const note = table.panel.locator('.panel-note .suspect');
    expect(await note.textContent()).toBe('suspect · spike');
    await eventually(
      () => rings(page),
      (count) => count === 1,
    );
    await publish({ dissolved_oxygen: 6.5 }, now + 10_000);
    await eventually(table.values, (values) => values.includes('6.50 mg/L'));
    await publish({ dissolved_oxygen: 18.5 }, now + 16_000);
    await eventually(table.values, (values) => values.filter((value) => value.endsWith('spike')).length === 2);
    await eventually(
      () => rings(page),
      (count) => count === 2,
    );
    // Under the crosshair it is named too.
    const plot = (await table.panel.locator('.u-over').boundingBox()) ?? { x: 0, y: 0, width: 0 };
    await page.mouse.move(plot.x + plot.width - 1, plot.y + 40);
    await table.panel.locator('.legend .doubt').getByText('spike').waitFor();
    await page.getByRole('button', { name: '中文' }).click();
    await table.panel.getByText('可疑 · 突跳').waitFor();
  });

  test('marks what was sent later, and shows where nothing was measured', async () => {
    const { page, open, publish } = await openPage(1280, { intervalMs: MINUTE, historyMinutes: 5 });
    const now = Date.now();
    await open(`${SITE}&lang=en`);
    const table = await openTable(page, 'dissolved_oxygen');
    expect(await table.panel.locator('.late').count()).toBe(0);
    expect(await table.panel.locator('tr.gap').count()).toBe(0);
    for (const minutes of [42, 41, 40]) await publish({ dissolved_oxygen: 5 }, now - minutes * MINUTE);
    await eventually(table.values, (values) => values.filter((value) => value === '5.00 mg/L late').length === 3);
    await table.panel.locator('.late').getByText('sent later').waitFor();
    // Between the backlog and what came live nothing was measured for 35 minutes.
    await table.panel
      .locator('tr.gap')
      .getByText(/no data for 3[45] min/)
      .waitFor();
    expect(await table.panel.locator('tr.gap').count()).toBe(1);
    // Sent late is no doubt about the value.
    expect(await table.panel.locator('.suspect').count()).toBe(0);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      table.panel.getByRole('button', { name: /CSV/ }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split(/\r?\n/);
    expect(lines.filter((line) => /,5,late,[^,]*$/.test(line))).toHaveLength(3);
  });
});

/** Hollow points of the first line: small islands in the colour of the card, which nothing else on the canvas has. */
function rings(page: Page): Promise<number> {
  return page.locator('[data-panel=dissolved_oxygen] canvas').evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const drawn = canvas.getContext('2d');
    const card = canvas.closest('.card');
    if (probe === null || drawn === null || card === null) return -1;
    probe.fillStyle = getComputedStyle(card).backgroundColor;
    probe.fillRect(0, 0, 1, 1);
    const surface = probe.getImageData(0, 0, 1, 1).data.join();
    const { data } = drawn.getImageData(0, 0, canvas.width, canvas.height);
    const columns = new Set<number>();
    for (let at = 0; at < data.length; at += 4) {
      if (data.slice(at, at + 4).join() === surface) columns.add((at / 4) % canvas.width);
    }
    const sorted = [...columns].sort((one, other) => one - other);
    return sorted.filter((column, index) => index === 0 || column - (sorted[index - 1] ?? 0) > 2).length;
  });
}
