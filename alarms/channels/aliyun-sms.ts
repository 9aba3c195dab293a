/** Text messages by Aliyun 阿里云短信: an approved template, a few per hour and number. Accepted does not mean read, so use them for the last steps of a plan. */
import { callAliyun } from './aliyun-call.ts';
import { ALIYUN_SECRETS, NOBODY, numbersFor, problemsOfAliyun } from './aliyun-settings.ts';
import type { ChannelKind } from './channel.ts';
import { missingText, textAt } from './settings.ts';
import { variablesOf } from './template.ts';

const ENDPOINT = 'https://dysmsapi.aliyuncs.com';
const TEMPLATE = { name: 'templateCode', prefix: 'SMS', is: 'template' };

export const aliyunSms: ChannelKind = {
  name: 'aliyun-sms',
  label: { zh: '阿里云短信', en: 'Text message (Aliyun)' },
  secrets: ALIYUN_SECRETS,
  perMinute: 20,
  *problemsOf(settings) {
    yield* problemsOfAliyun(settings, TEMPLATE, ['signName']);
    yield* missingText(settings, 'signName', 'the signature 短信签名 that was approved', 64);
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
