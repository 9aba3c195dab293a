/** `daoyu demo remove`: takes the demo out of a running installation that grew from it. */
import { Command } from 'commander';
import type { DemoRemoval } from '../api/routes/parks.ts';
import { type ApiTarget, askPlatform, withTarget } from './platform-api.ts';

export function demoCommand(): Command {
  const command = new Command('demo').description('the demo park of a running platform');
  withTarget(command.command('remove'))
    .description("remove the demo's devices, and its sites and parks where nothing else stands; readings stay")
    .action(remove);
  return command;
}

async function remove(target: ApiTarget): Promise<void> {
  const { devices, sites, parks, kept } = (await askPlatform(target, 'DELETE', '/api/v1/demo')) as DemoRemoval;
  process.stdout.write(`removed ${devices} demo devices, ${sites} sites, ${parks} parks\n`);
  if (kept.length > 0) process.stdout.write(`kept, because other devices stand there: ${kept.join(', ')}\n`);
}
