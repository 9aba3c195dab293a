/** Words of derived series, seasons side by side and reports. */
export const ANALYSIS_WORDS = {
  derivedFigures: ['农情指标', 'Derived figures'],
  derivedHelp: [
    '由订正后的有效读数实时算出；不足九成的时段标为“不完整”，不计入合计。',
    'Worked out now from good values as corrected; windows covered by less than 90 % are marked, and left out of the sum.',
  ],
  figure: ['指标', 'Figure'],
  windowOfTime: ['时段', 'Window'],
  fromProfile: ['按阈值方案', 'by profile'],
  incompleteWindow: ['不完整', 'incomplete'],
  sumOf: ['合计', 'Sum'],
  completeWindows: ['个完整时段', 'complete windows'],
  leftOut: ['个不完整未计入', 'incomplete left out'],
  formula: ['公式', 'Formula'],
  formulaVersion: ['版本', 'version'],
  sourceOf: ['出处', 'Source'],
  limitUsed: ['限值', 'limit'],
  unknownValue: ['未知', 'unknown'],
  seasonDay: ['季内天数', 'day of season'],
  noWindows: ['这段时间没有完整的起算点，请放长时间范围', 'No window begins in this time: choose a longer range'],
} as const;
