/** A custom webhook, signed as in Standard Webhooks (https://www.standardwebhooks.com), so that receivers can verify it with any of its libraries. */
import { createHmac } from 'node:crypto';
import type { ChannelKind } from './channel.ts';
import { isOutcome, outcomeOfStatus, post } from './post.ts';
import { textAt, unknownNames, wrongFlag, wrongUrl } from './settings.ts';

/** `v1,base64(HMAC-SHA256(key, "id.seconds.body"))`; `secret` is `whsec_` with the base64 of 24 to 64 bytes. */
export function signWebhook(secret: string, id: string, seconds: number, body: string): string {
  const mac = createHmac('sha256', keyOf(secret)).update(`${id}.${seconds}.${body}`).digest('base64');
  return `v1,${mac}`;
}

const keyOf = (secret: string) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64');

export const webhook: ChannelKind = {
  name: 'webhook',
  label: { zh: 'Webhook', en: 'Webhook' },
  secrets: ['secret'],
  perMinute: 120,
  *problemsOf(settings) {
    yield* unknownNames(settings, ['url', 'secret', 'allowPrivate']);
    yield* wrongUrl(settings, 'url', ['http:', 'https:']);
    const bytes = keyOf(textAt(settings, 'secret')).length;
    if (!textAt(settings, 'secret').startsWith('whsec_') || bytes < 24 || bytes > 64)
      yield 'secret must be whsec_ followed by the base64 of 24 to 64 random bytes';
    yield* wrongFlag(settings, 'allowPrivate');
  },
  create(settings, { clock }) {
    const [url, secret] = [textAt(settings, 'url'), textAt(settings, 'secret')];
    return {
      async send(notice, signal) {
        const seconds = Math.floor(clock() / 1000);
        const { dedupKey, mobiles: _, ...data } = notice;
        const body = JSON.stringify({
          type: notice.isDrill ? 'alarm.drill' : 'alarm.notice',
          timestamp: new Date(clock()).toISOString(),
          data,
        });
        const answer = await post({
          url,
          headers: {
            'webhook-id': dedupKey,
            'webhook-timestamp': String(seconds),
            'webhook-signature': signWebhook(secret, dedupKey, seconds, body),
          },
          body,
          allowPrivate: settings.allowPrivate === true,
          signal,
        });
        return isOutcome(answer) ? answer : outcomeOfStatus(answer);
      },
    };
  },
};
