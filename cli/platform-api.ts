/** HTTP client for a running platform. Uses the token of its data folder unless another is given. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readConfig } from '../app/config.ts';
import { DaoyuError } from '../base/errors.ts';

export interface ApiTarget {
  readonly api?: string;
  readonly token?: string;
}

/** Options that select the platform. */
export function withTarget(command: Command): Command {
  return command
    .option('--api <url>', 'address of the platform (default: DAOYU_HOST and DAOYU_HTTP_PORT)')
    .option('--token <token>', 'API token (default: DAOYU_API_TOKEN or the data folder)');
}

/** Number of retries after too many requests, each when the platform says. */
const PATIENCE = 60;

/** Where the platform answers. */
export function baseOf({ api }: ApiTarget): string {
  const { host, httpPort } = readConfig(process.env);
  return api ?? `http://${host}:${httpPort}`;
}

/** A body of bytes is sent as CSV, any other as JSON. Rejects with `PLATFORM_UNREACHABLE`, `CREDENTIALS_MISSING`, or the code of the answer. */
export async function askPlatform(
  target: ApiTarget,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const { base, token } = whereOf(target);
  for (let attempt = 0; ; attempt++) {
    const response = await request(base, path, token, method, body);
    if (response.status === 429 && attempt < PATIENCE) {
      await response.arrayBuffer();
      const seconds = Number(response.headers.get('retry-after') ?? 1);
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, seconds) * 1000));
      continue;
    }
    if (response.status === 204) return undefined;
    const answer = (await response.json()) as { detail?: string; code?: string };
    if (response.ok) return answer;
    throw new DaoyuError(answer.code ?? `HTTP_${response.status}`, answer.detail ?? response.statusText);
  }
}

/** An answer whose body is read by the caller. Rejects as `askPlatform` does. */
export async function openAnswer(target: ApiTarget, path: string): Promise<Response> {
  const { base, token } = whereOf(target);
  const response = await request(base, path, token, 'GET', undefined);
  if (response.ok) return response;
  const answer = (await response.json()) as { detail?: string; code?: string };
  throw new DaoyuError(answer.code ?? `HTTP_${response.status}`, answer.detail ?? response.statusText);
}

type Line = Readonly<Record<string, unknown>> & { readonly is?: string };

/** Sends a file and hands on the lines of the answer as they come. Rejects as `askPlatform` does. */
export async function* sendFile(
  target: ApiTarget,
  path: string,
  body: AsyncIterable<unknown>,
  sizeBytes: number,
): AsyncGenerator<Line> {
  const { base, token } = whereOf(target);
  let response: Response;
  try {
    response = await fetch(new URL(path, base), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/x-ndjson',
        ...{ 'content-type': 'application/octet-stream', 'content-length': String(sizeBytes) },
      },
      body,
      duplex: 'half',
    } as unknown as RequestInit);
  } catch (error) {
    throw unreachable(base, error);
  }
  if (!response.ok) {
    const answer = (await response.json()) as { detail?: string; code?: string };
    yield { is: 'problem', ...answer };
    return;
  }
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line) as Line;
  }
}

function whereOf(target: ApiTarget) {
  const config = readConfig(process.env);
  return { base: baseOf(target), token: target.token ?? config.apiToken ?? tokenOf(config.dataDir) };
}

const unreachable = (base: string, cause: unknown) =>
  new DaoyuError('PLATFORM_UNREACHABLE', `no platform answers at ${base}; is it running?`, { cause });

async function request(base: string, path: string, token: string, method: string, body: unknown): Promise<Response> {
  try {
    return await fetch(new URL(path, base), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': body instanceof Buffer ? 'text/csv' : 'application/json' }),
      },
      ...(body !== undefined && { body: body instanceof Buffer ? new Uint8Array(body) : JSON.stringify(body) }),
    });
  } catch (error) {
    throw unreachable(base, error);
  }
}

function tokenOf(dataDir: string): string {
  try {
    return readFileSync(join(dataDir, 'secrets', 'api-token'), 'utf8').trim();
  } catch (error) {
    throw new DaoyuError(
      'CREDENTIALS_MISSING',
      'no API token: give --token, or set DAOYU_API_TOKEN or DAOYU_DATA_DIR',
      { cause: error },
    );
  }
}
