/** What the header of a column says: `Temp, °C (LGR S/N: 1111)` is Temp in °C, `湿度(%)` is 湿度 in %. */
import { isUnit } from '../sensors/units.ts';

export interface Column {
  readonly name: string;
  readonly unit?: string;
}

/** Units that are written in letters and stand behind a name without brackets. */
const WORDS = new Set(['ntu', 'fnu', 'mv', 'mm', 'cm', 'ppm', 'ppt', 'psu', 'lux', 'hpa']);

export function columnOf(header: string): Column {
  const text = header.replace(/\s*\([^()]*S\/N[^()]*\)/gi, '').trim();
  const bracket = /^(.+?)\s*[([（［]\s*([^()（）[\]［］]{1,24})\s*[)\]）］]$/.exec(text);
  const comma = /^(.+?)\s*,\s*([^,]{1,24})$/.exec(text);
  const blank = /^(.+?)\s+(\S{1,12}(?:\s+sat)?)$/i.exec(text);
  for (const match of [bracket, comma, blank]) {
    const [, name = '', unit = ''] = match ?? [];
    if (name === '' || !isUnit(unit)) continue;
    if (match === blank && /^[A-Za-z]+$/.test(unit) && !WORDS.has(unit.toLowerCase())) continue;
    return { name, unit };
  }
  return { name: text };
}

/** The keys under which the columns are sent. Of two columns of one name the one in % is the saturation: `ODO mg/L` and `ODO % sat`. */
export function keysOf(headers: readonly string[]): ReadonlyMap<string, Column> {
  const columns = headers.map((header) => [header, columnOf(header)] as const);
  const count = (name: string) => columns.filter(([, column]) => column.name === name).length;
  return new Map(
    columns.map(([header, { name, unit }]) => {
      if (count(name) === 1) return [header, { name, ...(unit !== undefined && { unit }) }];
      return unit?.includes('%')
        ? [header, { name: `${name} sat`, unit }]
        : [header, { name, ...(unit !== undefined && { unit }) }];
    }),
  );
}
