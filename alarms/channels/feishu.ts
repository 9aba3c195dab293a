/** A Feishu or Lark group robot 飞书群机器人: signed body, a card, errors inside HTTP 200. 100 messages a minute, 5 a second. */
import { createHmac } from 'node:crypto';
import type { ChannelKind, Outcome } from './channel.ts';
import { isOutcome, outcomeOfBody, post } from './post.ts';
import { missingText, textAt, unknownNames, wrongFlag, wrongUrl } from './settings.ts';
import { markdownOf, titleOf } from './text.ts';

/** The service accepts 20 KB of JSON. */
const MAX_BYTES = 14_000;
const COLOUR = { critical: 'red', warning: 'orange' } as const;

/** `base64(HMAC-SHA256(key = "{s}\n{secret}", message empty))`; `seconds` as the body carries them. */
export function signFeishu(seconds: number, secret: string): string {
  return createHmac('sha256', `${seconds}\n${secret}`).update('').digest('base64');
}

export const feishu: ChannelKind = {
  name: 'feishu',
  label: { zh: '飞书群机器人', en: 'Feishu group robot' },
  secrets: ['webhook', 'secret'],
  perMinute: 80,
  *problemsOf(settings) {
    yield* unknownNames(settings, ['webhook', 'secret', 'allowPrivate']);
    const protocols = settings.allowPrivate === true ? ['http:', 'https:'] : ['https:'];
    yield* wrongUrl(settings, 'webhook', protocols);
    if (settings.secret !== undefined) yield* missingText(settings, 'secret', 'the signing secret of the robot');
    yield* wrongFlag(settings, 'allowPrivate');
  },
  create(settings, { language, clock }) {
    const [url, secret] = [textAt(settings, 'webhook'), textAt(settings, 'secret')];
    return {
      async send(notice, signal) {
        const seconds = Math.floor(clock() / 1000);
        const signed = secret === '' ? {} : { timestamp: String(seconds), sign: signFeishu(seconds, secret) };
        const title = { tag: 'plain_text', content: titleOf(notice, language) };
        const card = {
          header: { template: COLOUR[notice.severity], title },
          elements: [{ tag: 'markdown', content: markdownOf(notice, language, MAX_BYTES) }],
        };
        const answer = await post({
          url,
          body: JSON.stringify({ ...signed, msg_type: 'interactive', card }),
          allowPrivate: settings.allowPrivate === true,
          signal,
        });
        return isOutcome(answer) ? answer : outcomeOfBody(answer, (body) => body.code ?? body.StatusCode, outcomeOf);
      },
    };
  },
};

const BROKEN: Readonly<Record<number, string>> = {
  19001: 'the webhook address is wrong or was revoked',
  19021: 'the signature is wrong, or the clock is off by more than an hour',
  19022: "this server's address is not on the robot's list",
  19024: 'the text contains no keyword of the robot',
};

/** `code` in a body of status 200 (older robots: `StatusCode`); an unknown code is a failure, never a delivery. */
function outcomeOf(number: number, body: Readonly<Record<string, unknown>>): Outcome {
  const code = `FEISHU_${number}`;
  const why = `${number} ${String(body.msg ?? body.StatusMessage ?? '')}`.trim();
  if (number === 0) return { is: 'delivered', code };
  if (number === 11232) return { is: 'retry', afterMs: 60_000, code, why };
  if (number === 9499) return { is: 'refused', code, why };
  return { is: 'broken', code, why: BROKEN[number] === undefined ? why : `${BROKEN[number]} (${why})` };
}
