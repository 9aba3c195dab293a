/** What a chart draws, as its table tells it: the newest row first. */
import type { Locator, Page } from 'playwright-core';

export interface ChartTable {
  readonly panel: Locator;
  /** The cells of each row behind its time. */
  rows(): Promise<readonly (readonly string[])[]>;
  /** Of the first line. */
  values(): Promise<readonly string[]>;
}

/** Opens the table of the panel of this field. */
export async function openTable(page: Page, field: string): Promise<ChartTable> {
  const panel = page.locator(`[data-panel=${field}]`);
  await panel.locator('canvas').waitFor();
  await panel.locator('summary').click();
  await panel.locator('tbody tr').first().waitFor();
  const rows = () =>
    panel
      .locator('tbody tr')
      .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
  return { panel, rows, values: async () => (await rows()).map(([, value = '']) => value) };
}
