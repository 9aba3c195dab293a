/** The table behind a chart, newest first: flags in words, gaps as rows. */
import type { Flag } from '../../../sensors/flag.ts';
import { FLAGS } from '../../../sensors/flag.ts';
import { formatDuration, formatValue, type Language } from '../../../sensors/format.ts';
import { useLanguage } from '../feed/app-context.ts';
import { formatDay, formatMoment, formatSeconds } from '../language/format-time.ts';
import { Scroller } from '../views/scroller.tsx';
import { type Columns, MISSED_STEPS } from './columns.ts';
import type { Line } from './lines.ts';
import { shareWords } from './shares.ts';

interface Props {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly nameOf: (line: Line) => string;
  /** Three per line: its points, least and most. */
  readonly columns: Columns;
  readonly stepMs: number;
}

const MOST_ROWS = 120;

export function DataTable({ title, lines, nameOf, columns, stepMs }: Props) {
  const { language, word } = useLanguage();
  const rows = rowsOf(columns, stepMs);
  return (
    <Scroller label={`${word('table')} ${title}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{word('time')}</th>
            {lines.map((line) => (
              <th key={line.key} scope="col" class="number">
                {nameOf(line)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.flatMap(({ index, time, gapMs }) => [
            <tr key={index}>
              <th scope="row">{momentOf(time, stepMs, language)}</th>
              {lines.map((line, order) => {
                const value = columns.values[order * 3]?.[index];
                const flags = columns.flags[order * 3]?.get(index) ?? [];
                const share = shareWords(line.shares.get(time), language);
                return (
                  <td key={line.key} class="number">
                    {value == null ? '–' : formatValue(line.field, value, language)}
                    {flags.length > 0 && <small class="doubt"> {wordsOf(flags, language)}</small>}
                    {share !== '' && <small class="doubt"> {share}</small>}
                  </td>
                );
              })}
            </tr>,
            gapMs !== undefined && (
              <tr key={`gap ${index}`} class="gap">
                <td colSpan={lines.length + 1}>
                  {word('gap')} {formatDuration(gapMs, language)}
                </td>
              </tr>
            ),
          ])}
        </tbody>
      </table>
    </Scroller>
  );
}

export const wordsOf = (flags: readonly Flag[], language: Language) =>
  flags.map((flag) => FLAGS[flag][language]).join(language === 'zh' ? '、' : ', ');

/** Shows seconds if there are several readings a minute. */
function momentOf(time: number, stepMs: number, language: Language): string {
  return stepMs < 60_000 ? `${formatDay(time, language)} ${formatSeconds(time)}` : formatMoment(time, language);
}

interface Row {
  readonly index: number;
  /** Epoch ms. */
  readonly time: number;
  /** Length of the gap before it, if there is one. */
  readonly gapMs?: number;
}

/** The newest rows that hold a value, newest first. */
function rowsOf({ times, values }: Columns, stepMs: number): readonly Row[] {
  const found: Row[] = [];
  for (let index = times.length - 1; index >= 0 && found.length <= MOST_ROWS; index--) {
    if (values.some((column, order) => order % 3 === 0 && column?.[index] != null)) {
      found.push({ index, time: Math.round((times[index] ?? 0) * 1000) });
    }
  }
  return found.slice(0, MOST_ROWS).map((row, at) => {
    const gapMs = row.time - (found[at + 1]?.time ?? row.time);
    return gapMs > stepMs * MISSED_STEPS ? { ...row, gapMs } : row;
  });
}
