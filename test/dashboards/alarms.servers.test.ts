/** The alarm centre against a whole platform: an alarm appears by itself, is counted, is acknowledged in two taps on a phone, and is on the sheet of the shift. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Alarm } from '../../alarms/alarm.ts';
import { answer, openFakeService } from '../alarms/channels/fake-service.ts';
import { eventually } from '../eventually.ts';
import { requireOrSkip } from '../require.ts';
import { barriers } from './axe.ts';
import { hasChromium } from './chromium.ts';
import { openPage } from './open-page.ts';
import { picture } from './pictures.ts';

const MINUTE = 60_000;
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

describe.runIf(requireOrSkip('chromium', hasChromium()))('alarms on the page', { retry: 1, timeout: 90_000 }, () => {
  /** Beside the good pond one that can be made to have lacked oxygen for half an hour. */
  async function openBadPond(width: number, context = {}, mayOperate = true) {
    const opened = await openPage(width, { intervalMs: MINUTE, historyMinutes: 1, context });
    if (mayOperate)
      await opened.page.context().setExtraHTTPHeaders({ authorization: `Bearer ${opened.platform.token}` });
    const credentials = await opened.addDevice('bad-pond', 'aquaculture_pond', {
      site: 'bad-site',
      siteLabel: { zh: '缺氧塘', en: 'Bad pond' },
      siteType: 'pond',
      intervalMs: MINUTE,
    });
    const device = await opened.connect(credentials);
    const suffocate = async () => {
      const now = Date.now();
      const readings = Array.from({ length: 30 }, (_, index) => ({
        time: now - (29 - index) * MINUTE,
        dissolved_oxygen: 2.2 - index / 100,
        aerator_on: 1,
        aerator_power: 1.5,
      }));
      await device.publishAsync(credentials.topics.telemetry, JSON.stringify(readings), { qos: 1 });
    };
    const alarms = async () => (await opened.get<{ alarms: readonly Alarm[] }>('/api/v1/alarms')).alarms;
    return { ...opened, suffocate, alarms };
  }

  test('appears without asking, in navigation and title, and is acknowledged with a note in two taps', async () => {
    const { page, open, suffocate, alarms, problems } = await openBadPond(390, PHONE);
    await open('#/alarms?lang=en');
    await page.getByRole('heading', { name: 'No alarms now' }).waitFor();
    await suffocate();
    const card = page.locator('.alarm[data-rule=dissolved_oxygen_low]');
    await card.waitFor();
    await page.waitForFunction(() => document.title.startsWith('(1) '));
    expect(await page.locator('nav .badge').textContent()).toBe('1 unacknowledged alarms');
    await card.getByRole('link', { name: 'Bad pond' }).waitFor();
    await card.getByRole('button', { name: 'Acknowledge' }).tap();
    await card.getByRole('button', { name: 'On the way' }).tap();
    await page.getByRole('heading', { name: 'Acknowledged, in hand' }).waitFor();
    expect(await card.locator('.alarm-holder').textContent()).toMatch(/operator has it .*On the way/);
    await page.waitForFunction(() => !document.title.startsWith('('));
    const [stored] = await eventually(alarms, ([first]) => first?.state === 'acknowledged');
    expect(stored).toMatchObject({ state: 'acknowledged', note: 'On the way' });
    await card.getByText('History and notifications').tap();
    await card.locator('.alarm-story li', { hasText: 'acknowledged' }).waitFor();
    await card.getByText('no notices were sent').waitFor();
    await open('#/handover?lang=en');
    await page.locator('.sheet li', { hasText: 'On the way' }).first().waitFor();
    expect(problems).toEqual([]);
  });

  test('reaches a phone as a message, and one tap on its link says who has it: within fifteen seconds', async () => {
    const service = await openFakeService(answer({}));
    const opened = await openBadPond(390, PHONE);
    const { put, platform, suffocate, alarms, page } = opened;
    const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    await put('/api/v1/channels/duty', { kind: 'webhook', settings: { url: service.url, secret, allowPrivate: true } });
    await put('/api/v1/alarm-plan', {
      people: [{ name: '王工', channels: ['duty'] }],
      ...{ shifts: [], exceptions: [], steps: [{ afterMinutes: 0, who: 'on-duty' }] },
      ...{ repeatMinutes: { critical: 10, warning: 240 }, publicUrl: platform.urls.http },
    });
    await suffocate();
    const [message] = await eventually(
      async () => service.received,
      (all) => all.length > 0,
      20_000,
    );
    const { title, link } = (message?.json.data ?? {}) as { readonly title: { zh: string }; readonly link: string };
    expect(title.zh).toContain('缺氧塘');
    // A phone that never signed in: it knows the link alone.
    const phone = await (page.context().browser() ?? expect.fail('no browser')).newPage(PHONE);
    onTestFinished(() => phone.close());
    const from = performance.now();
    await phone.goto(link);
    await picture(phone, 'alarm-message-phone');
    // Without scrolling: what, where, and the button.
    for (const shown of [
      phone.getByRole('heading'),
      phone.getByText('缺氧塘'),
      phone.getByRole('button', { name: '王工' }),
    ])
      expect((await shown.boundingBox())?.y).toBeLessThan(PHONE.viewport.height);
    await phone.getByRole('button', { name: '王工' }).tap();
    await phone.getByText('已确认').waitFor();
    const seconds = (performance.now() - from) / 1000;
    console.info(`from the opened message to acknowledged: ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(15);
    await picture(phone, 'alarm-taken-phone');
    const [stored] = await eventually(alarms, ([first]) => first?.state === 'acknowledged');
    expect(stored?.acknowledgedBy).toBe('王工');
    // The others of the chat read who has it.
    const told = await eventually(
      async () => service.received,
      (all) => all.length > 1,
      20_000,
    );
    expect(JSON.stringify(told.at(-1)?.json)).toContain('王工 已接手');
  });

  test('is shelved for a time with a reason, and taken back', async () => {
    const { page, open, suffocate, alarms } = await openBadPond(390, PHONE);
    await suffocate();
    await open('#/alarms?lang=en');
    const card = page.locator('.alarm[data-rule=dissolved_oxygen_low]');
    await card.getByRole('button', { name: 'Shelve' }).tap();
    await card.getByLabel('For how long').selectOption({ label: '8 h' });
    await card.getByRole('button', { name: 'Shelve' }).tap();
    // Without a reason the browser does not send it.
    expect((await alarms())[0]?.state).toBe('open');
    await card.getByLabel('Reason').fill('probe is being cleaned');
    await card.getByRole('button', { name: 'Shelve' }).tap();
    await page.getByRole('button', { name: 'Shelved 1' }).tap();
    await card.getByText('probe is being cleaned').waitFor();
    expect((await alarms())[0]?.shelved?.until).toBeGreaterThan(Date.now() + 7 * 3_600_000);
    await card.getByRole('button', { name: 'End shelving' }).tap();
    await page.getByRole('heading', { name: 'No alarms are shelved' }).waitFor();
  });

  test('stays on the wall, with who has it, and on its tile', async () => {
    const { page, open, suffocate } = await openBadPond(1920);
    await suffocate();
    await open('#/wall?lang=en');
    const tile = page.locator('.wall-pinned .tile[data-site=bad-site]');
    await tile.getByText('nobody has it').waitFor();
    // The others take turns: it is there on each of their pages.
    const title = await page.locator('.wall h1').textContent();
    await page.waitForFunction((before) => document.querySelector('.wall h1')?.textContent !== before, title);
    expect(await tile.count()).toBe(1);
    expect(await page.locator('.wall-body > .wall-grid .tile[data-site=bad-site]').count()).toBe(0);
  });

  test('sounds only where somebody chose it, and may be acknowledged only by who may', async () => {
    const { page, open, suffocate } = await openBadPond(1280, {}, false);
    await suffocate();
    await open('#/alarms?lang=en');
    const bar = page.locator('.sound-bar');
    await bar.getByRole('button', { name: 'Sound', exact: true }).click();
    await bar.waitFor({ state: 'detached' });
    const toggle = page.getByRole('switch', { name: 'Sound for critical alarms' });
    expect(await toggle.getAttribute('aria-checked')).toBe('true');
    await page.reload();
    await toggle.waitFor();
    expect(await toggle.getAttribute('aria-checked')).toBe('true');
    await page.getByText('To acknowledge or shelve, sign in').waitFor();
    expect(await page.getByRole('button', { name: 'Acknowledge' }).count()).toBe(0);
  });

  test('is used by keyboard alone, and free of barriers in the light and in the dark', async () => {
    const { page, open, suffocate } = await openBadPond(1280);
    await suffocate();
    await open('#/alarms?lang=en');
    const found: string[] = [];
    await page.locator('.alarm').first().waitFor();
    found.push(...(await barriers(page)));
    await page.getByRole('button', { name: 'Acknowledge' }).focus();
    await page.keyboard.press('Enter');
    // The first answer has the focus already.
    await page.waitForFunction(() => document.activeElement?.textContent === 'I have it');
    await page.getByRole('button', { name: 'Dark' }).click();
    found.push(...(await barriers(page)).map((each) => `dark ${each}`));
    await page.getByRole('button', { name: 'I have it' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Acknowledged, in hand' }).waitFor();
    expect(found).toEqual([]);
  });

  test('other limits are tried on what was measured: by slider, without changing those in force', async () => {
    const { page, open, suffocate, get } = await openBadPond(390, PHONE);
    await suffocate();
    await open('#/site/daoyu/bad-site?lang=en');
    await page.locator('.what-if summary').tap();
    const cell = (row: string, column: number) => page.locator(`.what-if-table [data-row=${row}] td`).nth(column);
    await expect.poll(() => cell('presentLimits', 1).textContent()).toBe('1');
    await page
      .getByLabel('Limit', { exact: true })
      .first()
      .selectOption({ label: 'Critical · dissolved oxygen below 3.0 mg/L' });
    const slider = page.getByRole('slider', { name: 'Limit' });
    await slider.fill('1.5');
    // It stays an alarm, by the limit of warning.
    await expect.poll(() => cell('triedLimits', 1).textContent()).toBe('0');
    expect(await cell('triedLimits', 0).textContent()).toBe('1');
    await page.getByRole('slider', { name: 'Hold before an alarm' }).fill('60');
    await page.getByText(/Against the limits in force/).waitFor();
    await picture(page, 'what-if-phone');
    // A phone would zoom out to fit what is too wide.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.viewport.width);
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'As in force' }).tap();
    await expect.poll(() => cell('triedLimits', 1).textContent()).toBe('1');
    const { profiles } = await get<{ profiles: { name: string; version: number }[] }>('/api/v1/parks');
    expect(profiles.find(({ name }) => name === 'crab_pond')?.version).toBe(1);
  });
});
