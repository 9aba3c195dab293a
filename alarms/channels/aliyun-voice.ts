/** Calls over Aliyun 阿里云语音通知: reads an approved template aloud, three times. One call a minute and five an hour to a number. */
import { callAliyun, NOBODY, numbersFor, problemsOfAliyun } from './aliyun-call.ts';
import type { ChannelKind, Outcome } from './channel.ts';
import { missingText, textAt } from './settings.ts';
import { variablesOf } from './template.ts';

const ENDPOINT = 'https://dyvmsapi.aliyuncs.com';
const PLAY_TIMES = '3';

export const aliyunVoice: ChannelKind = {
  name: 'aliyun-voice',
  label: { zh: '阿里云语音电话', en: 'Voice call (Aliyun)' },
  secrets: ['accessKeySecret'],
  perMinute: 6,
  *problemsOf(settings) {
    yield* problemsOfAliyun(settings, ['ttsCode', 'calledShowNumber']);
    yield* missingText(
      settings,
      'ttsCode',
      'the code of an approved voice template with the variables level and what: TTS_…',
      64,
    );
    if (settings.calledShowNumber !== undefined)
      yield* missingText(
        settings,
        'calledShowNumber',
        'the number that is shown, absent where the service chooses one',
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
      /** Told when one of them is called: whoever was reached is not called again for the sake of the others. */
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
