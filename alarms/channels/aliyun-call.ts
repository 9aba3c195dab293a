/** One signed call of Aliyun's API 阿里云: parameters in the query, the signature ACS3-HMAC-SHA256, errors as a code in the body. */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { ChannelSettings, Outcome } from './channel.ts';
import { isOutcome, outcomeOfStatus, post } from './post.ts';
import { textAt } from './settings.ts';

export interface SignedRequest {
  readonly query: string;
  /** Every header that is signed, names in lower case; `x-acs-content-sha256` among them. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The `Authorization` header of a POST to `/`. */
export function signAliyun(keyId: string, secret: string, { query, headers }: SignedRequest): string {
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const signed = names.join(';');
  const canonical = ['POST', '/', query, lines, signed, headers['x-acs-content-sha256']].join('\n');
  const mac = createHmac('sha256', secret)
    .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
    .digest('hex');
  return `ACS3-HMAC-SHA256 Credential=${keyId},SignedHeaders=${signed},Signature=${mac}`;
}

export interface AliyunCall {
  readonly action: string;
  readonly endpoint: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** `settings` as checked by `problemsOfAliyun` (aliyun-settings.ts). */
export async function callAliyun(
  { action, endpoint, parameters }: AliyunCall,
  settings: ChannelSettings,
  now: number,
  signal?: AbortSignal,
): Promise<Outcome> {
  const query = queryOf(parameters);
  const url = new URL(textAt(settings, 'endpoint') || endpoint);
  const signed = {
    'content-type': 'application/json; charset=utf-8',
    'x-acs-action': action,
    'x-acs-content-sha256': sha256(''),
    'x-acs-date': `${new Date(now).toISOString().slice(0, 19)}Z`,
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-version': '2017-05-25',
  };
  const authorization = signAliyun(textAt(settings, 'accessKeyId'), textAt(settings, 'accessKeySecret'), {
    query,
    headers: { ...signed, host: url.host },
  });
  const answer = await post({
    url: `${url.origin}/?${query}`,
    headers: { ...signed, authorization },
    body: '',
    allowPrivate: settings.allowPrivate === true,
    signal,
  });
  if (isOutcome(answer)) return answer;
  const { Code: code, Message: message } = bodyOf(answer.body);
  if (typeof code === 'string') return outcomeOf(code, String(message ?? ''));
  const outcome = outcomeOfStatus(answer);
  if (outcome.is !== 'delivered') return outcome;
  return { is: 'retry', afterMs: 60_000, code: 'ANSWER_UNKNOWN', why: 'the answer holds no code of the service' };
}

/** RFC 3986, sorted by name, as it is signed and sent. */
function queryOf(parameters: AliyunCall['parameters']): string {
  const encoded = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
  const names = Object.keys(parameters).sort();
  return names.map((name) => `${encoded(name)}=${encoded(parameters[name] ?? '')}`).join('&');
}

const BUSY = /^(Throttling|ServiceUnavailable|InternalError|isp\.SYSTEM_ERROR|isp\.GATEWAY_ERROR)/;
const OF_THIS_NOTICE =
  /^isv\.(MOBILE_NUMBER_ILLEGAL|MOBILE_COUNT_OVER_LIMIT|INVALID_PARAMETERS|INVALID_JSON_PARAM|PARAM_LENGTH_LIMIT|PARAM_NOT_SUPPORT_URL|TEMPLATE_PARAMS_ILLEGAL|BLACK_KEY_CONTROL_LIMIT|SMS_CONTENT_ILLEGAL)$/;

/** `OK` means accepted, not heard. A code that nobody knows is a failure. */
function outcomeOf(given: string, message: string): Outcome {
  const code = `ALIYUN_${given}`;
  const why = `${given} ${message}`.trim().slice(0, 300);
  if (given === 'OK') return { is: 'delivered', code };
  // So many a minute, an hour or a day to one number; what is used up for today is not worth waiting for.
  if (given === 'isv.BUSINESS_LIMIT_CONTROL' && !message.includes('天级'))
    return { is: 'retry', afterMs: message.includes('小时级') ? 600_000 : 60_000, code, why };
  if (BUSY.test(given)) return { is: 'retry', afterMs: 30_000, code, why };
  if (OF_THIS_NOTICE.test(given)) return { is: 'refused', code, why };
  return { is: 'broken', code, why };
}

function bodyOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
