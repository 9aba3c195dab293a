/** Every format holds the same table: read back with what readers use. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it, onTestFinished } from 'vitest';
import yauzl from 'yauzl';
import { openWorkbook } from '../../tables/xlsx.ts';
import { bearer, NOW, runApi } from '../api/running-api.ts';

const MINUTE = 60_000;
const EXACT = 24.12345678901;
const QUERY = 'kind=aquaculture_pond&fields=dissolved_oxygen,water_temperature&from=-1h&park=tianyu';

interface Package {
  readonly resources: readonly {
    readonly path: string;
    readonly schema: { readonly fields: readonly { name: string; unit?: string }[] };
  }[];
  readonly daoyu: {
    readonly timezone: string;
    readonly corrections: readonly { readonly reason: string }[];
    readonly completeness: { readonly isComplete: boolean; readonly ledger: readonly object[] };
  };
}

async function exported() {
  const api = await runApi();
  await api.write([
    { time: NOW - 30 * MINUTE, values: { dissolved_oxygen: 6.1, water_temperature: 24 } },
    { time: NOW - 20 * MINUTE, values: { dissolved_oxygen: 19 }, flags: { dissolved_oxygen: ['spike', 'late'] } },
    { time: NOW - 10 * MINUTE, values: { dissolved_oxygen: 6.3, water_temperature: EXACT } },
  ]);
  const post = (url: string, payload: object) => api.send({ method: 'POST', url, payload, headers: bearer });
  await post('/api/v1/corrections', {
    ...{ park: 'tianyu', device: 'probe', field: 'water_temperature', from: '-15m', to: '-5m', by: 'li' },
    ...{ method: { is: 'offset', add: 1 }, reason: 'checked by hand' },
  });
  for (const [kind, at, values] of [
    ['stocking', '-3d', { species: 'crab', count: 900 }],
    ['feeding', '-25m', { kg: 12 }],
  ] as const) {
    const answer = await post('/api/v1/events', { park: 'tianyu', site: 'pond-1', kind, at, values, by: 'li' });
    expect(answer.statusCode, answer.body).toBe(201);
  }
  const get = async (more: string) => {
    const answer = await api.get(`/api/v1/export?${QUERY}&${more}`);
    expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200);
    return answer;
  };
  return { api, get };
}

const time = (minutes: number) => NOW - minutes * MINUTE;

describe('GET /api/v1/export', () => {
  it('as CSV is wide or long, with times as the reader wants them', async () => {
    const { api, get } = await exported();
    const lines = (await get('format=csv&device=probe&with=season,events')).body.trim().split('\r\n');
    expect(lines).toEqual([
      'time,received,park,site,device,water_temperature,dissolved_oxygen,flags,corrected,season_day,events',
      '2026-07-20T05:10:00.000+08:00,2026-07-20T05:40:00.000+08:00,tianyu,pond-1,probe,24,6.1,,,4,',
      '2026-07-20T05:20:00.000+08:00,2026-07-20T05:40:00.000+08:00,tianyu,pond-1,probe,,19,dissolved_oxygen:spike dissolved_oxygen:late,,4,feeding',
      `2026-07-20T05:30:00.000+08:00,2026-07-20T05:40:00.000+08:00,tianyu,pond-1,probe,${EXACT + 1},6.3,,water_temperature,4,`,
    ]);
    const long = (await get('format=csv&shape=long&time=epoch&values=raw&quality=good')).body.trim().split('\r\n');
    expect(long).toHaveLength(5);
    expect(long[4]).toBe(`${time(10)},${NOW},tianyu,pond-1,probe,dissolved_oxygen,6.3,mg/L,,`);
    expect((await get('format=csv&time=utc&bom=true')).body.startsWith('\ufefftime,')).toBe(true);
    const series = '/api/v1/series?kind=aquaculture_pond&device=probe&fields=dissolved_oxygen&from=-1h&format=csv';
    for (const [more, first] of [
      ['&time=epoch', String(time(30))],
      ['&time=utc', '2026-07-19T21:10:00.000Z'],
      ['', '2026-07-20T05:10:00.000+08:00'],
    ])
      expect((await api.get(`${series}${more}`)).body.split('\r\n')[1]?.split(',')[0]).toBe(first);
  });

  it('as Parquet and Arrow keeps instants, numbers to the last digit, units and the description', async () => {
    const { get } = await exported();
    const wanted = [
      { time: time(30), dissolved_oxygen: 6.1, water_temperature: 24, corrected: '' },
      { time: time(20), dissolved_oxygen: 19, water_temperature: null, corrected: '' },
      { time: time(10), dissolved_oxygen: 6.3, water_temperature: EXACT + 1, corrected: 'water_temperature' },
    ];
    const { rawPayload } = await get('format=parquet');
    const file = Uint8Array.from(rawPayload).buffer;
    const rows = (await parquetReadObjects({ file })) as { time: Date }[];
    expect(rows.map((row) => ({ ...row, time: row.time.getTime() }))).toMatchObject(wanted);
    const { key_value_metadata: [meta] = [], schema } = parquetMetadata(file);
    expect(schema[1]?.logical_type).toMatchObject({ type: 'TIMESTAMP', isAdjustedToUTC: true });
    const described = JSON.parse(meta?.value ?? '') as Package;
    expect(described.resources[0]?.schema.fields.find(({ name }) => name === 'dissolved_oxygen')?.unit).toBe('mg/L');
    const table = tableFromIPC((await get('format=arrow')).rawPayload);
    expect(table.toArray().map((row) => ({ ...row.toJSON() }))).toMatchObject(wanted);
    expect(table.schema.metadata.has('datapackage')).toBe(true);
    expect(table.schema.fields.find(({ name }) => name === 'dissolved_oxygen')?.metadata.get('unit')).toBe('mg/L');
  });

  it('as XLSX has a sheet a device, dates in Beijing time, and a sheet that says what it is', async () => {
    const { get } = await exported();
    const folder = mkdtempSync(join(tmpdir(), 'daoyu-xlsx-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'x.xlsx'), (await get('format=xlsx')).rawPayload);
    const book = await openWorkbook(join(folder, 'x.xlsx'));
    onTestFinished(() => book.close());
    expect(book.sheets).toEqual(['tianyu.probe', 'tianyu.silent', '说明']);
    const rows = [];
    for await (const row of book.rows('tianyu.probe')) rows.push(row);
    expect(rows[0]?.slice(0, 7)).toEqual([
      ...['time', 'received', 'park', 'site', 'device', 'water_temperature [°C]', 'dissolved_oxygen [mg/L]'],
    ]);
    expect(rows[1]?.slice(0, 7)).toEqual([
      ...['2026-07-20 05:10:00', '2026-07-20 05:40:00', 'tianyu', 'pond-1', 'probe', '24', '6.1'],
    ]);
    const about = [];
    for await (const row of book.rows('说明')) about.push(row.join(' '));
    expect(about.join('\n')).toContain('账目 ledger tianyu.probe received 3 = stored 1 + duplicate 1 + quarantined 1');
  });

  it('as a data package brings what people did and the proof that it is complete', async () => {
    const { get } = await exported();
    const parts = await unzipped((await get('format=datapackage')).rawPayload);
    expect(Object.keys(parts).sort()).toEqual(['datapackage.json', 'events.csv', 'readings.csv']);
    expect(parts['readings.csv']).toBe((await get('format=csv')).body);
    expect(parts['events.csv']).toContain('feeding,"{""kg"":12}"');
    const described = JSON.parse(parts['datapackage.json'] ?? '') as Package;
    expect(described.daoyu).toMatchObject({ timezone: 'Asia/Shanghai', corrections: [{ reason: 'checked by hand' }] });
    expect(described.daoyu.completeness).toMatchObject({ isComplete: true, ledger: [{ received: 3, stored: 1 }] });
    expect(described.resources.map(({ path }) => path)).toEqual(['readings.csv', 'events.csv']);
    for (const { path, schema } of described.resources)
      expect(schema.fields.map(({ name }) => name)).toEqual(parts[path]?.split('\r\n')[0]?.split(','));
    const alone = (await get('format=datapackage&describe=true')).json<Package>();
    expect(alone).toEqual(described);
    const ofCsv = (await get('format=csv&describe=true')).json<Package>();
    expect(ofCsv).toEqual({ ...described, resources: described.resources.slice(0, 1) });
  });

  it('names what it does not know, and what a sheet does not hold', async () => {
    const { api } = await exported();
    const codeOf = async (query: string) => (await api.get(`/api/v1/export?${query}`)).json<{ code: string }>().code;
    expect(await codeOf(`${QUERY}&format=csv&device=nobody`)).toBe('DEVICE_UNKNOWN');
    expect(await codeOf(`${QUERY}&format=csv&site=nowhere`)).toBe('SITE_UNKNOWN');
    expect(await codeOf(`${QUERY}&format=csv&with=weather`)).toBe('REQUEST_INVALID');
    expect(await codeOf('kind=aquaculture_pond&format=csv&from=-1h&fields=x')).toBe('FIELD_UNKNOWN');
    const many = { points: Array.from({ length: 2 }, (_, index) => [index, 600_000] as const) };
    const store = {
      ...api.options.store,
      series: async () => [
        { park: 'tianyu', site: 'pond-1', device: 'probe', field: 'ph', aggregate: 'count' as const, ...many },
      ],
    };
    const { get } = await runApi({ store });
    const refused = (await get(`/api/v1/export?${QUERY}&format=xlsx`)).json<{ code: string; detail: string }>();
    expect(refused.code).toBe('EXPORT_TOO_LARGE');
    expect(refused.detail).toMatch(/tianyu\.probe has 1200000 rows and a sheet of Excel takes 1048575/);
  });
});

function unzipped(bytes: Buffer): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    const parts: Record<string, string> = {};
    yauzl.fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error);
      zip.on('entry', (entry) =>
        zip.openReadStream(entry, async (failure, stream) => {
          if (failure) return reject(failure);
          const chunks = [];
          for await (const chunk of stream) chunks.push(chunk as Uint8Array);
          parts[entry.fileName] = Buffer.concat(chunks).toString();
          zip.readEntry();
        }),
      );
      zip.once('end', () => resolve(parts));
      zip.readEntry();
    });
  });
}
