/** Creates the database or bucket if it is missing and the login may; otherwise says what to do. */
import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type InfluxHttp, unavailable } from './http.ts';
import type { InfluxTarget } from './url.ts';

const SYNC_WITHIN_MS = 30_000;

/** Resolves when the database exists. Rejects with `STORE_UNAVAILABLE`. */
export async function ensureDatabase(http: InfluxHttp, target: InfluxTarget): Promise<void> {
  if (target.version === 2) await ensureBucket(http, target);
  else await ensureOne(http, target);
}

async function ensureOne(http: InfluxHttp, target: InfluxTarget): Promise<void> {
  const { database, retentionPolicy } = target;
  if (await isThere(http, database)) return;
  // Readings are kept for ever unless an operator shortens it; a shard of one week is InfluxDB's own default for that.
  const create = `CREATE DATABASE "${database}" WITH DURATION INF SHARD DURATION 7d NAME "${retentionPolicy ?? 'autogen'}"`;
  const { status, body } = await http.request('POST', '/query', new URLSearchParams({ q: create }));
  const said = errorIn(body);
  if (status !== 200 || said !== '')
    throw unavailable(said.includes('not authorized') ? 403 : status === 200 ? 404 : status, said, target);
}

/** A login that cannot see the database may still write to it: only a write shows. */
async function isThere(http: InfluxHttp, database: string): Promise<boolean> {
  const { body } = await http.request('POST', '/query', new URLSearchParams({ q: 'SHOW DATABASES' }));
  return JSON.stringify(body).includes(JSON.stringify([database]));
}

/**
 * influxd 1.x creates the series file of a database at the first write, without fsync: a loss of power in the half minute behind it leaves zeros, and
 * it hangs for ever at its next start. After our first write that is prevented here, on the same machine; elsewhere docs/influxdb.md says how to mend it.
 */
export async function settle({ baseUrl, version }: InfluxTarget): Promise<void> {
  if (version !== 1 || !/^https?:\/\/(127\.0\.0\.1|localhost|\[::1\]):/.test(baseUrl)) return;
  // Syncs all disks of the machine; one that hangs must not delay the readings.
  const patience = new AbortController();
  const syncing = promisify(execFile)('sync').catch(() => {});
  await Promise.race([syncing, setTimeout(SYNC_WITHIN_MS, undefined, { signal: patience.signal }).catch(() => {})]);
  patience.abort();
}

async function ensureBucket(http: InfluxHttp, target: InfluxTarget): Promise<void> {
  const { database, org = '' } = target;
  const found = await http.request('GET', `/api/v2/buckets?${new URLSearchParams({ org, name: database })}`);
  if (found.status === 200 && listIn(found.body, 'buckets').length > 0) {
    await mayWrite(http, target);
    return;
  }
  if (found.status === 401) throw unavailable(401, errorIn(found.body), target);
  const orgs = await http.request('GET', `/api/v2/orgs?${new URLSearchParams({ org })}`);
  const [known] = listIn(orgs.body, 'orgs');
  if (orgs.status !== 200 || known === undefined)
    throw unavailable(404, `no organisation "${org}" for this token`, target);
  const made = await http.request('POST', '/api/v2/buckets', { orgID: known.id, name: database, retentionRules: [] });
  // 422: another process has created it meanwhile.
  if (made.status !== 201 && made.status !== 422) throw unavailable(made.status, errorIn(made.body), target);
}

/** A read-only token sees the bucket too. The server checks the right to write before it notices that the write is empty. */
async function mayWrite(http: InfluxHttp, target: InfluxTarget): Promise<void> {
  const { org = '', database } = target;
  const path = `/api/v2/write?${new URLSearchParams({ org, bucket: database, precision: 'ms' })}`;
  const { status, body } = await http.request('POST', path);
  if (status === 401 || status === 403) throw unavailable(status, errorIn(body), target);
}

/** Bytes on disk, from the server's metrics: 2.x does not report shards over InfluxQL. 0 if metrics are off. */
export async function bucketSize(http: InfluxHttp, { database, org = '' }: InfluxTarget): Promise<number> {
  const found = await http.request('GET', `/api/v2/buckets?${new URLSearchParams({ org, name: database })}`);
  const id = listIn(found.body, 'buckets')[0]?.id;
  const { body } = await http.request('GET', '/metrics');
  if (typeof id !== 'string' || typeof body !== 'string') return 0;
  let bytes = 0;
  for (const line of body.split('\n')) {
    const [, labels = '', value] = /^storage_shard_disk_size\{([^}]*)\} (\S+)/.exec(line) ?? [];
    if (value !== undefined && labels.includes(`bucket="${id}"`)) bytes += Number(value);
  }
  return bytes;
}

function listIn(body: unknown, key: string): readonly { readonly id?: unknown }[] {
  const list = (body as Readonly<Record<string, unknown>> | null)?.[key];
  return Array.isArray(list) ? list : [];
}

function errorIn(body: unknown): string {
  if (typeof body !== 'object' || body === null) return String(body);
  const { error, message, results } = body as { error?: string; message?: string; results?: { error?: string }[] };
  return error ?? message ?? results?.find((result) => result.error !== undefined)?.error ?? '';
}
