/** `daoyu replay FILE.csv`: publishes measurements over MQTT as one device, resumable. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { type Config, readConfig } from '../app/config.ts';
import { DaoyuError } from '../base/errors.ts';
import { replayFile, requireColumns, surveyFile } from '../simulators/replay.ts';
import { keysOf } from '../tables/csv-column.ts';
import { parseOffset } from '../tables/local-time.ts';
import { openBookmark } from './bookmark.ts';
import { fleetFile, loadFleet } from './fleet-file.ts';
import { createProgress } from './progress.ts';
import { createRefusalCount, summaryOf } from './replay-summary.ts';
import { untilStopped } from './until-stopped.ts';

interface Options {
  readonly device: string;
  readonly map?: readonly string[];
  readonly where?: readonly string[];
  readonly time?: string;
  readonly zone: string;
  readonly shiftToNow?: boolean;
  readonly speed?: string;
  readonly restart?: boolean;
  readonly url?: string;
}

const collect = (value: string, all: readonly string[] = []) => [...all, ...value.split(',')];

export function replayCommand(): Command {
  return new Command('replay')
    .description('publish the rows of a CSV file as readings of one device')
    .argument('<file>', 'CSV with a header line')
    .requiredOption(
      '--device <park.device>',
      'the device of the readings; its password comes from DAOYU_DEVICE_PASSWORD or the demo credentials',
    )
    .option(
      '--map <column=field>',
      'maps a column to a field; repeat or join with commas (default: all columns, by their own names)',
      collect,
    )
    .option('--where <column=text>', 'only rows with this text in the column', collect)
    .option('--time <column>', 'the column with the time (default: the first)')
    .option('--zone <offset>', 'UTC offset of times without one', '+08:00')
    .option('--shift-to-now', 'shift all times so that the newest is now')
    .option('--speed <factor>', 'measured seconds per second (default: as fast as acknowledged)')
    .option('--restart', 'start over instead of after the last acknowledged row')
    .option('--url <url>', 'MQTT address (default: DAOYU_HOST and DAOYU_MQTT_PORT)')
    .action(replay);
}

async function replay(file: string, options: Options): Promise<void> {
  const config = readConfig(process.env);
  if (!existsSync(file)) throw new DaoyuError('FILE_MISSING', `there is no file ${resolve(file)}`);
  const where = pairs(options.where ?? [], '--where');
  const zone = parseOffset(options.zone);
  const survey = await surveyFile({ file, timeColumn: options.time, offsetMinutes: zone, where });
  const { timeColumn, offsetMinutes, dateOrder } = survey;
  if (survey.newest === undefined) {
    throw new DaoyuError(
      'TIME_UNREADABLE',
      `no time could be read from column "${timeColumn}" of ${file}: name the right one with --time, and write zones as offsets; dates such as 03/04/2026 are ambiguous in day and month. Columns: ${survey.columns.join(', ')}`,
    );
  }
  const keys = keysOf(survey.columns);
  const columns =
    options.map !== undefined
      ? pairs(options.map, '--map')
      : Object.fromEntries(
          survey.columns
            .filter(
              (column) => column !== timeColumn && !(column in where) && column !== '#' && !/^column \d+$/.test(column),
            )
            .map((column) => [column, keys.get(column)?.name ?? column]),
        );
  // Before connecting, so that a misspelt name fails early.
  requireColumns({ file, timeColumn, columns }, survey.columns);
  const bookmark = openBookmark(config.dataDir, [
    resolve(file),
    options.device,
    timeColumn,
    columns,
    where,
    options.zone,
  ]);
  const known = options.restart ? undefined : bookmark.read();
  const shiftMs = known?.shiftMs ?? (options.shiftToNow ? Date.now() - survey.newest : 0);
  if (known !== undefined) process.stderr.write(`continuing after row ${known.row} (--restart starts over)\n`);

  const signal = untilStopped();
  const progress = createProgress('replay');
  const login = loginOf(options.device, config);
  const refusals = createRefusalCount();
  // The MQTT client takes half a second to load, so other commands do not import it.
  const { openConnection } = await import('../simulators/connection.ts');
  const connection = openConnection({
    url: options.url ?? `mqtt://${config.host}:${config.mqttPort}`,
    login,
    onError: (report) => refusals.note(report),
  });
  // Retrying would lock the device out; the password must be corrected first.
  const refused = connection.refused.then(async () => {
    await connection.close('abrupt');
    throw new DaoyuError(
      'CREDENTIALS_REFUSED',
      `the platform refuses the password of ${options.device}: set the right one in DAOYU_DEVICE_PASSWORD`,
    );
  });
  refused.catch(() => {});
  await Promise.race([
    refused,
    connection.connected(),
    new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true })),
  ]);
  let acknowledged = 0;
  const replaying = replayFile({
    file,
    publish: (payload) => connection.publish(payload),
    timeColumn,
    offsetMinutes,
    dateOrder,
    columns,
    where,
    shiftMs,
    ...(options.speed !== undefined && { speed: Number(options.speed) }),
    skipRows: known?.row ?? 0,
    batchSize: options.speed === undefined ? 200 : 1,
    signal,
    onProgress: ({ row, ...counts }) => {
      ({ acknowledged } = counts);
      bookmark.write({ row, shiftMs });
      progress.update(row, survey.lastRow, 'rows');
    },
  });
  const result = await Promise.race([refused, replaying]).finally(() => progress.stop());
  // Refusals are reported after the PUBACK.
  if (!signal.aborted) await refusals.quiet();
  // Publishes in flight at the stop are acknowledged here, and count.
  await connection.close();
  if (!signal.aborted) bookmark.clear();
  const { text, isComplete } = summaryOf({ ...result, acknowledged }, refusals, Object.values(columns), signal.aborted);
  process.stdout.write(text);
  if (!isComplete) process.exitCode = 1;
}

function pairs(texts: readonly string[], option: string): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1)
        throw new DaoyuError(
          'OPTION_INVALID',
          `${option} "${text}" must have the form column=${option === '--map' ? 'field' : 'text'}`,
        );
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

function loginOf(name: string, { devicePassword, dataDir }: Config) {
  const [park, device] = name.split('.');
  if (park === undefined || device === undefined)
    throw new DaoyuError(
      'OPTION_INVALID',
      `--device "${name}" must have the form park.device, e.g. daoyu.zhuxi-pond-3`,
    );
  const password =
    devicePassword ??
    loadFleet(fleetFile(dataDir)).find((member) => member.park === park && member.device === device)?.password;
  if (password === undefined)
    throw new DaoyuError('CREDENTIALS_MISSING', `no password of ${name}: set it in DAOYU_DEVICE_PASSWORD`);
  return { park, device, password };
}
