/** Bark: push to iPhones; critical alarms break through mute and focus. */
import type { ChannelKind, Outcome } from './channel.ts';
import { isOutcome, outcomeOfBody, post } from './post.ts';
import { missingText, textAt, unknownNames, wrongFlag, wrongUrl } from './settings.ts';
import { textOf, titleOf } from './text.ts';

/** Apple's push service takes 4 KB in total. */
const MAX_BYTES = 2500;

export const bark: ChannelKind = {
  name: 'bark',
  label: { zh: 'Bark 推送（iPhone）', en: 'Bark push (iPhone)' },
  secrets: ['deviceKey'],
  perMinute: 30,
  *problemsOf(settings) {
    yield* unknownNames(settings, ['server', 'deviceKey', 'allowPrivate']);
    yield* wrongUrl(settings, 'server', ['http:', 'https:']);
    yield* missingText(settings, 'deviceKey', 'the key shown by the Bark app');
    yield* wrongFlag(settings, 'allowPrivate');
  },
  create(settings, { language }) {
    return {
      async send(notice, signal) {
        const isCritical = notice.severity === 'critical';
        const answer = await post({
          url: new URL('push', `${textAt(settings, 'server').replace(/\/$/, '')}/`).href,
          body: JSON.stringify({
            device_key: textAt(settings, 'deviceKey'),
            title: titleOf(notice, language),
            body: textOf(notice, language, MAX_BYTES),
            level: isCritical ? 'critical' : 'timeSensitive',
            ...(isCritical && { call: '1', volume: 10 }),
            group: 'daoyu',
            id: notice.dedupKey,
            ...(notice.link !== undefined && { url: notice.link }),
          }),
          allowPrivate: settings.allowPrivate === true,
          signal,
        });
        return isOutcome(answer) ? answer : outcomeOfBody(answer, (body) => body.code, outcomeOf);
      },
    };
  },
};

/** The server answers `{"code": 200}` when Apple took it. */
function outcomeOf(number: number, body: Readonly<Record<string, unknown>>): Outcome {
  const code = `BARK_${number}`;
  const why = `${number} ${String(body.message ?? '')}`.trim();
  if (number === 200) return { is: 'delivered', code };
  if (number >= 400 && number < 500 && number !== 429) return { is: 'broken', code, why };
  return { is: 'retry', afterMs: 30_000, code, why };
}
