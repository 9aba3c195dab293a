/** `daoyu models list|show`: the device models of a running platform. */
import { Command } from 'commander';
import { DaoyuError } from '../base/errors.ts';
import type { DeviceModel } from '../registry/device-model.ts';
import { type ApiTarget, askPlatform, withTarget } from './platform-api.ts';

export function modelsCommand(): Command {
  const command = new Command('models').description('device models, for `daoyu devices add --model`');
  withTarget(command.command('list')).description('all models with their kind and name').action(list);
  withTarget(command.command('show'))
    .description('one model as JSON: mapping, notes, examples')
    .argument('<model>', 'such as pond-json')
    .action(show);
  return command;
}

const modelsOn = async (target: ApiTarget) =>
  ((await askPlatform(target, 'GET', '/api/v1/models')) as { readonly models: readonly DeviceModel[] }).models;

async function list(options: ApiTarget): Promise<void> {
  for (const { model, kind, label } of await modelsOn(options))
    process.stdout.write(`${model.padEnd(24)} ${kind.padEnd(18)} ${label.zh} ${label.en}\n`);
}

async function show(name: string, options: ApiTarget): Promise<void> {
  const models = await modelsOn(options);
  const found = models.find(({ model }) => model === name);
  const names = models.map(({ model }) => model).join(', ');
  if (found === undefined) throw new DaoyuError('MODEL_UNKNOWN', `no model ${name}; there are ${names}`);
  process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
}
