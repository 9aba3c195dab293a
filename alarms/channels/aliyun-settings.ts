/** Settings that text messages and voice calls of Aliyun 阿里云 share. */
import type { ChannelSettings, Outcome } from './channel.ts';
import { listAt, missingText, unknownNames, wrongFlag } from './settings.ts';

export const ALIYUN_SECRETS = ['accessKeySecret'] as const;

const MAX_NUMBERS = 20;

/** `template`: the setting with the code of the approved template, which begins with `prefix`; `own`: further settings of the channel. */
export function* problemsOfAliyun(
  settings: ChannelSettings,
  template: { readonly name: string; readonly prefix: string; readonly is: string },
  own: readonly string[],
): Generator<string> {
  const shared = ['accessKeyId', 'accessKeySecret', 'numbers', 'endpoint', 'allowPrivate'];
  yield* unknownNames(settings, [...shared, template.name, ...own]);
  yield* missingText(settings, 'accessKeyId', 'the AccessKey ID of a RAM user that may do this and nothing else');
  yield* missingText(settings, 'accessKeySecret', 'the AccessKey secret');
  yield* missingText(
    settings,
    template.name,
    `the code of an approved ${template.is} with the variables level and what: ${template.prefix}_…`,
    64,
  );
  const { numbers } = settings;
  if (numbers !== undefined && !(Array.isArray(numbers) && numbers.length <= MAX_NUMBERS && numbers.every(isNumber)))
    yield `numbers must be a list of at most ${MAX_NUMBERS} phone numbers such as 13800000000`;
  yield* wrongFlag(settings, 'allowPrivate');
}

/** The numbers of the people to notify, otherwise those of the channel. */
export function numbersFor(settings: ChannelSettings, mobiles: readonly string[] = []): readonly string[] {
  return mobiles.length > 0 ? mobiles : listAt(settings, 'numbers');
}

export const NOBODY: Outcome = {
  is: 'broken',
  code: 'NUMBER_MISSING',
  why: 'the people to notify have no mobile number in the plan, and the channel has no numbers',
};

const isNumber = (value: unknown) => typeof value === 'string' && /^\+?\d{5,15}$/.test(value);
