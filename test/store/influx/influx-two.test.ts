/**
 * The paths, headers and answers of InfluxDB 2.x as its documentation gives them, played by a small HTTP server: no 2.x server is at hand here.
 * Lines and queries themselves are the same as for 1.x, where a real server is asked.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { openMemoryKv } from '../../../kv/memory.ts';
import { FLAGS } from '../../../sensors/flag.ts';
import { openInfluxStore } from '../../../store/influx/influx.ts';
import { DEFAULT_WRITER, type RejectedReading } from '../../../store/store.ts';
import { query, reading, T0, tally, testKind } from '../../contract/store/fixtures.ts';

const kinds = new Map([[testKind.name, testKind]]);
const TOKEN = 'a+token==';

interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
  readonly body: string;
}

async function startScripted(answer: (seen: Seen) => Reply) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const url = new URL(request.url ?? '', 'http://x');
      const { method = '' } = request;
      const { authorization } = request.headers;
      const parameters = Object.fromEntries(url.searchParams);
      const one = { method, path: url.pathname, parameters, authorization, body };
      seen.push(one);
      const reply =
        authorization === `Token ${TOKEN}`
          ? answer(one)
          : { status: 401, body: { code: 'unauthorized', message: 'unauthorized access' } };
      response.writeHead(reply.status, { 'content-type': 'application/json' });
      response.end(typeof reply.body === 'object' ? JSON.stringify(reply.body) : String(reply.body ?? ''));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    seen,
    open: (token = TOKEN, clock = Date.now) =>
      openInfluxStore({
        url: `influxdb://${encodeURIComponent(token)}@127.0.0.1:${port}?org=county&bucket=farm`,
        kinds,
        kv: openMemoryKv(),
        clock,
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

/** A server of 2.x with or without the bucket, empty of readings. */
function plain({ path, method, body }: Seen, hasBucket: boolean): Reply {
  if (path === '/api/v2/buckets' && method === 'GET')
    return { status: 200, body: { buckets: hasBucket ? [{ id: '0b', name: 'farm' }] : [] } };
  if (path === '/api/v2/orgs') return { status: 200, body: { orgs: [{ id: '0a', name: 'county' }] } };
  if (path === '/api/v2/buckets') return { status: 201, body: { id: '0b', ...(JSON.parse(body) as object) } };
  if (path === '/api/v2/write') return { status: 204 };
  return { status: 200, body: { results: [{ statement_id: 0 }] } };
}

const batch = (count: number) => ({
  readings: Array.from({ length: count }, (_, index) => reading(T0 + index * 1000, { oxygen: index })),
  tallies: [tally(count)],
});

it('makes the bucket, writes below /api/v2 and asks InfluxQL of the bucket as a database', async () => {
  const { seen, open } = await startScripted((each) => plain(each, false));
  const store = await open();
  expect(await store.write(batch(2), 1)).toEqual({ stored: 2, duplicate: 0 });
  expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /api/v2/buckets',
    'GET /api/v2/orgs',
    'POST /api/v2/buckets',
    'POST /query',
    'POST /api/v2/write',
  ]);
  expect(seen[0]?.parameters).toEqual({ org: 'county', name: 'farm' });
  expect(JSON.parse(seen[2]?.body ?? '')).toEqual({ orgID: '0a', name: 'farm', retentionRules: [] });
  const asked = new URLSearchParams(seen[3]?.body);
  expect([asked.get('db'), asked.get('epoch')]).toEqual(['farm', 'ms']);
  expect(seen[4]?.parameters).toEqual({ org: 'county', bucket: 'farm', precision: 'ms' });
  expect(seen[4]?.body.split('\n')[0]).toBe(
    `test_pond,park=daoyu,site=pond-1,device=probe-1 oxygen=0,received_at=${T0 + 500} ${T0}`,
  );
  expect(new Set(seen.map(({ authorization }) => authorization))).toEqual(new Set([`Token ${TOKEN}`]));
});

it('reads an answer that comes unchunked', async () => {
  const { open } = await startScripted((each) => {
    if (each.path !== '/query') return plain(each, true);
    const tags = { park: 'daoyu', site: 'pond-1', device: 'probe-1' };
    const columns = ['time', 'oxygen', 'oxygen:doubted', ...Object.keys(FLAGS).map((flag) => `oxygen:${flag}`)];
    const values = [
      [T0, 5, null, null, null, null, null, 1],
      [T0 + 1000, 6, null, null, null, null, null, null],
    ];
    return {
      status: 200,
      body: { results: [{ statement_id: 0, series: [{ name: 'test_pond', tags, columns, values }] }] },
    };
  });
  expect((await (await open()).series(query()))[0]?.points).toEqual([
    [T0, 5, ['late']],
    [T0 + 1000, 6],
  ]);
});

it('finds the point that is refused with 422 or a partial write, and stores the others', async () => {
  const { open } = await startScripted((each) => {
    if (each.path !== '/api/v2/write') return plain(each, true);
    const isBad = each.body.includes('oxygen=7,') || each.body.includes('oxygen=12,');
    const message = 'failure writing points to database: partial write: points beyond retention policy dropped=1';
    return isBad ? { status: 422, body: { code: 'unprocessable entity', message } } : { status: 204 };
  });
  const refused: RejectedReading[] = [];
  const store = await open();
  store.rejectedPoints?.onRejected(DEFAULT_WRITER, async (readings) => void refused.push(...readings));
  const outcome = await store.write(batch(20), 1);
  expect(outcome).toEqual({ stored: 18, duplicate: 0, refused: 2 });
  expect(
    refused.map(({ reading: { values }, reason }) => [values.oxygen, reason.includes('beyond retention')]),
  ).toEqual([
    [7, true],
    [12, true],
  ]);
});

it.each([
  ['400 of a cause that no reading is to blame for', 400, 'invalid precision', 'see the log'],
  ['403', 403, 'insufficient permissions', 'the right to read and write "farm"'],
  ['404', 404, 'bucket "farm" not found', 'influx bucket create'],
  ['429', 429, 'rate limit', 'tried again later'],
  ['503', 503, 'busy', 'see the log'],
])('keeps every reading in the log at a %s', async (_name, status, message, advice) => {
  const { open } = await startScripted((each) =>
    each.path === '/api/v2/write' ? { status, body: { code: 'x', message } } : plain(each, true),
  );
  const store = await open();
  store.rejectedPoints?.onRejected(DEFAULT_WRITER, () => Promise.reject(new Error('set aside')));
  await expect(store.write(batch(20), 1)).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringContaining(advice),
  });
  expect((await store.committed()).writers['store-writer']?.position ?? 0).toBe(0);
});

it('a token that may only read is said by the status of every process, one that never writes, too; and no longer once it may', async () => {
  let mayWrite = false;
  const { open } = await startScripted((each) => {
    if (each.path !== '/api/v2/write' || mayWrite) return plain(each, true);
    return { status: 403, body: { code: 'forbidden', message: 'insufficient permissions for write' } };
  });
  let now = T0;
  const store = await open(TOKEN, () => now);
  const { isWritable, problem } = await store.status();
  expect(isWritable).toBe(false);
  expect(problem?.message).toContain('insufficient permissions for write');
  expect(problem?.message).toContain('give the token in DAOYU_STORE_URL the right to read and write "farm"');
  mayWrite = true;
  now += 60_000;
  expect(await store.status()).toMatchObject({ isWritable: true });
});

it('an organisation that is not there is said, and not taken for a missing bucket', async () => {
  const { open } = await startScripted(({ path }) => {
    if (!path.startsWith('/api/v2')) return { status: 200, body: { results: [] } };
    return { status: 404, body: { code: 'not found', message: 'organization name "county" not found' } };
  });
  const { problem } = await (await open()).status();
  expect(problem?.message).toContain('correct org=county in DAOYU_STORE_URL');
  expect(problem?.message).not.toContain('bucket create');
});

it('the size is that of the shards of the bucket, as the server measures them', async () => {
  const { open } = await startScripted((each) => {
    if (each.path !== '/metrics') return plain(each, true);
    const shard = (bucket: string, id: number, bytes: string) =>
      `storage_shard_disk_size{bucket="${bucket}",engine="tsm1",id="${id}",path="/x",status="ok",walPath="/y"} ${bytes}`;
    const lines = [
      '# TYPE storage_shard_disk_size gauge',
      shard('0b', 1, '1.5e+06'),
      shard('0b', 2, '500'),
      shard('0c', 3, '7'),
    ];
    return { status: 200, body: lines.join('\n') };
  });
  expect((await (await open()).status()).sizeBytes).toBe(1_500_500);
});

it('a wrong token is said, not shown', async () => {
  const { open } = await startScripted((each) => plain(each, true));
  const { problem } = await (await open('wr0ng')).status();
  expect(problem).toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringContaining('token in DAOYU_STORE_URL'),
  });
  expect(problem?.message).not.toContain('wr0ng');
});

it.each([
  'influxdb://127.0.0.1:8086',
  'influxdb://127.0.0.1:8086?bucket=farm&org=county',
  'influxdb://token@127.0.0.1:8086?bucket=farm',
  'influxdb://token@127.0.0.1:8086?bucket=farm&org=county&db=farm',
  'influxdb://s3cret@127.0.0.1:8086?db=farm;DROP',
  'influxdb://s3cret@127.0.0.1:8086?database=farm',
  'http://127.0.0.1:8086?db=farm',
])('refuses the address %s with one that would be right', async (url) => {
  const opening = openInfluxStore({ url, kinds, kv: openMemoryKv() });
  await expect(opening).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/^(?!.*s3cret).*influxdb:\/\/token@host/),
  });
});
