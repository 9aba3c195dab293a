/** Which points of a line are drawn as rings. */
import { isDoubtful } from '../../../sensors/flag.ts';
import type { Columns } from './columns.ts';
import type { Line } from './lines.ts';

/** Doubtful points, points of incomplete windows, and single points between gaps, which would be invisible otherwise. `at` is the column. */
export function hollowPoints(
  { columns, lines }: { readonly columns: Columns; readonly lines: readonly Line[] },
  at: number,
): number[] | null {
  const { times, values, flags } = columns;
  const column = values[at];
  // A line has three columns: its values and their envelope.
  const shares = lines[Math.floor(at / 3)]?.shares;
  const isIncomplete = (index: number) => shares?.get(Math.round((times[index] ?? 0) * 1000))?.isIncomplete === true;
  if (column === undefined) return null;
  const found: number[] = [];
  for (let index = 0; index < column.length; index++) {
    if (column[index] == null) continue;
    if (isDoubtful(flags[at]?.get(index)) || isIncomplete(index) || isAlone(column, index)) found.push(index);
  }
  return found;
}

function isAlone(column: readonly (number | null | undefined)[], at: number): boolean {
  const breaks = (step: 1 | -1) => {
    for (let index = at + step; index >= 0 && index < column.length; index += step) {
      if (column[index] === null) return true;
      if (column[index] !== undefined) return false;
    }
    return true;
  };
  return breaks(-1) && breaks(1);
}
