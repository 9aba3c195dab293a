/** A DingTalk group robot 钉钉群机器人: signed webhook, Markdown, errors inside HTTP 200. 20 messages a minute, then blocked for ten minutes. */
import { createHmac } from 'node:crypto';
import type { ChannelKind, Outcome } from './channel.ts';
import { isOutcome, outcomeOfBody, post } from './post.ts';
import { missingText, textAt, unknownNames, wrongFlag } from './settings.ts';
import { markdownOf, titleOf } from './text.ts';

const ENDPOINT = 'https://oapi.dingtalk.com/robot/send';
/** The service accepts 20,000 bytes of JSON, including escapes and the envelope. */
const MAX_BYTES = 15_000;
const BLOCKED_MS = 10 * 60_000;

/** `base64(HMAC-SHA256(secret, "{ms}\n{secret}"))`, as the query carries it. */
export function signDingTalk(ms: number, secret: string): string {
  const mac = createHmac('sha256', secret).update(`${ms}\n${secret}`).digest('base64');
  return encodeURIComponent(mac);
}

export const dingtalk: ChannelKind = {
  name: 'dingtalk',
  label: { zh: '钉钉群机器人', en: 'DingTalk group robot' },
  secrets: ['accessToken', 'secret'],
  perMinute: 15,
  *problemsOf(settings) {
    yield* unknownNames(settings, ['accessToken', 'secret', 'endpoint', 'allowPrivate']);
    yield* missingText(settings, 'accessToken', 'the access_token in the webhook address of the robot');
    if (settings.secret !== undefined) yield* missingText(settings, 'secret', 'the text that begins with SEC');
    yield* wrongFlag(settings, 'allowPrivate');
  },
  create(settings, { language, clock }) {
    const [token, secret] = [textAt(settings, 'accessToken'), textAt(settings, 'secret')];
    const endpoint = textAt(settings, 'endpoint') || ENDPOINT;
    return {
      async send(notice, signal) {
        const ms = clock();
        const sign = secret === '' ? '' : `&timestamp=${ms}&sign=${signDingTalk(ms, secret)}`;
        const mobiles = notice.mobiles ?? [];
        // DingTalk notifies a person only if the number is in the text as well.
        const calls = mobiles.map((mobile) => `@${mobile}`).join(' ');
        const text = `${markdownOf(notice, language, MAX_BYTES)}${calls === '' ? '' : `\n\n${calls}`}`;
        const answer = await post({
          url: `${endpoint}?access_token=${encodeURIComponent(token)}${sign}`,
          body: JSON.stringify({
            msgtype: 'markdown',
            markdown: { title: titleOf(notice, language), text },
            at: { atMobiles: mobiles, isAtAll: false },
          }),
          allowPrivate: settings.allowPrivate === true,
          signal,
        });
        return isOutcome(answer) ? answer : outcomeOfBody(answer, (body) => body.errcode ?? body.status, outcomeOf);
      },
    };
  },
};

const BROKEN: Readonly<Record<number, string>> = {
  300001: 'the access token is wrong or was revoked',
  300005: 'the access token is wrong or was revoked',
  400101: 'the access token is wrong or was revoked',
  400102: 'the robot is stopped',
  400106: 'there is no such robot',
  400013: 'the group has been dissolved',
  310000: 'the security settings of the robot refuse it: keyword, signature or address list',
};
const TOO_FAST = new Set([130101, 410100, 1111]);
const REFUSED = new Set([40035, 43002, 43004, 400105]);

/** `errcode` in a body of status 200; an unknown code is a failure, never a delivery. */
function outcomeOf(errcode: number, body: Readonly<Record<string, unknown>>): Outcome {
  const code = `DINGTALK_${errcode}`;
  const why = `${errcode} ${String(body.errmsg ?? body.punish ?? '')}`.trim();
  if (errcode === 0) return { is: 'delivered', code };
  if (TOO_FAST.has(errcode)) return { is: 'retry', afterMs: BLOCKED_MS, code, why };
  if (errcode === -1) return { is: 'retry', afterMs: 30_000, code, why };
  if (REFUSED.has(errcode)) return { is: 'refused', code, why };
  return { is: 'broken', code, why: BROKEN[errcode] === undefined ? why : `${BROKEN[errcode]} (${why})` };
}
