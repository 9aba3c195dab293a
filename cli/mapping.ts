/** `daoyu mapping try`: shows how a running platform would decode a payload. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { DaoyuError } from '../base/errors.ts';
import { readJson } from './json-file.ts';
import { type ApiTarget, askPlatform, withTarget } from './platform-api.ts';

interface TryOptions extends ApiTarget {
  readonly device: string;
  readonly mapping?: string;
  readonly channel?: string;
}

interface Trial {
  readonly readings: readonly { readonly time: number; readonly values: Readonly<Record<string, number>> }[];
  readonly told: readonly { readonly code: string; readonly message: string }[];
  readonly proposals: readonly { readonly key: string; readonly target: unknown; readonly because: string }[];
}

export function mappingCommand(): Command {
  const command = new Command('mapping').description("how a device's own keys become fields");
  withTarget(command.command('try'))
    .description('show the readings and refusals that a payload would give, and a proposed mapping; stores nothing')
    .argument('<payload>', 'file with the message as it is sent: JSON, or the bytes of a frame')
    .requiredOption('--device <park.device>', 'whose message it is')
    .option('--mapping <file>', "JSON file with a mapping other than the device's")
    .option('--channel <name>', 'what follows the device in the topic', 'telemetry')
    .action(tryPayload);
  return command;
}

async function tryPayload(file: string, options: TryOptions): Promise<void> {
  const [park, device] = options.device.split('.');
  if (park === undefined || device === undefined)
    throw new DaoyuError(
      'OPTION_INVALID',
      `--device "${options.device}" must read park.device, e.g. daoyu.zhuxi-pond-3`,
    );
  const trial = (await askPlatform(options, 'POST', `/api/v1/devices/${park}/${device}/mapping/try`, {
    hex: contentOf(file).toString('hex'),
    channel: options.channel,
    ...(options.mapping !== undefined && { mapping: readJson(options.mapping) }),
  })) as Trial;
  const lines = [
    ...trial.readings.map(({ time, values }) => `stored    ${new Date(time).toISOString()} ${JSON.stringify(values)}`),
    ...trial.told.map(({ code, message }) => `told      ${code}: ${message}`),
    ...trial.proposals.map(({ key, target, because }) => `proposed  ${JSON.stringify({ [key]: target })}  ${because}`),
  ];
  process.stdout.write(`${lines.join('\n') || 'nothing would be stored or reported'}\n`);
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new DaoyuError('FILE_MISSING', `the file ${file} cannot be read`, { cause: error });
  }
}
