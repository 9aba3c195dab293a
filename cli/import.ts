/** `daoyu import FILE`: measurements out of a logger or a spreadsheet as readings of a device, by a person's right. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { DaoyuError } from '../base/errors.ts';
import type { ImportProgress } from '../imports/importer.ts';
import type { ColumnChoice } from '../imports/options.ts';
import type { ImportReport } from '../imports/report.ts';
import { isComplete, shownReport } from './import-summary.ts';
import { type ApiTarget, sendFile, withTarget } from './platform-api.ts';
import { createProgress } from './progress.ts';

interface Options extends ApiTarget {
  readonly device: string;
  readonly dryRun?: boolean;
  readonly encoding?: string;
  readonly separator?: string;
  readonly decimal?: string;
  readonly sheet?: string;
  readonly time?: readonly string[];
  readonly dates?: string;
  readonly zone?: string;
  readonly at?: string;
  readonly map?: readonly string[];
  readonly rows?: readonly string[];
  readonly json?: boolean;
}

const collect = (value: string, all: readonly string[] = []) => [...all, value];

export function importCommand(): Command {
  return withTarget(
    new Command('import')
      .description('import a CSV file or workbook (.xlsx) as readings of a device; repeated, it doubles nothing')
      .argument('<file>', 'as a logger or a spreadsheet writes it')
      .requiredOption('--device <park.device>', 'whose readings they are'),
  )
    .option('--dry-run', 'say how the file is understood and what would become of each row; write nothing')
    .option('--encoding <name>', 'gbk, gb18030, utf-8, utf-16le, windows-1252… (default: found out)')
    .option('--separator <character>', 'one character, or tab (default: found out)')
    .option('--decimal <mark>', '. or , (default: found out, or asked)')
    .option('--sheet <name>', 'of a workbook (default: the first)')
    .option('--time <header>', 'column with the time; twice: date and clock (default: found out)', collect)
    .option('--dates <order>', 'mdy, dmy or ymd: the order of dates in numbers (default: found out, or asked)')
    .option(
      '--zone <zone>',
      'of times that name none: +08:00, UTC, Asia/Shanghai (default: as the file says, else +08:00)',
    )
    .option('--at <clock>', 'time of day of dates without one, such as 08:00')
    .option(
      '--map <header=field>',
      'which column is which field; header=field:unit says the unit, header= leaves it out; repeat for more',
      collect,
    )
    .option('--rows <header=value>', 'of a file with several devices: only rows that say so; repeat for more', collect)
    .option('--json', 'print the answer as JSON')
    .action(importFile);
}

async function importFile(file: string, options: Options): Promise<void> {
  if (!existsSync(file)) throw new DaoyuError('FILE_MISSING', `there is no file ${resolve(file)}`);
  const [park, device] = options.device.split('.');
  if (park === undefined || device === undefined)
    throw new DaoyuError('OPTION_INVALID', `--device "${options.device}" must read park.device, e.g. daoyu.zx-03`);
  const query = new URLSearchParams({ park, device, name: basename(file) });
  if (options.dryRun) query.set('dryRun', 'true');
  for (const name of ['encoding', 'separator', 'decimal', 'sheet', 'dates', 'zone', 'at'] as const)
    if (options[name] !== undefined) query.set(name, options[name]);
  if (options.time !== undefined) query.set('time', JSON.stringify(options.time));
  if (options.rows !== undefined) query.set('rows', JSON.stringify(rowsOf(options.rows)));
  if (options.map !== undefined) query.set('columns', JSON.stringify(choicesOf(options.map)));
  const progress = createProgress(options.dryRun ? 'dry run' : 'import');
  let report: ImportReport | undefined;
  try {
    const body = createReadStream(file);
    for await (const line of sendFile(options, `/api/v1/import?${query}`, body, statSync(file).size)) {
      const { is, ...rest } = line;
      if (is === 'progress') {
        const { rows, of, phase } = rest as unknown as ImportProgress;
        progress.update(rows, of, phase === 'storing' ? 'rows, waiting for the store' : 'rows');
      }
      if (is === 'result') report = rest as unknown as ImportReport;
      if (is === 'problem') {
        const { code = 'UNEXPECTED', detail = '' } = rest as { readonly code?: string; readonly detail?: string };
        throw new DaoyuError(code, inWordsOfTheCommand(detail));
      }
    }
  } finally {
    progress.stop();
  }
  if (report === undefined) throw new DaoyuError('PLATFORM_UNREACHABLE', 'the platform broke off: run the same again');
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : shownReport(report));
  if (!isComplete(report)) process.exitCode = 1;
}

/** The API names its options, the command line has them with dashes. */
const inWordsOfTheCommand = (text: string) =>
  text
    .replace(/say columns: /g, 'say --map "header=…": ')
    .replace(/say rows: /g, 'say --rows "header=…": ')
    .replace(/say (dates|decimal|at|zone): /g, 'say --$1 ')
    .replace('the option columns', '--map "header=field"')
    .replace(/the option (\w+)/g, '--$1');

function rowsOf(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new DaoyuError('OPTION_INVALID', `--rows "${text}" must read header=value`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

function choicesOf(texts: readonly string[]): Readonly<Record<string, ColumnChoice>> {
  return Object.fromEntries(
    texts.map((text) => {
      // A header may hold the sign, a field does not.
      const at = text.lastIndexOf('=');
      if (at < 1)
        throw new DaoyuError('OPTION_INVALID', `--map "${text}" must read header=field, or header=field:unit`);
      const [field = '', unit] = text.slice(at + 1).split(/:(.*)/s);
      const choice = field === '' ? null : unit === undefined || unit === '' ? field : { field, unit };
      return [text.slice(0, at), choice];
    }),
  );
}
