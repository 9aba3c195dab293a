/** A table of devices as people keep it in a spreadsheet: CSV with a header, in English or Chinese, read into requests for new devices. */
import { parse } from 'csv-parse/sync';
import { DaoyuError } from '../base/errors.ts';
import { SITE_TYPES } from './schemas.ts';

export interface DeviceRow {
  /** Of the file, from 1: the header is line 1. */
  readonly line: number;
  readonly site: string;
  readonly device: string;
  readonly kind?: string;
  readonly model?: string;
  readonly label?: { readonly zh: string; readonly en: string };
  readonly intervalMs?: number;
  readonly siteLabel?: { readonly zh: string; readonly en: string };
  readonly siteType?: (typeof SITE_TYPES)[number];
  readonly profile?: string;
}

export interface RowProblem {
  readonly line: number;
  readonly column: string;
  readonly message: string;
}

export const MOST_ROWS = 1000;

/** Columns, and what else they may be called. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  site: ['点位', '点位编号'],
  device: ['设备', '设备编号'],
  model: ['型号', '设备型号'],
  kind: ['类型', '传感器类型'],
  name: ['名称', '设备名称'],
  name_en: ['英文名称'],
  interval_s: ['间隔', '上报间隔', '上报间隔（秒）'],
  site_name: ['点位名称'],
  site_type: ['点位类型'],
  profile: ['阈值方案'],
};
const SITE_TYPE_WORDS: Readonly<Record<string, (typeof SITE_TYPES)[number]>> = {
  塘口: 'pond',
  田块: 'paddy',
  冷库: 'cold_store',
  冷藏车: 'vehicle',
  播区: 'field',
  其他: 'other',
};

/** Throws `BATCH_INVALID` where it is no such table at all; what is wrong with single rows is answered beside the good ones. */
export function readDeviceRows(text: string): {
  readonly rows: readonly DeviceRow[];
  readonly problems: readonly RowProblem[];
} {
  const [header, ...lines] = cellsOf(text);
  const names = (header?.cells ?? []).map(columnNamed);
  const unknown = (header?.cells ?? []).filter((_, at) => names[at] === undefined);
  if (unknown.length > 0)
    throw invalid(`unknown column "${unknown.join(', ')}"; there are ${Object.keys(COLUMNS).join(', ')}`);
  for (const needed of ['site', 'device'])
    if (!names.includes(needed)) throw invalid(`the header has no column ${needed}`);
  if (lines.length === 0) throw invalid('there is a header and no device');
  if (lines.length > MOST_ROWS) throw invalid(`${lines.length} devices; at most ${MOST_ROWS} at one time`);
  const problems: RowProblem[] = [];
  const rows = lines.map(({ cells, line }) => {
    const row = Object.fromEntries(names.map((name, at) => [name ?? '', cells[at]?.trim() ?? '']));
    return rowOf(row, line, problems);
  });
  return { rows, problems };
}

interface Line {
  readonly line: number;
  readonly cells: readonly string[];
}

function cellsOf(text: string): readonly Line[] {
  const first = text.split(/\r?\n/, 1)[0] ?? '';
  // Spreadsheets write what their country separates lists with.
  const delimiter = [',', ';', '\t'].find((each) => first.includes(each)) ?? ',';
  try {
    const found = parse(text, {
      ...{ bom: true, delimiter, relaxColumnCount: true, skipEmptyLines: true, info: true },
    }) as unknown as readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
    return found
      .map(({ record, info }) => ({ cells: record, line: info.lines }))
      .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  } catch (error) {
    throw invalid(`it cannot be read as CSV: ${(error as Error).message}`);
  }
}

function columnNamed(given: string): string | undefined {
  const name = given.trim().toLowerCase();
  return Object.keys(COLUMNS).find((column) => column === name || COLUMNS[column]?.includes(name));
}

function rowOf(row: Readonly<Record<string, string>>, line: number, problems: RowProblem[]): DeviceRow {
  const { site = '', device = '', model, kind, name, name_en, interval_s, site_name, site_type, profile } = row;
  const wrong = (column: string, message: string) => void problems.push({ line, column, message });
  const seconds = Number(interval_s);
  if (interval_s && !(seconds >= 1 && seconds <= 86_400))
    wrong('interval_s', `interval_s is "${interval_s}" but must be seconds from 1 to 86400`);
  const type = site_type ? (SITE_TYPE_WORDS[site_type] ?? SITE_TYPES.find((each) => each === site_type)) : undefined;
  if (site_type && type === undefined)
    wrong('site_type', `site_type is "${site_type}" but must be one of ${SITE_TYPES.join(', ')}`);
  return {
    ...{ line, site, device },
    ...(model && { model }),
    ...(kind && { kind }),
    ...((name || name_en) && { label: { zh: name || name_en || '', en: name_en || name || '' } }),
    ...(interval_s && { intervalMs: Math.round(seconds * 1000) }),
    ...(site_name && { siteLabel: { zh: site_name, en: site_name } }),
    ...(type && { siteType: type }),
    ...(profile && { profile }),
  };
}

const invalid = (what: string) => new DaoyuError('BATCH_INVALID', `the table of devices is wrong: ${what}`);
