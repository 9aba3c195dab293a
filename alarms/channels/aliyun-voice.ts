/** Voice calls by Aliyun 阿里云语音通知: reads an approved template aloud three times. One call per minute and five per hour and number. */
import { callAliyun } from './aliyun-call.ts';
import { ALIYUN_SECRETS, NOBODY, numbersFor, problemsOfAliyun } from './aliyun-settings.ts';
import type { ChannelKind, Outcome } from './channel.ts';
import { missingText, textAt } from './settings.ts';
import { variablesOf } from './template.ts';

const ENDPOINT = 'https://dyvmsapi.aliyuncs.com';
const TEMPLATE = { name: 'ttsCode', prefix: 'TTS', is: 'voice template' };
const PLAY_TIMES = '3';

export const aliyunVoice: ChannelKind = {
  name: 'aliyun-voice',
  label: { zh: '阿里云语音电话', en: 'Voice call (Aliyun)' },
  secrets: ALIYUN_SECRETS,
  perMinute: 6,
  *problemsOf(settings) {
    yield* problemsOfAliyun(settings, TEMPLATE, ['calledShowNumber']);
    if (settings.calledShowNumber !== undefined)
      yield* missingText(
        settings,
        'calledShowNumber',
        'the caller number to show; absent: the service chooses one',
        32,
      );
  },
  create(settings, { language, clock }) {
    const shown = textAt(settings, 'calledShowNumber');

    function call(number: string, variables: string, key: string, signal?: AbortSignal): Promise<Outcome> {
      const parameters = {
        CalledNumber: number,
        TtsCode: textAt(settings, 'ttsCode'),
        TtsParam: variables,
        PlayTimes: PLAY_TIMES,
        OutId: key,
        ...(shown !== '' && { CalledShowNumber: shown }),
      };
      return callAliyun({ action: 'SingleCallByTts', endpoint: ENDPOINT, parameters }, settings, clock(), signal);
    }

    return {
      /** Delivered if one of the calls succeeds, so that people who were reached are not called again because of others. */
      async send(notice, signal) {
        const outcomes: Outcome[] = [];
        const variables = variablesOf(notice, language);
        for (const number of numbersFor(settings, notice.mobiles))
          outcomes.push(await call(number, variables, notice.dedupKey, signal));
        return outcomes.find(({ is }) => is === 'delivered') ?? outcomes[0] ?? NOBODY;
      },
    };
  },
};
