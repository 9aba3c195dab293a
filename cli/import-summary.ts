/** An import in sentences: what was understood, what is asked, what became of the rows. */
import { timestampOf } from '../base/beijing-time.ts';
import type { ImportReport } from '../imports/report.ts';

/** Everything was taken, or was there already. */
export function isComplete({ counts, questions, refusals }: ImportReport): boolean {
  return questions.length === 0 && refusals.length === 0 && counts.new + counts.duplicate > 0;
}

export function shownReport(report: ImportReport): string {
  const { counts, questions, refusals, notes, dryRun, park, device } = report;
  const lines: string[] = [];
  const isNothing = counts.new + counts.duplicate === 0;
  if (questions.length > 0)
    lines.push(`${questions.length} question${questions.length > 1 ? 's' : ''} before anything is imported:`);
  for (const { message, option, choices } of questions)
    lines.push(`  ? ${message}`, `    ${answersOf(option, choices, report)}`);
  if (questions.length === 0 && isNothing)
    lines.push(
      `nothing ${dryRun ? 'would be' : 'was'} taken of ${counts.rows} rows: the columns are ${report.columns.map(({ column }) => column).join(', ')}; say which is which field with --map "header=field"`,
    );
  if (questions.length === 0)
    lines.push(
      `${dryRun ? 'dry run: ' : ''}${counts.rows} rows for ${park}.${device}: ${counts.new} ${dryRun ? 'would be new' : 'new'}, ${counts.duplicate} there already, ${counts.refused} refused, ${counts.timeless} without a readable time, ${counts.empty} without a value${more(counts)}`,
    );
  if (report.values > 0)
    lines.push(
      `${report.values} values${report.doubted > 0 ? `, ${report.doubted} of them doubted (spike, stuck, clock, startup)` : ''}`,
    );
  for (const { code, field, count, message, rows } of refusals)
    lines.push(
      `  refused ${count} × ${code}${field === undefined ? '' : ` ${field}`}: ${message} (row ${rows.join(', ')}${rows.length < count ? '…' : ''})`,
    );
  for (const note of notes) lines.push(`  note: ${note}`);
  if (dryRun || questions.length > 0) lines.push(...understood(report));
  else lines.push(`  times: ${timesOf(report)}`);
  return `${lines.join('\n')}\n`;
}

/** What is rare. */
const more = ({ remarks, others }: ImportReport['counts']) =>
  `${remarks > 0 ? `, ${remarks} sums, headers or notes` : ''}${others > 0 ? `, ${others} of other devices` : ''}`;

function answersOf(option: string, choices: readonly string[], { columns }: ImportReport): string {
  if (option === 'rows') return choices.map((choice) => `--rows "…=${choice}"`).join('  or  ');
  if (option !== 'columns') return choices.map((choice) => `--${option} ${choice}`).join('  or  ');
  const isHeader = (choice: string) => columns.some(({ column }) => choice === `${column}=`);
  return choices.map((choice) => `--map "${isHeader(choice) ? choice : `…=${choice}`}"`).join('  or  ');
}

function understood(report: ImportReport): readonly string[] {
  const { file, columns, preview } = report;
  const form =
    file.format === 'xlsx'
      ? `sheet "${file.sheet}"`
      : `${file.encoding}, separator ${JSON.stringify(file.separator)}, decimal "${file.decimal}"`;
  return [
    `read as: ${form}; ${file.skipped} lines above the header; times: ${timesOf(report)}`,
    ...columns.map(({ column, field, unit, isTime, note, samples }) => {
      const is = isTime ? 'time' : field === null ? '-' : `${field}${unit ? ` in ${unit}` : ''}`;
      return `  ${column.padEnd(28)} ${is.padEnd(32)} ${samples.join(' | ')}${note === undefined ? '' : `  (${note})`}`;
    }),
    ...preview.slice(0, 3).map(({ time, values }) => {
      const shown = Object.entries(values).map(([name, value]) => `${name} ${value}`);
      return `  ${time === null ? 'no time' : `${timestampOf(time)}+08:00`}  ${shown.join(', ')}`;
    }),
  ];
}

function timesOf({ time }: ImportReport): string {
  const said = {
    rows: '',
    file: ', as the file says',
    told: ', as told',
    assumed: ', ASSUMED: the file names no zone',
  }[time.zoneFrom];
  const span =
    time.first === undefined || time.last === undefined
      ? ''
      : `, ${timestampOf(time.first)} to ${timestampOf(time.last)} Beijing time`;
  return `${time.columns.join(' + ')}, zone ${time.zone}${said}${time.order === undefined ? '' : `, ${time.order}`}${span}`;
}
