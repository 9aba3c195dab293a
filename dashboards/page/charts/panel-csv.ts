/** What a panel shows, as CSV columns and as a download. */
import { type Columns, msAt } from './columns.ts';
import type { Line } from './lines.ts';
import type { Share } from './shares.ts';

/** The columns of a line: its values or mean, min and max, coverage, excluded values and flags. */
export function csvColumnsOf(lines: readonly Line[], columns: Columns) {
  return lines.flatMap((line, index) => {
    const unit = line.field.symbol === '' ? '' : ` [${line.field.symbol}]`;
    const head = `${line.device.device.device} ${line.field.name}${line.isRaw ? ' raw' : ''}`;
    const column = (name: string, at: number) => ({ title: name + unit, values: columns.values[at] ?? [] });
    const doubts = columns.flags[index * 3];
    const flags = doubts?.size
      ? [{ title: `${head} flags`, values: columns.times.map((_, at) => doubts.get(at)?.join(' ')) }]
      : [];
    const ofWindow = (name: string, of: (share: Share) => number | undefined) => ({
      title: `${head} ${name}`,
      values: columns.times.map((time) => {
        const share = line.shares.get(msAt(time));
        return share && of(share);
      }),
    });
    const shares =
      line.shares.size === 0
        ? []
        : [ofWindow('coverage', ({ coverage }) => coverage), ofWindow('excluded', ({ excluded }) => excluded)];
    if (line.least.length === 0) return [column(head, index * 3), ...shares, ...flags];
    return [
      column(`${head} mean`, index * 3),
      column(`${head} min`, index * 3 + 1),
      column(`${head} max`, index * 3 + 2),
      ...shares,
      ...flags,
    ];
  });
}

export function download(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([`\uFEFF${text}`], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
