/** ntfy (https://ntfy.sh or a self-hosted server): push to phones without an account. */
import type { ChannelKind } from './channel.ts';
import { isOutcome, outcomeOfStatus, post } from './post.ts';
import { missingText, textAt, unknownNames, wrongFlag, wrongUrl } from './settings.ts';
import { textOf, titleOf } from './text.ts';

/** ntfy turns a longer message into an attachment. */
const MAX_BYTES = 4000;
/** Priority 5 rings until the message is opened, 4 is loud once. */
const PRIORITY = { critical: 5, warning: 4 } as const;

export const ntfy: ChannelKind = {
  name: 'ntfy',
  label: { zh: 'ntfy 推送', en: 'ntfy push' },
  secrets: ['token'],
  perMinute: 30,
  *problemsOf(settings) {
    yield* unknownNames(settings, ['server', 'topic', 'token', 'allowPrivate']);
    yield* wrongUrl(settings, 'server', ['http:', 'https:']);
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(textAt(settings, 'topic')))
      yield 'topic must be 1 to 64 letters, digits, _ and -; choose one that nobody can guess';
    if (settings.token !== undefined) yield* missingText(settings, 'token', 'an access token of the ntfy server');
    yield* wrongFlag(settings, 'allowPrivate');
  },
  create(settings, { language }) {
    const token = textAt(settings, 'token');
    return {
      async send(notice, signal) {
        const body = {
          topic: textAt(settings, 'topic'),
          title: titleOf(notice, language),
          message: textOf(notice, language, MAX_BYTES),
          priority: PRIORITY[notice.severity],
          tags: [notice.severity === 'critical' ? 'rotating_light' : 'warning'],
          ...(notice.link !== undefined && { click: notice.link }),
        };
        const answer = await post({
          url: textAt(settings, 'server'),
          headers: token === '' ? {} : { authorization: `Bearer ${token}` },
          body: JSON.stringify(body),
          allowPrivate: settings.allowPrivate === true,
          signal,
        });
        return isOutcome(answer) ? answer : outcomeOfStatus(answer);
      },
    };
  },
};
