/** E-mail over SMTP; slow and easily overlooked at night, so only good as a second channel. */
import { createTransport, type SendMailOptions } from 'nodemailer';
import { codeOf } from '../../base/errors.ts';
import { type ChannelKind, type Outcome, SEND_TIMEOUT_MS } from './channel.ts';
import { listAt, missingText, textAt, unknownNames, wrongUrl } from './settings.ts';
import { textOf, titleOf } from './text.ts';

const MAX_BYTES = 60_000;
const MAX_RECIPIENTS = 50;
/** Megabytes over a slow line. */
const DOCUMENT_TIMEOUT_MS = 60_000;

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
    const from = textAt(settings, 'from');
    const to = [...listAt(settings, 'to')];

    async function deliver(mail: SendMailOptions, patienceMs: number): Promise<Outcome> {
      const transport = createTransport({
        url: textAt(settings, 'url'),
        connectionTimeout: SEND_TIMEOUT_MS,
        greetingTimeout: SEND_TIMEOUT_MS,
        socketTimeout: patienceMs,
      } as never);
      try {
        const sent = await transport.sendMail({ from, to, ...mail });
        return { is: 'delivered', code: `SMTP_${String((sent as { response?: string }).response).slice(0, 3)}` };
      } catch (error) {
        return outcomeOf(error as { readonly responseCode?: number; readonly code?: string; readonly message: string });
      } finally {
        transport.close();
      }
    }

    const idOf = (key: string) => `<${key.replace(/[^\w.-]/g, '.')}@daoyu>`;
    return {
      send: (notice) =>
        deliver(
          {
            subject: titleOf(notice, language),
            text: textOf(notice, language, MAX_BYTES),
            messageId: idOf(notice.dedupKey),
            priority: notice.severity === 'critical' ? 'high' : 'normal',
          },
          SEND_TIMEOUT_MS,
        ),
      // As its own file as well: programs for mail drop styles.
      sendDocument: ({ key, subject, html, file }) =>
        deliver(
          {
            ...{ subject, html, messageId: idOf(key) },
            attachments: [
              { filename: `${key}.html`, content: html, contentType: 'text/html; charset=utf-8' },
              ...(file === undefined
                ? []
                : [{ filename: file.name, content: Buffer.from(file.content), contentType: file.type }]),
            ],
          },
          DOCUMENT_TIMEOUT_MS,
        ),
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
