/** What the header of a column says: `Temp, °C (LGR S/N: 1111)` is Temp in °C, `湿度(%)` is 湿度 in %. */
import { isUnit } from '../sensors/units.ts';
import { GROUP_SIGN } from './merged-headers.ts';

export interface Column {
  readonly name: string;
  readonly unit?: string;
}

/** Units that are written in letters and stand behind a name without brackets. */
const WORDS = new Set(['ntu', 'fnu', 'mv', 'mm', 'cm', 'ppm', 'ppt', 'psu', 'lux', 'hpa']);

export function columnOf(header: string): Column {
  const end = header.lastIndexOf(GROUP_SIGN);
  if (end > 0) {
    const own = columnOf(header.slice(end + GROUP_SIGN.length));
    return { ...own, name: `${header.slice(0, end)}${GROUP_SIGN}${own.name}` };
  }
  const text = header
    .replace(/\s*\([^()]*S\/N[^()]*\)/gi, '')
    // In-Situ: the serial number of the probe, behind the unit.
    .replace(/(?<=[)\]）])\s*\(\d{4,}\)$/, '')
    .trim();
  const bracket = /^(.+?)\s*[([（［]\s*([^()（）[\]［］]{1,24})\s*[)\]）］]$/.exec(text);
  const comma = /^(.+?)\s*,\s*([^,]{1,24})$/.exec(text);
  const blank = /^(.+?)\s+(\S{1,12}(?:\s+sat)?)$/i.exec(text);
  // 水温/℃, 溶解氧：mg/L, 水温℃
  const slash = /^(.+?)\s*[/／:：]\s*([^/／:：]{1,24}(?:\/[A-Za-z]{1,3})?)$/.exec(text);
  const joined = /^(.*[\u4e00-\u9fff])([a-zµμ°℃℉%][^\u4e00-\u9fff\s]{0,11})$/i.exec(text);
  for (const match of [bracket, comma, blank, slash, joined]) {
    const [, before = '', given = ''] = match ?? [];
    const name = before.replace(/\s*[/／:：]$/, '');
    const unit = plainUnit(given);
    if (name === '' || !isUnit(unit)) continue;
    if (match === blank && /^[A-Za-z]+$/.test(unit) && !WORDS.has(unit.toLowerCase())) continue;
    return { name, unit };
  }
  return { name: text };
}

/** `mg·L-1` is mg/L, `(mg/L)` too. */
function plainUnit(text: string): string {
  const bare = /^[(（](.*)[)）]$/.exec(text)?.[1] ?? text;
  return bare.replace(/[·⋅*]([a-z]+)(?:\^?-1|⁻¹)$/i, '/$1');
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
