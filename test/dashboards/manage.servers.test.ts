/** Parks, sites and devices in a real browser: a table of devices, then one device's whole life, on a desk and on a phone. */
import { readFileSync } from 'node:fs';
import mqtt from 'mqtt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clientIdOf, topicsOf } from '../../base/topics.ts';
import { deviceModels } from '../../seeds/models/models.ts';
import { eventually } from '../eventually.ts';
import { GOOD_PASSWORD } from '../people/open-people.ts';
import { requireOrSkip } from '../require.ts';
import { type Credentials, runPlatform } from '../running-platform.ts';
import { barriers } from './axe.ts';
import { hasChromium, openChromium } from './chromium.ts';
import { watch } from './open-page.ts';
import { overflow, picture, pictures } from './pictures.ts';

const DEVICE = { park: 'farm', device: 'pond-1-probe-1' };

/** A park with a pond, its oxygen probe and a paddy; the browser is at the list of parks. */
async function openFarm() {
  const { platform, post, get } = await runPlatform({ DAOYU_DEMO: 'no' });
  const label = (zh: string, en: string) => ({ label: { zh, en } });
  await post('/api/v1/parks', { park: 'farm', ...label('开江基地', 'Kaijiang farm') });
  for (const site of [
    { site: 'pond-1', type: 'pond', ...label('3 号塘', 'Pond 3') },
    { site: 'paddy-1', type: 'paddy', ...label('东田', 'East paddy') },
  ])
    await post('/api/v1/sites', { park: 'farm', ...site });
  const device = { ...DEVICE, site: 'pond-1', kind: 'aquaculture_pond', ...label('溶氧仪', 'Oxygen probe') };
  const { password } = await post<Credentials>('/api/v1/devices', device);
  const { browser, close } = await openChromium();
  onTestFinished(close);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(20_000);
  const problems = watch(page, platform.urls.http);
  const boss = { user: 'boss', name: '老板', grants: [{ role: 'admin', park: '*' }] };
  await page.goto((await post<{ link: string }>('/api/v1/users', boss)).link);
  await page.locator('input[name=password]').fill(GOOD_PASSWORD);
  await page.getByRole('button').click();
  await page.waitForURL((to) => to.pathname === '/');
  await page.goto(`${platform.urls.http}/?lang=zh#/manage?lang=zh`);
  const publish = async (word: string, values: object) => {
    const id = clientIdOf(DEVICE);
    const client = await mqtt.connectAsync(platform.urls.mqtt.mqtt ?? '', {
      ...{ clientId: id, username: id, password: word, reconnectPeriod: 0 },
    });
    await client.publishAsync(topicsOf(DEVICE).telemetry, JSON.stringify(values), { qos: 1 });
    await client.endAsync();
  };
  return { page, problems, get, password, publish };
}

// A browser that the machine gives no turn may miss a moment: it has a second try; what it must show is the same.
describe.runIf(requireOrSkip('chromium', hasChromium()))(
  'parks, sites and devices',
  { retry: 1, timeout: 120_000 },
  () => {
    test('are made one by one and out of a table, whose wrong lines are named first', async () => {
      const { page, problems } = await openFarm();
      await pictures(page, 'manage-parks');
      await page.getByRole('link', { name: '打开 开江基地' }).click();
      await page.locator('summary', { hasText: '新建点位' }).click();
      await page.getByLabel('类型', { exact: true }).selectOption('paddy');
      await page.getByLabel('名称', { exact: true }).fill('西田');
      await page.getByRole('button', { name: '创建' }).click();
      await page.locator('[data-site=paddy-2]').getByRole('heading', { name: '西田' }).waitFor();
      await page.locator('summary', { hasText: '批量导入设备' }).click();
      const choose = (...lines: readonly string[]) =>
        page.getByLabel('CSV 文件').setInputFiles({
          ...{ name: 'devices.csv', mimeType: 'text/csv' },
          buffer: Buffer.from(['site,device,kind', ...lines].join('\n')),
        });
      await choose('pond-1,b 1,aquaculture_pond');
      await page.locator('.line-problems', { hasText: '第 2 行' }).waitFor();
      await pictures(page, 'manage-import-problem');
      await choose('pond-1,b-1,aquaculture_pond', 'pond-9,b-2,aquaculture_pond');
      await page.getByRole('button', { name: '创建 2 台设备' }).click();
      const saved = page.waitForEvent('download');
      await page.getByRole('link', { name: '下载凭据' }).click();
      const csv = readFileSync(await (await saved).path(), 'utf8')
        .trim()
        .split('\r\n');
      expect(csv.map((line) => line.split(',')[0]?.replace('\uFEFF', ''))).toEqual(['device', 'b-1', 'b-2']);
      await pictures(page, 'manage-import');
      expect(await barriers(page)).toEqual([]);
      await page.getByRole('button', { name: '添加设备 东田' }).click();
      await page.getByRole('button', { name: '修改 3 号塘' }).click();
      await pictures(page, 'manage-park');
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await overflow(page)).toBe(0);
      expect(await barriers(page)).toEqual([]);

      // A message that only a mapping understands, and the mapping that is proposed.
      await page.getByRole('link', { name: 'b-1' }).click();
      await page.getByLabel('报文', { exact: true }).fill('{"sensors": {"do": 6.4}}');
      await page.getByRole('button', { name: '试解析' }).click();
      const trial = page.getByTestId('trial');
      await trial.getByText('什么都不会入库').waitFor();
      await trial.getByRole('button', { name: '采用' }).click();
      await trial.getByText('溶解氧 6.40 mg/L').waitFor();
      await pictures(page, 'manage-mapping-try');

      // One of them becomes a gateway, another its child.
      await page.getByLabel('这台设备是网关').click();
      await page.getByLabel('子设备', { exact: true }).selectOption('b-2');
      await page.getByLabel('报文里的编号').fill('A1');
      await page.getByRole('button', { name: '添加子设备' }).click();
      await page.locator('.children li', { hasText: 'A1' }).getByRole('link', { name: 'b-2' }).waitFor();
      expect(await overflow(page)).toBe(0);
      expect(await barriers(page)).toEqual([]);
      expect(problems).toEqual([]);
    });

    test('a device is moved, given a new password, replaced, disabled and removed with its readings', async () => {
      const { page, problems, get, publish, password: first } = await openFarm();
      const latest = async () => {
        const path = `/api/v1/latest?device=${DEVICE.device}`;
        return (await get<{ latest: { site: string; values: object }[] }>(path)).latest;
      };
      const shown = async (before: string) => {
        const place = page.getByTestId('passwordWord');
        await place.filter({ hasNotText: before }).waitFor();
        return (await place.textContent()) ?? '';
      };
      await publish(first, { dissolved_oxygen: 6.4 });
      await page.getByRole('link', { name: '打开 开江基地' }).click();
      await page.getByRole('link', { name: '溶氧仪' }).click();

      await page.getByLabel('上报间隔（秒）').fill('30');
      await page.getByLabel('所在点位').selectOption('paddy-1');
      await page.getByText('已有读数仍归原点位').waitFor();
      await page.getByRole('button', { name: '保存' }).click();
      await page.getByText('已保存').waitFor();

      await page.getByLabel('旧密码').selectOption('0');
      await page.getByRole('button', { name: '更换密码' }).click();
      const second = await shown(first);
      await expect(publish(first, { dissolved_oxygen: 6.3 })).rejects.toThrow(/Not authorized|Bad user/);
      await publish(second, { dissolved_oxygen: 6.2 });
      expect((await eventually(latest, ([row]) => row?.site === 'paddy-1')).length).toBe(1);

      // The mapping is refused: the password that was made before it is shown all the same, and it is the one that is right.
      await page.route('**/mapping', (route) => route.fulfill({ status: 503, json: { detail: 'away for a moment' } }));
      await page.locator('summary', { hasText: '更换硬件' }).click();
      await page.getByLabel('设备型号').selectOption('dtu-scaled-oxygen');
      await page.getByRole('button', { name: '更换硬件' }).click();
      await page.getByText('新型号的设置没有保存，请重新更换： away for a moment').waitFor();
      const third = await shown(second);
      await pictures(page, 'manage-replace-failed');
      await publish(third, { dissolved_oxygen: 6.1 });
      await page.unroute('**/mapping');
      await page.getByRole('button', { name: '更换硬件' }).click();
      const fourth = await shown(third);
      await page.locator('button:disabled').first().waitFor({ state: 'detached' });
      await expect(publish(third, { dissolved_oxygen: 6 })).rejects.toThrow(/Not authorized|Bad user/);
      const [example] = deviceModels.get('dtu-scaled-oxygen')?.examples ?? [];
      await publish(fourth, example?.payload as object);
      await eventually(latest, ([row]) => row?.values !== undefined && 'oxygen_saturation' in row.values);
      expect((await latest())[0]?.values).toMatchObject(example?.stored[0]?.values ?? {});

      await page.getByRole('button', { name: '停用 溶氧仪' }).click();
      await page.getByRole('button', { name: '启用 溶氧仪' }).waitFor();
      await expect(publish(fourth, { reg0: 241 })).rejects.toThrow(/Not authorized|Bad user/);
      await page.getByRole('button', { name: '启用 溶氧仪' }).click();
      await page.getByRole('button', { name: '停用 溶氧仪' }).waitFor();
      await page.locator('summary', { hasText: '变更记录' }).click();
      await page.locator('.audit li').nth(7).waitFor();
      const told = await page
        .locator('.audit li')
        .evaluateAll((all) => all.map((each) => each.getAttribute('data-what')));
      expect(told).toEqual([
        ...['device.change', 'device.change', 'device.mapping', 'device.password', 'device.password'],
        ...['device.password', 'device.change', 'device.add'],
      ]);
      await pictures(page, 'manage-device');
      expect(await barriers(page)).toEqual([]);

      await page.setViewportSize({ width: 390, height: 844 });
      await page.goto(page.url().replaceAll('lang=zh', 'lang=en'));
      await page.getByRole('heading', { name: 'Credentials' }).waitFor();
      expect(await overflow(page)).toBe(0);
      // Four views and the sheet behind the fifth place.
      expect(await page.locator('nav .tab:visible').allInnerTexts()).toEqual([
        'Overview',
        expect.stringContaining('Alarms'),
        'Data quality',
        'Shift hand-over',
        'More',
      ]);
      await page.getByRole('button', { name: 'More', exact: true }).click();
      await picture(page, 'manage-more-390-en');
      expect(await barriers(page)).toEqual([]);
      await page.getByRole('link', { name: 'Parks & devices' }).click();
      await page.getByRole('link', { name: 'Open Kaijiang farm' }).click();

      // What there is to lose comes first, then the id as a seal.
      await page.getByRole('link', { name: 'Oxygen probe' }).click();
      await page.getByRole('button', { name: 'Delete the device' }).click();
      await page.getByText('Readings stored 4').waitFor();
      await page.getByLabel('Remove the readings too').check();
      await page.getByLabel('Type the id to confirm').fill(DEVICE.device);
      await pictures(page, 'manage-delete');
      expect(await barriers(page)).toEqual([]);
      await page.getByRole('button', { name: 'Delete device and readings' }).click();
      await page.locator('[data-site=paddy-1]', { hasText: 'no devices yet' }).waitFor();
      const query = 'kind=aquaculture_pond&fields=dissolved_oxygen&park=farm&from=-1h';
      expect((await get<{ series: object[] }>(`/api/v1/series?${query}`)).series).toEqual([]);
      expect(problems).toEqual([expect.stringContaining('503')]);
    });
  },
);
