import { describe, expect, it } from 'vitest';
import { bearer, NOW, runApi } from './running-api.ts';

const SERIES = '/api/v1/series?kind=aquaculture_pond';
const MAPPING = '/api/v1/devices/tianyu/probe/mapping';

describe('the document at /docs', () => {
  it('lists every route of the API', async () => {
    const { app, get } = await runApi();
    const { openapi, paths } = (await get('/docs/json')).json<{ openapi: string; paths: Record<string, object> }>();
    expect(openapi).toMatch(/^3\.1/);
    const wanted = [
      'kinds',
      'parks',
      'devices',
      'latest',
      'series',
      'quarantine',
      'ledger',
      'live',
      'quarantine/{id}/replay',
      'devices/{park}/{device}/mapping',
      'devices/{park}/{device}/commands/{name}',
      'devices/{park}/{device}/commands/{id}',
      'devices/{park}/{device}/commands',
    ];
    for (const path of wanted) expect(Object.keys(paths)).toContain(`/api/v1/${path}`);
    for (const path of ['/healthz', '/readyz', '/metrics']) expect(Object.keys(paths)).toContain(path);
    expect(app.hasRoute({ method: 'GET', url: '/docs' })).toBe(true);
  });
});

describe('a raw command', () => {
  it('is handed over for a device that is known, with a name that fits a topic, by who holds the token', async () => {
    const told: unknown[] = [];
    const { send } = await runApi({ tell: async (...word) => void told.push(word) });
    const post = (path: string, payload?: object) =>
      send({ method: 'POST', url: `/api/v1/devices/${path}`, headers: bearer, ...(payload && { payload }) });
    const sent = await post('tianyu/probe/commands/aerator?raw=true', { on: true });
    expect([sent.statusCode, sent.json()]).toEqual([
      202,
      { topic: 'daoyu/tianyu/probe/commands/aerator', isConnected: true },
    ]);
    expect(told).toEqual([[{ park: 'tianyu', device: 'probe' }, 'commands/aerator', '{"on":true}']]);
    expect((await post('tianyu/nobody/commands/aerator', {})).json()).toMatchObject({ code: 'DEVICE_UNKNOWN' });
    expect((await post('tianyu/probe/commands/a%2Fb', {})).json()).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(
      (await send({ method: 'POST', url: '/api/v1/devices/tianyu/probe/commands/x', payload: {} })).statusCode,
    ).toBe(401);
    expect((await post('tianyu/probe/commands/x', { text: 'x'.repeat(17_000) })).statusCode).toBe(413);
    expect(told).toHaveLength(1);
  });
});

describe('a device', () => {
  const body = { park: 'tianyu', site: 'pond-1', device: 'new-one', kind: 'aquaculture_pond' };

  it('is made with a password shown once, and no answer holds a hash', async () => {
    const { send, get } = await runApi();
    const made = await send({ method: 'POST', url: '/api/v1/devices', headers: bearer, payload: body });
    expect(made.statusCode).toBe(201);
    expect(made.json()).toMatchObject({
      username: 'tianyu.new-one',
      clientId: 'tianyu.new-one',
      password: 'shown-once',
      topics: { telemetry: 'daoyu/tianyu/new-one/telemetry' },
      urls: ['mqtt://127.0.0.1:1883'],
    });
    const list = await get('/api/v1/devices');
    expect(list.body).toContain('new-one');
    expect(list.body + made.body).not.toMatch(/scrypt|passwordHash/);
    expect(list.body).not.toContain('shown-once');
  });

  it.each([
    [{ ...body, device: 'Ünknown' }, /body\.device must be 1 to 64 of a-z/],
    [{ ...body, colour: 'red' }, /has "colour", which is unknown here/],
    [{ park: 'tianyu' }, /lacks site.*lacks device/],
    [{ ...body, device: 5 }, /body\.device must be string/],
    [{ ...body, siteType: 'lake' }, /must be one of pond, paddy/],
  ])('%j is refused in plain words', async (payload, words) => {
    const { send } = await runApi();
    const answer = await send({ method: 'POST', url: '/api/v1/devices', headers: bearer, payload });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID', detail: expect.stringMatching(words) });
    expect(answer.json<{ errors: object[] }>().errors.length).toBeGreaterThan(0);
  });

  it('without a kind and without a model that names one is refused in plain words', async () => {
    const { send } = await runApi();
    const { kind: _, ...payload } = body;
    const answer = await send({ method: 'POST', url: '/api/v1/devices', headers: bearer, payload });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'REQUEST_INVALID', detail: expect.stringMatching(/kind.*model/) });
  });

  it('keeps a mapping exactly as given: null stays null', async () => {
    const { send } = await runApi();
    const payload = { keys: { DO: 'dissolved_oxygen', rssi: null, T: { field: 'water_temperature', scale: 0.1 } } };
    const answer = await send({ method: 'PUT', url: MAPPING, headers: bearer, payload });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ mapping: payload });
    const second = {
      version: 2,
      envelope: 'modbus',
      keys: { 'history[].t': { field: 'water_temperature', unit: '[degF]', ignore: [0, 'n/a'] }, x: null },
      time: { key: 'at', format: 'epoch_s', epoch: 'local', utcOffsetMinutes: 480 },
      lists: ['history'],
      polls: [{ slave: 1, function: 3, start: 0, registers: [{ at: 0, as: 'f32', order: 'CDAB', field: 'ph' }] }],
      sentinels: Array.from({ length: 100 }, (_, index) => -1000 - index),
    };
    const kept = await send({ method: 'PUT', url: MAPPING, headers: bearer, payload: second });
    expect(kept.json().mapping).toEqual(second);
  });

  it('cannot be made with a poisoned prototype, broken JSON, another media type or a body too large', async () => {
    const { send } = await runApi();
    const post = (payload: string, type = 'application/json') =>
      send({ method: 'POST', url: '/api/v1/devices', headers: { ...bearer, 'content-type': type }, payload });
    expect((await post('{"__proto__": {"park": "tianyu"}}')).statusCode).toBe(400);
    expect((await post('{"park":')).statusCode).toBe(400);
    expect((await post('park=x', 'text/csv')).statusCode).toBe(415);
    expect((await post(JSON.stringify({ park: 'x'.repeat(300_000) }))).statusCode).toBe(413);
  });
});

describe('latest', () => {
  it('tells age and state, and shows a device that never sent as unknown', async () => {
    const { get, write } = await runApi();
    await write([{}]);
    const { latest } = (await get('/api/v1/latest')).json<{ latest: Record<string, unknown>[] }>();
    expect(latest.find((row) => row.device === 'probe')).toMatchObject({
      time: NOW - 60_000,
      receivedAt: NOW,
      ageMs: 60_000,
      values: { dissolved_oxygen: 6.42 },
      flags: {},
    });
    expect(latest.find((row) => row.device === 'silent')).toMatchObject({ time: null, state: 'unknown', values: {} });
  });
});

describe('series', () => {
  const time = NOW - 3_600_000;

  it('come with unit, raw or in windows, flags beside the value', async () => {
    const { get, write } = await runApi();
    await write([
      { time, values: { dissolved_oxygen: 4 } },
      { time: time + 60_000, values: { dissolved_oxygen: 6 }, flags: { dissolved_oxygen: ['spike'] } },
    ]);
    const of = { park: 'tianyu', site: 'pond-1', device: 'probe', field: 'dissolved_oxygen', unit: 'mg/L' };
    const raw = (await get(`${SERIES}&fields=dissolved_oxygen`)).json();
    expect(raw).toMatchObject({ kind: 'aquaculture_pond', every: null, timezone: 'Asia/Shanghai' });
    expect(raw.series).toEqual([
      {
        ...of,
        aggregate: 'raw',
        points: [
          [time, 4],
          [time + 60_000, 6, ['spike']],
        ],
      },
    ]);
    const hourly = (await get(`${SERIES}&fields=dissolved_oxygen&every=1h&agg=mean,max`)).json();
    expect(hourly.every).toBe('1h');
    expect(hourly.series).toMatchObject([
      { ...of, aggregate: 'mean', points: [[NOW - 40 * 60_000 - 3_600_000, 4, ['spike']]] },
      { ...of, aggregate: 'max', points: [[NOW - 40 * 60_000 - 3_600_000, 4, ['spike']]] },
    ]);
    const all = (await get(`${SERIES}&fields=dissolved_oxygen&every=1h&agg=mean&quality=all`)).json();
    expect(all).toMatchObject({ quality: 'all', series: [{ points: [[expect.any(Number), 5, ['spike']]] }] });
    const good = (await get(`${SERIES}&fields=dissolved_oxygen&quality=good`)).json();
    expect(good).toMatchObject({ quality: 'good', series: [{ points: [[time, 4]] }] });
  });

  it('of windows say how much of each was measured and what was left out', async () => {
    const { get, write } = await runApi();
    // 05:40 now; the device reports every five minutes. From 03:00 on complete, from 04:00 on a third, from 05:00 on doubted.
    const at = (minutes: number) => ({ time: NOW - 160 * 60_000 + minutes * 60_000, values: { dissolved_oxygen: 4 } });
    const stuck = { flags: { dissolved_oxygen: ['stuck' as const] } };
    await write([
      ...Array.from({ length: 12 }, (_, index) => at(index * 5)),
      ...[60, 65, 70, 75].map(at),
      { ...at(80), ...stuck },
      { ...at(125), ...stuck },
    ]);
    const three = NOW - 160 * 60_000;
    const query = `${SERIES}&fields=dissolved_oxygen&every=1h&from=-6h`;
    const { quality, series } = (await get(query)).json();
    expect(quality).toBe('good');
    expect(series).toMatchObject([
      {
        points: [
          [three, 4],
          [three + 3_600_000, 4, ['stuck']],
        ],
        intervalMs: 300_000,
        used: [12, 4],
        excluded: [0, 1],
        coverage: [1, 0.333],
        incomplete: [three + 3_600_000, three + 7_200_000],
        doubted: [[three + 7_200_000, 1, ['stuck']]],
      },
    ]);
    expect((await get(`${query}&format=csv`)).body.split('\r\n')).toEqual([
      'time,park,site,device,dissolved_oxygen [mg/L],dissolved_oxygen_coverage,dissolved_oxygen_excluded,flags',
      '2026-07-20T03:00:00.000+08:00,tianyu,pond-1,probe,4,1,0,',
      '2026-07-20T04:00:00.000+08:00,tianyu,pond-1,probe,4,0.333,1,dissolved_oxygen:stuck',
      '2026-07-20T05:00:00.000+08:00,tianyu,pond-1,probe,,0,1,dissolved_oxygen:stuck',
      '',
    ]);
  });

  it.each([
    ['/api/v1/series', 'REQUEST_INVALID', /lacks kind/],
    ['/api/v1/series?kind=fish', 'KIND_UNKNOWN', /aquaculture_pond.*paddy_water/],
    [`${SERIES}&fields=oxygen`, 'FIELD_UNKNOWN', /dissolved_oxygen/],
    [`${SERIES}&every=7m`, 'EVERY_INVALID', /5m/],
    [`${SERIES}&every=1h&agg=median`, 'AGGREGATE_UNKNOWN', /mean, min, max/],
    [`${SERIES}&from=yesterday`, 'TIME_INVALID', /RFC 3339/],
    [`${SERIES}&from=2026-02-30T00:00:00Z`, 'TIME_INVALID', /RFC 3339/],
    [`${SERIES}&from=2026-07-20T05:40:00`, 'TIME_INVALID', /offset/],
    [`${SERIES}&from=now&to=-1h`, 'TIME_INVALID', /before/],
    [`${SERIES}&device=prob`, 'DEVICE_UNKNOWN', /prob/],
    [`${SERIES}&site=pond-9`, 'SITE_UNKNOWN', /pond-9/],
    [`${SERIES}&park=moon`, 'PARK_UNKNOWN', /tianyu/],
    [`${SERIES}&format=xml`, 'REQUEST_INVALID', /json, csv/],
    [`${SERIES}&device=a&device=b`, 'REQUEST_INVALID', /string/],
    [`${SERIES}&colour=red`, 'REQUEST_INVALID', /colour/],
    ['/api/v1/quarantine?limit=0', 'REQUEST_INVALID', /1 to 1000/],
    ['/api/v1/quarantine/unknown', 'QUARANTINE_UNKNOWN', /unknown/],
    ['/api/v1/nothing', 'ROUTE_UNKNOWN', /docs/],
    ['/api/v1/live?after=x', 'REQUEST_INVALID', /after/],
  ])('%s is answered %s, naming what would be right', async (url, code, words) => {
    const { get } = await runApi();
    const answer = await get(url);
    expect(answer.json()).toMatchObject({
      code,
      detail: expect.stringMatching(words),
      status: answer.statusCode,
      type: expect.stringContaining(code),
    });
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
    expect(answer.headers['content-type']).toMatch(/problem\+json/);
  });

  it('that would be too large are refused with a window that would do', async () => {
    const { get, write } = await runApi();
    await write(Array.from({ length: 1001 }, (_, index) => ({ time: time + index })));
    const answer = await get(`${SERIES}&fields=dissolved_oxygen`);
    expect(answer.json()).toMatchObject({
      status: 400,
      code: 'QUERY_TOO_LARGE',
      detail: expect.stringMatching(/every=/),
    });
  });

  it('as CSV hold Beijing times, units in the header, one line a time in order', async () => {
    const { get, write } = await runApi();
    await write([
      { time: time + 7_200_000 - 7_200_001, values: { dissolved_oxygen: 4 } },
      { time: time + 1_800_000, values: { water_temperature: 21 } },
      {
        time: time + 3_000_000,
        values: { dissolved_oxygen: 5, water_temperature: 22 },
        flags: { dissolved_oxygen: ['late'] },
      },
    ]);
    const query = `${SERIES}&fields=dissolved_oxygen,water_temperature&format=csv`;
    const raw = await get(query);
    expect(raw.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(raw.headers['content-disposition']).toMatch(/^attachment; filename="aquaculture_pond\.csv"/);
    expect(raw.body.split('\r\n')).toEqual([
      'time,received,park,site,device,dissolved_oxygen [mg/L],water_temperature [Cel],flags',
      '2026-07-20T04:39:59.999+08:00,2026-07-20T05:40:00.000+08:00,tianyu,pond-1,probe,4,,',
      '2026-07-20T05:10:00.000+08:00,2026-07-20T05:40:00.000+08:00,tianyu,pond-1,probe,,21,',
      '2026-07-20T05:30:00.000+08:00,2026-07-20T05:40:00.000+08:00,tianyu,pond-1,probe,5,22,dissolved_oxygen:late',
      '',
    ]);
    const windows = await get(`${query}&every=10m&agg=mean,count`);
    const [header, ...lines] = windows.body.trim().split('\r\n');
    expect(header).toBe(
      'time,park,site,device,dissolved_oxygen [mg/L],dissolved_oxygen_count,water_temperature [Cel],water_temperature_count,' +
        'dissolved_oxygen_coverage,dissolved_oxygen_excluded,water_temperature_coverage,water_temperature_excluded,flags',
    );
    expect(lines.map((line) => line.split(',')[0])).toEqual([
      '2026-07-20T04:30:00.000+08:00',
      '2026-07-20T05:10:00.000+08:00',
      '2026-07-20T05:30:00.000+08:00',
    ]);
  });

  it('that the store cannot give are a problem, as CSV too, without its words about files', async () => {
    const { get, logged } = await runApi({
      store: {
        series: () => Promise.reject(new TypeError('cannot read /secret/path')),
        latest: async () => [],
        holding: async () => ({ readings: 0 }),
        // biome-ignore lint/correctness/useYield: fails before the first reading
        async *export() {
          throw new TypeError('cannot read /secret/path');
        },
      },
    });
    for (const url of [SERIES, `${SERIES}&format=csv`]) {
      const answer = await get(url);
      expect(answer.statusCode).toBe(500);
      expect(answer.headers['content-type']).toMatch(/problem\+json/);
      expect(answer.body).not.toContain('secret');
    }
    expect(JSON.stringify(logged)).toContain('/secret/path');
  });
});

it('metrics carry the counts of the broker in the format of Prometheus, the same under concurrent scrapes', async () => {
  const { get } = await runApi();
  const [first, second] = await Promise.all([get('/metrics'), get('/metrics')]);
  for (const { body } of [first, second]) {
    expect(body).toMatch(/^daoyu_mqtt_received_total 7$/m);
    expect(body).toMatch(/^daoyu_mqtt_refused_total\{reason="password"\} 2$/m);
    expect(body).toMatch(/^daoyu_intake_values_total\{outcome="unknown"\} 2$/m);
    expect(body).toMatch(/^daoyu_ledger_readings\{park="tianyu",outcome="received"\} 3$/m);
  }
});
