/** The alarm of a site on its tile: since when, and who has acknowledged it. */

import { formatDuration } from '../../../sensors/format.ts';
import type { Alarm } from '../feed/alarm-list.ts';
import { useAppContext } from '../feed/app-context.ts';
import { clockWords, holderWords } from './alarm-words.ts';

export function AlarmLine({ alarms }: { readonly alarms: readonly Alarm[] }) {
  const { language, now, word } = useAppContext();
  const [worst, ...others] = alarms;
  if (worst === undefined) return null;
  return (
    <p class={`alarm-line ${worst.severity}${worst.acknowledgedBy === undefined ? ' waiting' : ''}`}>
      <b>
        {word('openAlarm')}
        {others.length > 0 && ` ×${alarms.length}`}
      </b>{' '}
      <span>
        {word('since')} {clockWords(worst.openedAt, now, language)}
        {worst.clearedAt === undefined && ` · ${formatDuration(Math.max(0, now - worst.openedAt), language)}`}
      </span>{' '}
      <span class="holder">{worst.state === 'returned' ? word('isReturned') : holderWords(worst, now, language)}</span>
    </p>
  );
}
