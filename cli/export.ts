/** `daoyu export FILE`: readings of a kind as Parquet, Arrow, CSV, XLSX or a data package; the format follows from the name of the file. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { Command, Option } from 'commander';
import { DaoyuError } from '../base/errors.ts';
import { type ApiTarget, openAnswer, withTarget } from './platform-api.ts';

const FORMATS: Readonly<Record<string, string>> = {
  ...{ '.parquet': 'parquet', '.arrow': 'arrow', '.arrows': 'arrow', '.csv': 'csv', '.xlsx': 'xlsx' },
  '.zip': 'datapackage',
};

const PASSED = [
  ...['kind', 'park', 'site', 'device', 'fields', 'from', 'to', 'shape', 'values', 'quality', 'with', 'time'],
  'as_of',
] as const;

type Options = ApiTarget &
  Readonly<Partial<Record<(typeof PASSED)[number], string>>> & {
    readonly asOf?: string;
    readonly format?: string;
    readonly bom?: boolean;
  };

export function exportCommand(): Command {
  return withTarget(
    new Command('export')
      .description('write readings to a file: .parquet, .arrow, .csv, .xlsx, or .zip for a data package')
      .argument('<file>', 'written whole or not at all')
      .requiredOption('--kind <kind>', 'e.g. aquaculture_pond')
      .requiredOption('--from <time>', 'RFC 3339 with offset, or relative: -30d'),
  )
    .option('--to <time>', 'exclusive (default: now)')
    .option('--park <id>')
    .option('--site <ids>', 'separated by commas')
    .option('--device <ids>', 'separated by commas (default: all)')
    .option('--fields <names>', 'separated by commas (default: all)')
    .addOption(
      new Option('--format <format>', 'default: by the name of the file').choices([...new Set(Object.values(FORMATS))]),
    )
    .addOption(new Option('--shape <shape>', 'a row a reading, or a row a value').choices(['wide', 'long']))
    .addOption(new Option('--values <values>').choices(['corrected', 'raw']))
    .addOption(new Option('--quality <quality>', 'good leaves doubted values out').choices(['all', 'good']))
    .option('--as-of <time>', 'corrections and events written down by then')
    .option('--with <columns>', 'stage, season, events: more columns')
    .addOption(new Option('--time <form>', 'of times in CSV').choices(['iso', 'utc', 'epoch']))
    .option('--bom', 'CSV with a byte order mark, for Excel')
    .action(exportFile);
}

async function exportFile(file: string, options: Options): Promise<void> {
  const format = options.format ?? FORMATS[extname(file).toLowerCase()];
  if (format === undefined)
    throw new DaoyuError(
      'OPTION_INVALID',
      `no format follows from the name ${file}: end it in ${Object.keys(FORMATS).join(', ')}, or give --format`,
    );
  const query = new URLSearchParams({ format });
  for (const name of PASSED) {
    const value = name === 'as_of' ? options.asOf : options[name];
    if (value !== undefined) query.set(name, value);
  }
  if (options.bom) query.set('bom', 'true');
  const response = await openAnswer(options, `/api/v1/export?${query}`);
  const part = `${file}.part`;
  try {
    await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(part));
  } catch (cause) {
    await rm(part, { force: true });
    throw new DaoyuError('EXPORT_BROKEN_OFF', 'the platform broke off before the end: nothing is kept; ask again', {
      cause,
    });
  }
  await rename(part, file);
  process.stdout.write(`${file}\n`);
}
