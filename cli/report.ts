/** `daoyu report NAME`: a report of a running platform as JSON, HTML or PDF; the format follows from the name of the file. */
import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { Command, Option } from 'commander';
import { startOfDay } from '../base/beijing-time.ts';
import { DaoyuError } from '../base/errors.ts';
import { pdfOf } from '../reports/pdf.ts';
import { REPORT_NAMES } from '../reports/report.ts';
import { type ApiTarget, openAnswer, withTarget } from './platform-api.ts';

interface Options extends ApiTarget {
  readonly park: string;
  readonly site?: string;
  readonly device?: string;
  readonly day?: string;
  readonly from?: string;
  readonly to?: string;
  readonly lang: string;
  readonly out?: string;
}

const FORMATS = ['.html', '.pdf', '.json'];

export function reportCommand(): Command {
  return withTarget(
    new Command('report')
      .description(`make a report: ${REPORT_NAMES.join(', ')}`)
      .argument('<report>', REPORT_NAMES.join(', '))
      .requiredOption('--park <id>'),
  )
    .option('--day <day>', 'a day of the day, week or season, such as 2026-11-27 (default: the last whole one)')
    .option('--site <id>', 'of a season')
    .option('--device <id>', 'of a trip')
    .option('--from <time>', 'of a trip: RFC 3339 with offset, or relative')
    .option('--to <time>', 'of a trip')
    .addOption(new Option('--lang <language>').choices(['zh', 'en']).default('zh'))
    .option('--out <file>', 'ends in .html, .pdf or .json (default: JSON to the standard output)')
    .action(make);
}

async function make(report: string, options: Options): Promise<void> {
  if (!REPORT_NAMES.some((name) => name === report))
    throw new DaoyuError('OPTION_INVALID', `there is no report "${report}": ${REPORT_NAMES.join(', ')}`);
  const { out, lang, day } = options;
  const ending = out === undefined ? '.json' : extname(out).toLowerCase();
  if (!FORMATS.includes(ending))
    throw new DaoyuError('OPTION_INVALID', `--out ${out} must end in ${FORMATS.join(', ')}`);
  const at = day === undefined ? undefined : startOfDay(day);
  if (Number.isNaN(at)) throw new DaoyuError('OPTION_INVALID', `--day ${day} must be a day such as 2026-11-27`);
  const query = new URLSearchParams({ report, lang, format: ending === '.json' ? 'json' : 'html' });
  for (const name of ['park', 'site', 'device', 'from', 'to'] as const) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  if (at !== undefined) query.set('at', String(at));
  const text = await (await openAnswer(options, `/api/v1/reports?${query}`)).text();
  if (out === undefined) {
    process.stdout.write(`${text}\n`);
    return;
  }
  // Printed here: the platform may run where there is no browser.
  await writeFile(out, ending === '.pdf' ? await pdfOf(text) : text);
  process.stdout.write(`${out}\n`);
}
