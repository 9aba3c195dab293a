/** `daoyu devices import`: a table of devices into a running platform; credentials as a table and as labels to print. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { csvOfCredentials } from '../api/credentials-csv.ts';
import { labelSheet } from '../api/device-labels.ts';
import type { BatchAnswer } from '../api/routes/device-batch.ts';
import { codeOf, DaoyuError } from '../base/errors.ts';
import { type ApiTarget, askPlatform, baseOf, withTarget } from './platform-api.ts';

interface ImportOptions extends ApiTarget {
  readonly park: string;
  readonly dryRun?: boolean;
  readonly out?: string;
  readonly labels?: string;
}

export function addDeviceImport(command: Command): void {
  withTarget(
    command.command('import').argument('<file>', 'CSV with site, device, model or kind; more in docs/operations.md'),
  )
    .description('make the devices of a table, all or none; prints their credentials once, as CSV')
    .requiredOption('--park <id>', 'the park they belong to')
    .option('--dry-run', 'only say what is wrong, line by line')
    .option('--out <file>', 'credentials into this file instead of standard output')
    .option('--labels <file>', 'labels with QR codes, as HTML to print')
    .action(importDevices);
}

async function importDevices(file: string, options: ImportOptions): Promise<void> {
  const { park, dryRun, out, labels } = options;
  const path = `/api/v1/parks/${park}/devices?dryRun=${dryRun === true}`;
  const answer = (await askPlatform(options, 'POST', path, readFileSync(file))) as BatchAnswer;
  const { devices, newSites, problems, credentials } = answer;
  for (const { line, column, message } of problems) process.stderr.write(`line ${line}, ${column}: ${message}\n`);
  if (problems.length > 0)
    throw new DaoyuError('BATCH_INVALID', `nothing was made: ${problems.length} problems in ${file}`);
  const sites = newSites.length === 0 ? '' : `, new sites: ${newSites.join(', ')}`;
  process.stderr.write(`${devices} devices ${dryRun ? 'would be' : 'are'} made${sites}\n`);
  if (dryRun) return;
  const { hostname } = new URL(baseOf(options));
  const table = csvOfCredentials(credentials, hostname);
  if (out === undefined) process.stdout.write(table);
  else if (!written(out, table)) process.stdout.write(table);
  if (labels !== undefined) written(labels, labelSheet(credentials, park, hostname));
  process.stderr.write('The passwords are shown this once.\n');
}

/** A file that cannot be written must not cost the passwords. */
function written(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { mode: 0o600 });
    return true;
  } catch (error) {
    process.stderr.write(`${file} cannot be written (${codeOf(error)})\n`);
    process.exitCode = 1;
    return false;
  }
}
