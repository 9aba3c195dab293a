/** Labels of a time axis in Beijing time, with the date where it changes. */

import type uPlot from 'uplot';
import { midnightBefore } from '../../../base/beijing-time.ts';
import type { Language } from '../../../sensors/format.ts';
import { formatClock, formatDay, formatSeconds } from '../language/format-time.ts';

const DAY_SECONDS = 86_400;

export function timeLabels(language: Language) {
  return (_made: uPlot, splits: number[], _axis: number, _space: number, step: number): string[] => {
    let before: number | undefined;
    return splits.map((split) => {
      const time = split * 1000;
      const day = midnightBefore(time);
      const isNewDay = day !== before;
      before = day;
      if (step >= DAY_SECONDS) return formatDay(time, language);
      const clock = step < 60 ? formatSeconds(time) : formatClock(time);
      return isNewDay ? `${clock}\n${formatDay(time, language)}` : clock;
    });
  };
}
