/** E-mail over SMTP; slow and easily overlooked at night, so only good as a second channel. */
import { createTransport } from 'nodemailer';
import { codeOf } from '../../base/errors.ts';
import { type ChannelKind, type Outcome, SEND_TIMEOUT_MS } from './channel.ts';
import { listAt, missingText, textAt, unknownNames, wrongUrl } from './settings.ts';
import { textOf, titleOf } from './text.ts';

const MAX_BYTES = 60_000;
const MAX_RECIPIENTS = 50;

export const email: ChannelKind = {
  name: 'email',
  label: { zh: '电子邮件', en: 'E-mail' },
  secrets: ['url'],
  perMinute: 20,
  *problemsOf(settings) {
    yield* unknownNames(settings, ['url', 'from', 'to']);
    yield* wrongUrl(settings, 'url', ['smtp:', 'smtps:']);
    yield* missingText(settings, 'from', 'an address such as "daoyu <alarm@example.com>"');
    const to = listAt(settings, 'to');
    if (to.length === 0 || to.length > MAX_RECIPIENTS || to.some((each) => !/^[^@\s]+@[^@\s]+$/.test(each)))
      yield `to must be a list of 1 to ${MAX_RECIPIENTS} e-mail addresses`;
  },
  create(settings, { language }) {
    return {
      async send(notice) {
        const transport = createTransport({
          url: textAt(settings, 'url'),
          connectionTimeout: SEND_TIMEOUT_MS,
          greetingTimeout: SEND_TIMEOUT_MS,
          socketTimeout: SEND_TIMEOUT_MS,
        } as never);
        try {
          const sent = await transport.sendMail({
            from: textAt(settings, 'from'),
            to: [...listAt(settings, 'to')],
            subject: titleOf(notice, language),
            text: textOf(notice, language, MAX_BYTES),
            messageId: `<${notice.dedupKey.replace(/[^\w.-]/g, '.')}@daoyu>`,
            priority: notice.severity === 'critical' ? 'high' : 'normal',
          });
          return { is: 'delivered', code: `SMTP_${String((sent as { response?: string }).response).slice(0, 3)}` };
        } catch (error) {
          return outcomeOf(
            error as { readonly responseCode?: number; readonly code?: string; readonly message: string },
          );
        } finally {
          transport.close();
        }
      },
    };
  },
};

/** SMTP 4xx is temporary, 5xx permanent [RFC 5321 §4.2.1]; a refused sign-in means that the channel is broken. */
function outcomeOf(error: { readonly responseCode?: number; readonly message: string }): Outcome {
  const { responseCode = 0, message } = error;
  const code = responseCode > 0 ? `SMTP_${responseCode}` : `SMTP_${codeOf(error)}`;
  const why = message.slice(0, 200);
  if (codeOf(error) === 'EAUTH') return { is: 'broken', code, why };
  if (responseCode >= 500)
    return { is: responseCode === 552 || responseCode === 554 ? 'refused' : 'broken', code, why };
  return { is: 'retry', afterMs: 60_000, code, why };
}
