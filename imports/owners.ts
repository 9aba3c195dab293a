/** Columns that name the device or place of each row: readings of several must not become those of one. */
import type { Cells } from '../tables/records.ts';
import type { Question } from './options.ts';

const OWNER =
  /^(?:设备|探头|传感器|仪器|站点|站|测站|塘|塘口|池|池塘|点位|测点|采样点|监测点|device|sensor|logger|probe|station|site|pond|node|machine|serial)(?:[\s_-]*(?:编号|代码|号|名称|名|id|no\.?|nr\.?|name|number|sn|code))?$/i;
/** More are no devices but a number that counts. */
const MAX_OWNERS = 200;
const SHOWN = 8;

export interface OwnerWatch {
  see(cells: Cells): void;
  /** One for each column that names several; `rows`: what a person said of it, by header. */
  questions(rows?: Readonly<Record<string, string>>): readonly Question[];
}

/** `timed`: indexes of columns of time. */
export function watchOwners(headers: Cells, timed: readonly number[]): OwnerWatch {
  const columns = headers.flatMap((header, index) =>
    OWNER.test(header) && !timed.includes(index) ? [{ header, index, counts: new Map<string, number>() }] : [],
  );
  return {
    see(cells) {
      for (const { index, counts } of columns) {
        const cell = (cells[index] ?? '').trim();
        if (cell !== '' && counts.size <= MAX_OWNERS) counts.set(cell, (counts.get(cell) ?? 0) + 1);
      }
    },
    questions: (rows = {}) =>
      columns.flatMap(({ header, counts }) => {
        const rowCount = [...counts.values()].reduce((sum, count) => sum + count, 0);
        if (rows[header] !== undefined || counts.size < 2 || counts.size > MAX_OWNERS || counts.size * 2 > rowCount)
          return [];
        const names = [...counts].sort(([, one], [, other]) => other - one);
        const shown = names.slice(0, SHOWN).map(([name, count]) => `${name} (${count} rows)`);
        const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
        return [
          {
            about: header,
            option: 'rows' as const,
            message: `"${header}" names several: ${shown.join(', ')}${more}. Say which of them this device is, and import each into its own`,
            choices: names.slice(0, SHOWN).map(([name]) => name),
          },
        ];
      }),
  };
}

/** Whether a row is one of those that were asked for. */
export function rowsFilter(headers: Cells, rows: Readonly<Record<string, string>> = {}): (cells: Cells) => boolean {
  const wanted = Object.entries(rows).map(([header, value]) => [headers.indexOf(header), value.trim()] as const);
  return (cells) => wanted.every(([index, value]) => (cells[index] ?? '').trim() === value);
}
