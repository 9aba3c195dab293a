/** Switching on the page: the aerator of a simulated pond, confirmed, seen running; an interlock that is overridden; a viewer who may only look. */
import { mkdirSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadFaults } from '../../simulators/faults.ts';
import { loadModels } from '../../simulators/models.ts';
import { startRun } from '../../simulators/run.ts';
import { requireOrSkip } from '../require.ts';
import { runPlatform } from '../running-platform.ts';
import { barriers } from './axe.ts';
import { hasChromium, openChromium } from './chromium.ts';

const PICTURES = process.env.DAOYU_TEST_PICTURES;

describe.runIf(requireOrSkip('chromium', hasChromium()))('controls', { retry: 1, timeout: 120_000 }, () => {
  test('switch the aerator of a simulated pond, which is then seen to run', async () => {
    const running = await runPlatform({ DAOYU_DEMO: 'no' });
    const { platform, post } = running;
    const url = platform.urls.http;
    await post('/api/v1/parks', { park: 'tianyu' });
    const made = await post<{ password: string }>('/api/v1/devices', {
      ...{ park: 'tianyu', site: 'pond-1', device: 'station', kind: 'aquaculture_pond', siteType: 'pond' },
      siteLabel: { zh: '1 号塘', en: 'Pond 1' },
      intervalMs: 1000,
    });
    const [models, faults] = await Promise.all([loadModels(), loadFaults()]);
    const member = { park: 'tianyu', site: 'pond-1', device: 'station', kind: 'aquaculture_pond', intervalMs: 500 };
    const run = startRun({
      ...{ kinds: platform.kinds, models, faults, url: platform.urls.mqtt.mqtt ?? '' },
      members: [{ ...member, password: made.password }],
      ...{ seed: 'controls', from: Date.now(), speed: 1, clock: Date.now },
    });
    onTestFinished(() => run.close());
    const { browser, close } = await openChromium();
    onTestFinished(close);
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    page.setDefaultTimeout(20_000);
    await page.goto((await platform.signInLink()) ?? '');
    const address = `${url}/#/site/tianyu/pond-1?lang=zh`;
    await page.goto(address);
    const control = page.locator('[data-control=aerator]');
    await control.getByTestId('reported').waitFor();
    // The start-up link only reads.
    expect(await control.getByRole('button').count()).toBe(0);

    await page.goto(`${url}/sign-in`);
    await page.locator('input[name=token]').fill(platform.token);
    await page.getByRole('button', { name: /令牌|token/i }).click();
    await page.waitForURL((to) => to.pathname === '/');
    await page.goto(address);
    for (const [button, shown] of [
      ['开', '开'],
      ['关', '关'],
    ] as const) {
      await control.getByRole('button', { name: `增氧机: ${button}` }).click();
      await page.getByRole('alertdialog', { name: `1 号塘 · 增氧机: ${button}` }).waitFor();
      // The keyboard stands on the button that confirms.
      await page.keyboard.press('Enter');
      await control.getByTestId('asked').getByText('已执行').waitFor();
      await control.getByTestId('reported').getByText(shown, { exact: true }).waitFor();
    }
    await picture('controls-390');
    expect(await barriers(page)).toEqual([]);
    const said = await control.getByTestId('asked').textContent();
    expect(said).toMatch(/^关 · 已执行/);
    await control.locator('summary').click();
    await control.getByText('开 · 已执行').waitFor();

    async function picture(name: string): Promise<void> {
      if (PICTURES === undefined) return;
      mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
    }
  });
});
