#!/usr/bin/env node
/** The command line. Each command is a file in commands/; an error of ours ends in one sentence, not in a stack. */
import { Command } from 'commander';
import { DaoyuError } from './base/errors.ts';
import { demoCommand } from './cli/demo.ts';
import { devicesCommand } from './cli/devices.ts';
import { parksCommand } from './cli/parks.ts';
import { profilesCommand } from './cli/profiles.ts';
import { replayCommand } from './cli/replay.ts';
import { settingsCommand } from './cli/settings.ts';
import { simulateCommand } from './cli/simulate.ts';
import { sitesCommand } from './cli/sites.ts';
import { stackCommand } from './cli/stack.ts';
import { upCommand } from './cli/up.ts';

const program = new Command('daoyu')
  .description('稻渔: MQTT readings from ponds, paddies, cold stores and drones, kept, stored and shown.')
  .addHelpText('after', '\nSettings are DAOYU_… environment variables: see `daoyu settings`.');

for (const command of [
  upCommand,
  stackCommand,
  simulateCommand,
  replayCommand,
  demoCommand,
  devicesCommand,
  parksCommand,
  sitesCommand,
  profilesCommand,
  settingsCommand,
]) {
  program.addCommand(command());
}

// Who reads only the first lines (`| head`) has what they wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof DaoyuError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
