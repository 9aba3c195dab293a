/** What a chart shows, as CSV: Beijing time with its offset, units in the header, nothing that a spreadsheet would run. */
export interface CsvColumn {
  readonly title: string;
  /** Texts where a column tells of another, such as its flags. */
  readonly values: readonly (number | string | null | undefined)[];
}

export function csvOf(timesSeconds: readonly number[], columns: readonly CsvColumn[]): string {
  const header = ['time', ...columns.map(({ title }) => title)].map(cell).join(',');
  const rows = timesSeconds.flatMap((time, index) => {
    const values = columns.map((column) => column.values[index]);
    return values.every((value) => value === null || value === undefined || value === '')
      ? []
      : [
          [
            beijing(time * 1000),
            ...values.map((value) => (typeof value === 'string' ? cell(value) : (value ?? ''))),
          ].join(','),
        ];
  });
  return `${[header, ...rows].join('\r\n')}\r\n`;
}

function beijing(time: number): string {
  return `${new Date(time + 8 * 3_600_000).toISOString().slice(0, -1)}+08:00`;
}

function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
