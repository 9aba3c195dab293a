/** Headers of two lines: a group above its columns, as merged cells show it, such as 表层 and 底层 above 溶解氧 and 水温. */
import { isUnit } from '../sensors/units.ts';
import type { Cells } from './records.ts';

/** Between the group and what is in it. */
export const GROUP_SIGN = ' / ';

const NO_NAMES = new Set(['ts', 'rn', 'smp', 'avg', 'min', 'max', 'tot', '']);

export interface HeaderPlace {
  /** Index of the line that names the time. */
  readonly header: number;
  readonly firstRow: number;
  readonly width: number;
  readonly time: number | undefined;
}

/** One name a column. */
export function composedHeaders(rows: readonly Cells[], { header, firstRow, width, time }: HeaderPlace): Cells {
  const text = (row: number, column: number) => (rows[row]?.[column] ?? '').replace(/\s+/g, ' ').trim();
  const columns = Array.from({ length: width }, (_, column) => column);
  const names = columns.map((column) => text(header, column));
  // Its own line is the upper one: the cell of the time reaches down.
  if (firstRow - header === 2 && time !== undefined && text(header + 1, time) === '') {
    const isNoName = (below: string) => isUnit(bare(below)) || NO_NAMES.has(below.toLowerCase());
    // `pH` is a name and a unit: the line tells which.
    const areUnits = columns.every((column) => isNoName(text(header + 1, column)));
    return columns.map((column) => {
      const below = text(header + 1, column);
      const group = names[column] || (below === '' ? '' : lastBefore(names, column, time));
      if (below === '' || group === '') return group || below;
      if (!areUnits) return `${group}${GROUP_SIGN}${below}`;
      return names[column] === '' && isUnit(bare(below)) ? `${group}(${bare(below)})` : group;
    });
  }
  // Its own line is the lower one: groups tell apart what has the same name.
  const isDouble = names.some((name, column) => name !== '' && names.indexOf(name) !== column);
  const above = columns.map((column) => text(header - 1, column));
  if (!isDouble || header === 0 || above.filter((name) => name !== '').length < 2) return names;
  return columns.map((column) => {
    const name = names[column] ?? '';
    const isOne = names.filter((other) => other === name).length < 2;
    const group = above[column] || lastBefore(above, column, time ?? -1);
    return isOne || name === '' || group === '' ? name : `${group}${GROUP_SIGN}${name}`;
  });
}

const bare = (text: string) => text.replace(/^[([（]|[)\]）]$/g, '');

/** What a merged cell that begins further left says; the column of the time is no part of one. */
function lastBefore(names: Cells, column: number, time: number): string {
  for (let left = column - 1; left > time; left--) {
    const name = names[left] ?? '';
    if (name !== '') return name;
  }
  return '';
}
