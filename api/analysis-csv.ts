/** Statistics and derived series as CSV: a line a window, Beijing times, units in the header. */
import { isoOf } from '../base/beijing-time.ts';
import { type Cell, csvLine } from '../base/csv.ts';
import type { DerivedAnswer, StatisticsAnswer } from './analysis-schemas.ts';

const SHARED = ['from', 'to', 'park', 'site', 'device', 'field'] as const;
const COVERED = ['used', 'excluded', 'coverage', 'complete', 'season_day'] as const;

type Place = Pick<DerivedAnswer['devices'][number], 'park' | 'site' | 'device' | 'field'>;
type Covered = Pick<
  DerivedAnswer['devices'][number]['windows'][number],
  'from' | 'to' | 'used' | 'excluded' | 'coverage' | 'isComplete' | 'seasonDay'
>;

const placed = ({ park, site, device, field }: Place, { from, to }: Covered): Cell[] => [
  ...[isoOf(from), isoOf(to), park, site, device, field],
];
const covered = ({ used, excluded, coverage, isComplete, seasonDay }: Covered): Cell[] => [
  ...[used, excluded, coverage ?? '', isComplete === undefined ? '' : String(isComplete), seasonDay ?? ''],
];

export function csvOfDerived({ series, devices }: DerivedAnswer): string {
  const { name, version } = series;
  const unit = series.unit === '1' ? '' : ` [${series.unit}]`;
  const header = csvLine([...SHARED, `${name}${unit}`, 'version', 'at', 'limit', 'profile', ...COVERED]);
  const lines = devices.flatMap((device) =>
    device.windows.map((window) => {
      const { value, at, limit, profile } = window;
      const own = [value ?? '', version, at === undefined ? '' : isoOf(at), limit ?? '', profile ?? ''];
      return csvLine([...placed(device, window), ...own, ...covered(window)]);
    }),
  );
  return header + lines.join('');
}

/** Of statistics, these are times. */
const TIMES = ['min_at', 'max_at'];

export function csvOfStatistics({ series }: StatisticsAnswer, names: readonly string[]): string {
  const header = csvLine([...SHARED, 'unit', ...names, ...COVERED]);
  const lines = series.flatMap((each) =>
    each.windows.map((window) => {
      const values = names.map((name) => {
        const value = window.values[name];
        return value === undefined ? '' : TIMES.includes(name) ? isoOf(value) : value;
      });
      return csvLine([...placed(each, window), each.unit, ...values, ...covered(window)]);
    }),
  );
  return header + lines.join('');
}
