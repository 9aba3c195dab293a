/** Tables of devices: looked over line by line, made all or none, credentials handed out once. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { csvOfCredentials } from '../../api/credentials-csv.ts';
import { labelSheet } from '../../api/device-labels.ts';
import { readDeviceRows } from '../../api/device-rows.ts';
import type { BatchAnswer } from '../../api/routes/device-batch.ts';
import { DaoyuError } from '../../base/errors.ts';
import { runPlatform } from '../running-platform.ts';
import { apiOptions, bearer, runApi } from './running-api.ts';

const HEADER = 'site,device,model,kind,name,name_en,interval_s,site_name,site_type,profile';

async function openPark() {
  const running = await runPlatform({ DAOYU_DEMO: 'no' });
  await running.post('/api/v1/parks', { park: 'tianyu', label: { zh: '天渔园区', en: 'Tianyu park' } });
  const send = async (body: string | Uint8Array<ArrayBuffer>, query = '') => {
    const response = await fetch(`${running.platform.urls.http}/api/v1/parks/tianyu/devices${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${running.platform.token}`, 'content-type': 'text/csv' },
      body,
    });
    return {
      status: response.status,
      body: (await response.json()) as BatchAnswer & { code?: string; detail?: string },
    };
  };
  return { ...running, send };
}

describe('a table of devices', () => {
  it('says of each wrong line what is wrong, and makes nothing', async () => {
    const { send, get } = await openPark();
    const table = [
      HEADER,
      'pond-1,good,,aquaculture_pond,,,,,,',
      'pond-1,Bad Id,,aquaculture_pond,,,,,,',
      '',
      'pond-1,no-kind,,,,,,,,',
      'pond-1,unheard,lunar-probe,,,,,,,',
      'pond-1,good,,aquaculture_pond,,,,,,',
      'pond-2,slow,,aquaculture_pond,,,a minute,,lake,',
      'pond-2,judged,,aquaculture_pond,,,,,,no_profile',
    ].join('\n');
    for (const query of ['?dryRun=true', '']) {
      const { status, body } = await send(table, query);
      expect(status).toBe(200);
      expect(body.credentials).toEqual([]);
      expect(body.problems.map(({ line, column }) => `${line} ${column}`)).toEqual([
        '3 device',
        '5 model',
        '6 model',
        '7 device',
        '8 interval_s',
        '8 site_type',
        '9 profile',
      ]);
      expect(body.problems[3]?.message).toContain('line 2');
    }
    expect((await get<{ devices: object[] }>('/api/v1/devices')).devices).toEqual([]);
  });

  it('is made whole: devices that connect, sites that are new, one entry each in the trail; once more they exist', async () => {
    const { send, connect, get } = await openPark();
    const rows = Array.from(
      { length: 20 },
      (_, at) => `pond-${at % 4},probe-${at},,aquaculture_pond,溶氧仪 ${at},,30,塘 ${at % 4},塘口,`,
    );
    const table = [HEADER, ...rows].join('\r\n');
    expect((await send(table, '?dryRun=true')).body).toEqual({
      ...{ devices: 20, newSites: ['pond-0', 'pond-1', 'pond-2', 'pond-3'], problems: [], credentials: [] },
    });
    const { status, body } = await send(table);
    expect(status).toBe(201);
    expect(new Set(body.credentials.map(({ password }) => password)).size).toBe(20);
    const last = body.credentials.at(-1);
    expect(last).toMatchObject({ device: 'probe-19', site: 'pond-3', label: { zh: '溶氧仪 19', en: '溶氧仪 19' } });
    if (last === undefined) return;
    await connect(last);
    const { sites } = await get<{ sites: object[] }>('/api/v1/parks');
    expect(sites).toContainEqual(
      expect.objectContaining({ id: 'pond-1', label: { zh: '塘 1', en: '塘 1' }, type: 'pond' }),
    );
    const { audit } = await get<{ audit: { where: string }[] }>('/api/v1/audit?what=device.add&limit=100');
    expect(new Set(audit.map(({ where }) => where)).size).toBe(20);
    const again = await send(table);
    expect([again.status, again.body.problems.length, again.body.credentials]).toEqual([200, 20, []]);
  });

  it('may be of a Chinese spreadsheet: GB 18030, semicolons, a header in Chinese', async () => {
    const { send } = await openPark();
    // "点位;设备;类型;名称" and a line, as such a spreadsheet writes them.
    const gb = new Uint8Array(readFileSync(new URL('./devices-gb18030.csv', import.meta.url)));
    const { status, body } = await send(gb);
    expect([status, body.problems]).toEqual([201, []]);
    expect(body.credentials[0]).toMatchObject({ device: 'probe-1', label: { zh: '溶氧仪', en: '溶氧仪' } });
  });

  it('that is none is refused as a whole, in words', async () => {
    const { send } = await openPark();
    for (const [table, word] of [
      ['', 'no column'],
      [HEADER, 'no device'],
      ['site,device,colour\npond-1,a,red', 'colour'],
      [`site,device\n${'pond-1,a\n'.repeat(1001)}`, 'at most 1000'],
      ['site,device\n"pond-1,a', 'CSV'],
    ] as const) {
      const { status, body } = await send(table);
      expect([status, body.code]).toEqual([400, 'BATCH_INVALID']);
      expect(body.detail).toContain(word);
    }
  });
});

describe('a table that fails halfway', () => {
  it('leaves no device behind whose password nobody has, and no site that was new', async () => {
    let made = 0;
    const { registry } = await apiOptions();
    const { send } = await runApi({
      registry,
      addDevice: async (given) => {
        made += 1;
        if (made === 3) throw new DaoyuError('STATE_CONFLICT', 'somebody else was first');
        return { device: await registry.addDevice(given, 'scrypt'), password: 'p' };
      },
    });
    const rows = ['pond-1,a', 'pond-8,b', 'pond-1,c', 'pond-9,d'].map((row) => `${row},aquaculture_pond`);
    const { statusCode } = await send({
      ...{ method: 'POST', url: '/api/v1/parks/tianyu/devices', payload: `site,device,kind\n${rows.join('\n')}` },
      headers: { 'content-type': 'text/csv', ...bearer },
    });
    expect([statusCode, made]).toEqual([409, 3]);
    expect(registry.devices({}).map(({ id }) => id)).toEqual(['probe', 'silent']);
    expect(registry.sites().map(({ id }) => id)).toEqual(['pond-1']);
  });
});

describe('credentials of many devices', () => {
  const { rows } = readDeviceRows('site,device,name\npond-1,probe-1,"<b>=1+1"');
  const [row] = rows;
  const all = [
    {
      ...{ device: row?.device ?? '', site: 'pond-1', label: row?.label ?? { zh: '', en: '' }, password: 'p,"w' },
      ...{ username: 'tianyu.probe-1', clientId: 'tianyu.probe-1', urls: ['mqtt://0.0.0.0:1883'] },
      topics: { telemetry: 't', status: '', errors: '', commands: '', replies: '' },
    },
  ];

  it('are a table that a spreadsheet opens and does not run', () => {
    const text = csvOfCredentials([{ ...all[0], label: { zh: '=1+1', en: '' } } as never], 'farm.example');
    expect(text).toBe(
      '\uFEFFdevice,name,site,server,client_id,username,password,telemetry_topic\r\n' +
        `probe-1,'=1+1,pond-1,farm.example:1883,tianyu.probe-1,tianyu.probe-1,"p,""w",t\r\n`,
    );
  });

  it('are labels with a code each, and names that stay text', () => {
    const html = labelSheet(all, 'tianyu', 'farm.example');
    expect(html.match(/<svg/g)).toHaveLength(1);
    expect(html).toContain('&#60;b&#62;=1+1');
    expect(html).not.toContain('<b>');
  });
});
