/** The climate of the Kaijiang basin by month, smooth over the year: means of neighbouring stations, see docs/simulators.md for their sources. */

/** Mean daily maximum at Kaijiang 1981-2010, °C; December after Yingshan in the same basin. */
const MAXIMUM = [9.1, 11.6, 16.1, 21.7, 26, 28.5, 31.5, 31.8, 27.2, 21.2, 16.3, 10.4];
/** Mean daily minimum at Yingshan, °C. */
const MINIMUM = [3.8, 5.8, 9.2, 13.8, 18.2, 21.3, 23.8, 23.4, 20.1, 15.2, 10.3, 5.4];
/** Rain at Yingshan, mm a month; September to December are estimates that bring the year to about 1,080 mm. */
const RAIN = [14.4, 18, 34.1, 82.8, 125.1, 156, 192.2, 163.9, 150, 80, 40, 15];
/** Days with rain a month (general knowledge of the basin). */
const WET_DAYS = [8, 8, 10, 13, 15, 14, 13, 11, 12, 14, 10, 7];
/** Share of clear and of overcast days: one of the cloudiest regions of China, most of all in winter (general knowledge). */
const CLEAR = [0.12, 0.14, 0.2, 0.26, 0.26, 0.24, 0.36, 0.42, 0.24, 0.15, 0.14, 0.12];
const OVERCAST = [0.6, 0.56, 0.46, 0.36, 0.36, 0.38, 0.24, 0.22, 0.4, 0.58, 0.56, 0.62];

export interface Climate {
  readonly maximum: number;
  readonly minimum: number;
  /** mm on an average day. */
  readonly dailyRain: number;
  /** Share of days with rain. */
  readonly wetShare: number;
  readonly clearShare: number;
  readonly overcastShare: number;
}

export function climateOn(dayOfYear: number): Climate {
  // Months are thirtieths of a year from mid-January on; the line between two middles is near enough.
  const position = (dayOfYear / 365.25) * 12 - 0.5;
  const of = (months: readonly number[]) => {
    const left = Math.floor(position);
    const share = position - left;
    const from = months[(left + 12) % 12] ?? 0;
    const to = months[(left + 13) % 12] ?? 0;
    return from + (to - from) * share;
  };
  return {
    maximum: of(MAXIMUM),
    minimum: of(MINIMUM),
    dailyRain: of(RAIN) / 30.4,
    wetShare: of(WET_DAYS) / 30.4,
    clearShare: of(CLEAR),
    overcastShare: of(OVERCAST),
  };
}
