/** One HTTP request of a channel: bounded in time and size, and never to an address in a private network unless allowed. */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { type Outcome, SEND_TIMEOUT_MS } from './channel.ts';

export interface Posted {
  readonly status: number;
  /** At most its first 64 KiB. */
  readonly body: string;
  /** From `Retry-After`, if given in seconds. */
  readonly retryAfterMs?: number;
}

export interface PostOptions {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** Set if the operator means a server in their own network or on this machine. */
  readonly allowPrivate?: boolean;
  readonly signal?: AbortSignal | undefined;
}

const MAX_ANSWER_BYTES = 64 * 1024;

/** Loopback, link-local (with the metadata service of clouds) and private networks. */
const PRIVATE = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  PRIVATE.addSubnet(net, prefix, 'ipv4');
PRIVATE.addAddress('::1', 'ipv6');
PRIVATE.addAddress('::', 'ipv6');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');
PRIVATE.addSubnet('::ffff:0:0', 96, 'ipv6');

/** The answer, or the outcome if there is none. */
export async function post({
  url,
  headers,
  body,
  allowPrivate = false,
  signal,
}: PostOptions): Promise<Posted | Outcome> {
  try {
    if (!allowPrivate && (await isPrivate(new URL(url).hostname))) {
      return {
        is: 'broken',
        code: 'ADDRESS_PRIVATE',
        why: 'the address lies in a private network: set allowPrivate if that is meant',
      };
    }
    const signals = [AbortSignal.timeout(SEND_TIMEOUT_MS), ...(signal ? [signal] : [])];
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body,
      redirect: 'error',
      signal: AbortSignal.any(signals),
    });
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return {
      status: response.status,
      body: await firstBytes(response),
      ...(Number.isFinite(seconds) && { retryAfterMs: seconds * 1000 }),
    };
  } catch (error) {
    return { is: 'retry', afterMs: 30_000, code: 'UNREACHABLE', why: reasonOf(error) };
  }
}

export const isOutcome = (answer: Posted | Outcome): answer is Outcome => 'is' in answer;

/** The outcome by status, for services that use it as HTTP specifies. */
export function outcomeOfStatus({ status, body, retryAfterMs }: Posted): Outcome {
  const code = `HTTP_${status}`;
  if (status >= 200 && status < 300) return { is: 'delivered', code };
  const why = `the service answered ${status}: ${body.slice(0, 200)}`;
  if (status === 429 || status === 503) return { is: 'retry', afterMs: retryAfterMs ?? 60_000, code, why };
  if (status >= 500 || status === 408 || status === 425) return { is: 'retry', afterMs: 30_000, code, why };
  if (status === 413 || status === 422) return { is: 'refused', code, why };
  return { is: 'broken', code, why };
}

type Body = Readonly<Record<string, unknown>>;

/** For services that report errors with status 200: the code in the body decides; an answer without one is a failure, never a delivery. */
export function outcomeOfBody(
  answer: Posted,
  codeIn: (body: Body) => unknown,
  judge: (code: number, body: Body) => Outcome,
): Outcome {
  const body = jsonOf(answer);
  const code = Number((body && codeIn(body)) ?? Number.NaN);
  if (body !== undefined && Number.isFinite(code)) return judge(code, body);
  const outcome = outcomeOfStatus(answer);
  if (outcome.is !== 'delivered') return outcome;
  return { is: 'retry', afterMs: 60_000, code: 'ANSWER_UNKNOWN', why: 'the answer lacks the code of the service' };
}

/** The JSON object of an answer; undefined if it is not one. */
function jsonOf({ body }: Posted): Body | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Body) : undefined;
  } catch {
    return undefined;
  }
}

async function isPrivate(hostname: string): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) ? [{ address: host }] : await lookup(host, { all: true });
  return addresses.some(({ address }) => PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'));
}

async function firstBytes(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
}

/** Without the address: its query holds the secret of a robot. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  if (error.name === 'TimeoutError') return `no answer within ${SEND_TIMEOUT_MS / 1000} s`;
  if (error.name === 'AbortError') return 'stopped';
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? 'the connection failed';
}
