/** A siren or beacon on the park's own network, driven by a device of the platform: it works when the phone network is down. */
import type { ChannelKind, DeviceOrder } from './channel.ts';
import { missingText, textAt, unknownNames } from './settings.ts';
import { cutTo, titleOf } from './text.ts';

const SLUG = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const MAX_SECONDS = 600;
const DEFAULT_SECONDS = { critical: 60, warning: 5 } as const;
const MAX_TEXT_BYTES = 200;
/** A siren that does not answer is tried again: it may be starting up. */
const AGAIN_MS = 15_000;

export const siren: ChannelKind = {
  name: 'siren',
  label: { zh: '现场声光报警', en: 'Siren on site' },
  secrets: [],
  perMinute: 6,
  *problemsOf(settings) {
    yield* unknownNames(settings, ['park', 'device', 'seconds']);
    for (const name of ['park', 'device']) {
      yield* missingText(settings, name, `the id of the ${name} that drives the siren`, 64);
      if (!SLUG.test(textAt(settings, name))) yield `${name} must be an id such as tianyu or siren-1`;
    }
    const { seconds } = settings;
    if (seconds !== undefined && !(Number.isInteger(seconds) && Number(seconds) >= 1 && Number(seconds) <= MAX_SECONDS))
      yield `seconds must be a whole number from 1 to ${MAX_SECONDS}: how long it sounds for a critical alarm`;
  },
  create(settings, { language, order }) {
    const seconds = settings.seconds === undefined ? DEFAULT_SECONDS.critical : Number(settings.seconds);
    return {
      async send(notice, signal) {
        if (order === undefined)
          return { is: 'broken', code: 'SIREN_UNREACHABLE', why: 'this process sends no commands to devices' };
        const value = {
          seconds: notice.severity === 'critical' && !notice.isDrill ? seconds : DEFAULT_SECONDS.warning,
          text: cutTo(titleOf(notice, language), MAX_TEXT_BYTES),
        };
        const address = { park: textAt(settings, 'park'), device: textAt(settings, 'device') };
        return outcomeOf(await order({ ...address, name: 'siren', value, key: notice.dedupKey }, signal));
      },
    };
  },
};

function outcomeOf({
  state,
  message,
}: Awaited<ReturnType<DeviceOrder>>): Awaited<ReturnType<ReturnType<ChannelKind['create']>['send']>> {
  const why = message ?? '';
  if (state === 'done' || state === 'received') return { is: 'delivered', code: state.toUpperCase() };
  if (state === 'failed')
    return { is: 'broken', code: 'SIREN_FAILED', why: why || 'the device reports that it failed' };
  return { is: 'retry', afterMs: AGAIN_MS, code: 'SIREN_SILENT', why: why || 'the device did not answer' };
}
