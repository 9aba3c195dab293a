/** Text messages over Aliyun 阿里云短信: a template that was approved, a few an hour to one number. Accepted is not read: for the last steps of a plan. */
import { callAliyun, NOBODY, numbersFor, problemsOfAliyun } from './aliyun-call.ts';
import type { ChannelKind } from './channel.ts';
import { missingText, textAt } from './settings.ts';
import { variablesOf } from './template.ts';

const ENDPOINT = 'https://dysmsapi.aliyuncs.com';

export const aliyunSms: ChannelKind = {
  name: 'aliyun-sms',
  label: { zh: '阿里云短信', en: 'Text message (Aliyun)' },
  secrets: ['accessKeySecret'],
  perMinute: 20,
  *problemsOf(settings) {
    yield* problemsOfAliyun(settings, ['signName', 'templateCode']);
    yield* missingText(settings, 'signName', 'the signature 短信签名 that was approved', 64);
    yield* missingText(
      settings,
      'templateCode',
      'the code of an approved template with the variables level and what: SMS_…',
      64,
    );
  },
  create(settings, { language, clock }) {
    return {
      async send(notice, signal) {
        const numbers = numbersFor(settings, notice.mobiles);
        if (numbers.length === 0) return NOBODY;
        const parameters = {
          PhoneNumbers: numbers.join(','),
          SignName: textAt(settings, 'signName'),
          TemplateCode: textAt(settings, 'templateCode'),
          TemplateParam: variablesOf(notice, language),
          OutId: notice.dedupKey,
        };
        return await callAliyun({ action: 'SendSms', endpoint: ENDPOINT, parameters }, settings, clock(), signal);
      },
    };
  },
};
