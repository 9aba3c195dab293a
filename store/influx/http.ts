/** The wire to InfluxDB: lines written through its client, InfluxQL asked over `/query`; the only file that knows the library and the status codes. */
import { HttpError, InfluxDB, setLogger } from '@influxdata/influxdb-client';
import { DaoyuError } from '../../base/errors.ts';
import type { InfluxTarget } from './url.ts';

/** Rows of one series of one statement; a long answer comes in several. */
export interface Rows {
  /** Which of the statements, from 0. */
  readonly statement: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly (number | string | boolean | null)[])[];
}

/** A rejection of the content of a write; halving finds the line. */
export interface Refusal {
  readonly isTooLarge: boolean;
  readonly reason: string;
}

export interface InfluxHttp {
  /** Resolves when the server has the lines on disk; with a refusal when it stored only some of them, or none. Rejects with `STORE_UNAVAILABLE`. */
  write(lines: readonly string[]): Promise<Refusal | undefined>;
  /** Statements joined by `;`. Rejects with `STORE_UNAVAILABLE`, or `QUERY_STOPPED` because of the signal. */
  query(statements: string, signal?: AbortSignal): AsyncIterable<Rows>;
  /** Any other request; answers status and JSON. */
  request(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
}

/** Timeout of a write or a small query; the caller tries again. */
const TIMEOUT_MS = 30_000;
const CHUNK_ROWS = 10_000;
/** Messages of 400 that blame a line; any other 400 may be due to a setting of the server, and no reading is given up for it. */
const OF_CONTENT =
  /partial write|field type conflict|unable to parse|beyond retention|max-(series|values)|outside retention|invalid (field|tag|measurement)/i;

export function createInfluxHttp(target: InfluxTarget): InfluxHttp {
  // The client would print every failure that we already report.
  setLogger({ error() {}, warn() {} });
  const headers = target.authorization === undefined ? {} : { authorization: target.authorization };
  const client = new InfluxDB({ url: target.baseUrl, timeout: TIMEOUT_MS, headers });
  const path = writePath(target);

  async function send(path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
    try {
      return await fetch(`${target.baseUrl}${path}`, {
        ...init,
        headers: { ...headers, ...(init.headers as Record<string, string> | undefined) },
        signal: signal ?? AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      throw fromFailure(error, target, signal);
    }
  }

  return {
    async write(lines) {
      // Its own buffer loses lines while flush() resolves: with these settings one flush is one request, and its failure is ours to see.
      const api = client.getWriteApi(target.org ?? '', target.database, 'ms', {
        maxRetries: 0,
        batchSize: lines.length + 1,
        flushInterval: 0,
        gzipThreshold: Number.MAX_SAFE_INTEGER,
      });
      api.path = path;
      api.writeRecords([...lines]);
      try {
        await api.flush();
        return undefined;
      } catch (error) {
        if (!(error instanceof HttpError)) throw fromFailure(error, target);
        const { statusCode, body = '' } = error;
        const reason = messageIn(body);
        if (statusCode === 413) return { isTooLarge: true, reason };
        const isContent = statusCode === 422 || (statusCode === 400 && OF_CONTENT.test(reason));
        if (isContent) return { isTooLarge: false, reason };
        throw unavailable(statusCode, reason, target, error);
      } finally {
        api.dispose();
      }
    },

    async *query(statements, signal) {
      const body = new URLSearchParams({
        q: statements,
        db: target.database,
        epoch: 'ms',
        chunked: 'true',
        chunk_size: String(CHUNK_ROWS),
        ...(target.retentionPolicy && { rp: target.retentionPolicy }),
      });
      const response = await send('/query', { method: 'POST', body }, signal);
      if (!response.ok) throw unavailable(response.status, messageIn(await response.text()), target);
      try {
        for await (const line of linesOf(response)) yield* rowsIn(line, target);
      } catch (error) {
        if (error instanceof DaoyuError) throw error;
        throw fromFailure(error, target, signal);
      }
    },

    async request(method, path, body) {
      const isForm = body instanceof URLSearchParams;
      const response = await send(path, {
        method,
        ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
        ...(body !== undefined && !isForm && { headers: { 'content-type': 'application/json' } }),
      });
      const text = await response.text();
      return { status: response.status, body: parsed(text) };
    },
  };
}

function writePath({ version, org, database, retentionPolicy }: InfluxTarget): string {
  if (version === 2)
    return `/api/v2/write?${new URLSearchParams({ org: org ?? '', bucket: database, precision: 'ms' })}`;
  const rp = retentionPolicy === undefined ? {} : { rp: retentionPolicy };
  return `/write?${new URLSearchParams({ db: database, ...rp, precision: 'ms' })}`;
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
  if (rest.trim() !== '') yield rest;
}

interface Answer {
  readonly error?: string;
  readonly results?: readonly {
    readonly statement_id?: number;
    readonly error?: string;
    readonly series?: readonly Partial<Omit<Rows, 'statement'>>[];
  }[];
}

function* rowsIn(line: string, target: InfluxTarget): Generator<Rows> {
  const { error, results = [] } = JSON.parse(line) as Answer;
  const failed = error ?? results.find((result) => result.error !== undefined)?.error;
  if (failed !== undefined) throw unavailable(/not found/.test(failed) ? 404 : 400, failed, target);
  for (const { statement_id: statement = 0, series = [] } of results)
    for (const { tags = {}, columns = [], values = [] } of series) yield { statement, tags, columns, values };
}

function fromFailure(error: unknown, { shown }: InfluxTarget, signal?: AbortSignal): DaoyuError {
  if (signal?.aborted) return new DaoyuError('QUERY_STOPPED', 'the query was stopped', { cause: error });
  const { cause, message } = error as Error;
  const why = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : message;
  const text = `${shown} does not answer (${why}): start InfluxDB, or correct DAOYU_STORE_URL`;
  return new DaoyuError('STORE_UNAVAILABLE', text, { cause: error });
}

/** Turns status codes into one code of ours with advice; the server's text is repeated as it is. */
export function unavailable(status: number, said: string, target: InfluxTarget, cause?: unknown): DaoyuError {
  const text = `${target.shown} answered ${status}${said === '' ? '' : ` (${said})`}: ${adviceFor(status, said, target)}`;
  return new DaoyuError('STORE_UNAVAILABLE', text, cause === undefined ? undefined : { cause });
}

function adviceFor(status: number, said: string, { version, database, org }: InfluxTarget): string {
  const holder = version === 2 ? 'token' : 'user';
  if (status === 401) return `correct the ${version === 2 ? 'token' : 'user and password'} in DAOYU_STORE_URL`;
  if (status === 403) return `give the ${holder} in DAOYU_STORE_URL the right to read and write "${database}"`;
  if (status === 404 && version === 2 && /organi[sz]ation/.test(said))
    return `correct org=${org} in DAOYU_STORE_URL (\`influx org list\` names them), or give a token of that organisation`;
  if (status === 404) {
    return version === 2
      ? `create the bucket: influx bucket create --name ${database}, or give a token that may`
      : `create the database: influx -execute 'CREATE DATABASE "${database}"', or give a user that may`;
  }
  if (status === 429) return 'it is asked to do too much; tried again later';
  return 'see the log of InfluxDB';
}

function messageIn(text: string): string {
  const value = parsed(text);
  const { error, message } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const found = typeof message === 'string' ? message : typeof error === 'string' ? error : text;
  return found.trim().slice(0, 300);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
