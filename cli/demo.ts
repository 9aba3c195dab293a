/** `daoyu demo remove`: removes the demo from a running installation. */
import { Command } from 'commander';
import type { DemoRemoval } from '../api/routes/parks.ts';
import { type ApiTarget, askPlatform, withTarget } from './platform-api.ts';

export function demoCommand(): Command {
  const command = new Command('demo').description('the demo park of a running platform');
  withTarget(command.command('remove'))
    .description(
      "remove the demo's devices, and those of its sites and parks that have no other devices; readings stay",
    )
    .action(remove);
  return command;
}

async function remove(target: ApiTarget): Promise<void> {
  const { devices, sites, parks, kept } = (await askPlatform(target, 'DELETE', '/api/v1/demo')) as DemoRemoval;
  process.stdout.write(`removed ${devices} demo devices, ${sites} sites, ${parks} parks\n`);
  if (kept.length > 0) process.stdout.write(`kept, because they have other devices: ${kept.join(', ')}\n`);
}
