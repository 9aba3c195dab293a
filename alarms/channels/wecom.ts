/** A WeCom group robot 企业微信群机器人: the key is the secret, errors inside HTTP 200, 20 messages a minute. */
import type { ChannelKind, Outcome } from './channel.ts';
import { isOutcome, outcomeOfBody, post } from './post.ts';
import { missingText, textAt, unknownNames, wrongFlag } from './settings.ts';
import { markdownOf, titleOf } from './text.ts';

const ENDPOINT = 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send';
/** Markdown may have 4,096 bytes, text 2,048. */
const MAX_MARKDOWN_BYTES = 4000;

export const wecom: ChannelKind = {
  name: 'wecom',
  label: { zh: '企业微信群机器人', en: 'WeCom group robot' },
  secrets: ['key'],
  perMinute: 15,
  *problemsOf(settings) {
    yield* unknownNames(settings, ['key', 'endpoint', 'allowPrivate']);
    yield* missingText(settings, 'key', 'the key in the webhook address of the robot');
    yield* wrongFlag(settings, 'allowPrivate');
  },
  create(settings, { language }) {
    const endpoint = textAt(settings, 'endpoint') || ENDPOINT;
    const url = `${endpoint}?key=${encodeURIComponent(textAt(settings, 'key'))}`;
    const allowPrivate = settings.allowPrivate === true;

    async function sendBody(body: object, signal?: AbortSignal): Promise<Outcome> {
      const answer = await post({ url, body: JSON.stringify(body), allowPrivate, signal });
      return isOutcome(answer) ? answer : outcomeOfBody(answer, (body) => body.errcode, outcomeOf);
    }

    return {
      async send(notice, signal) {
        const content = markdownOf(notice, language, MAX_MARKDOWN_BYTES);
        const outcome = await sendBody({ msgtype: 'markdown', markdown: { content } }, signal);
        const mobiles = notice.mobiles ?? [];
        if (outcome.is !== 'delivered' || mobiles.length === 0) return outcome;
        // Markdown cannot mention people by number; a short text after it can. The facts are delivered even if that text fails.
        const text = { content: titleOf(notice, language), mentioned_mobile_list: mobiles };
        await sendBody({ msgtype: 'text', text }, signal);
        return outcome;
      },
    };
  },
};

/** `errcode` in a body of status 200; an unknown code is a failure, never a delivery. */
function outcomeOf(errcode: number, body: Readonly<Record<string, unknown>>): Outcome {
  const code = `WECOM_${errcode}`;
  const why = `${errcode} ${String(body.errmsg ?? '')}`.trim();
  if (errcode === 0) return { is: 'delivered', code };
  if (errcode === 45009) return { is: 'retry', afterMs: 60_000, code, why };
  if (errcode === -1) return { is: 'retry', afterMs: 30_000, code, why };
  if (errcode === 40008 || errcode === 40058) return { is: 'refused', code, why };
  return { is: 'broken', code, why: errcode === 93000 ? `the key of the robot is wrong (${why})` : why };
}
