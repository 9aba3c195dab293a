/** The command line: each command is a file of this folder. */
import { Command } from 'commander';
import { programVersion } from '../app/version.ts';
import { alarmsCommand } from './alarms.ts';
import { backupCommand } from './backup.ts';
import { channelsCommand } from './channels.ts';
import { checkCommand } from './check.ts';
import { commandsCommand } from './commands.ts';
import { demoCommand } from './demo.ts';
import { derivedCommand } from './derived.ts';
import { devicesCommand } from './devices.ts';
import { doctorCommand } from './doctor.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { mappingCommand } from './mapping.ts';
import { modelsCommand } from './models.ts';
import { moveCommand } from './move.ts';
import { parksCommand } from './parks.ts';
import { profilesCommand } from './profiles.ts';
import { replayCommand } from './replay.ts';
import { reportCommand } from './report.ts';
import { restoreCommand } from './restore.ts';
import { settingsCommand } from './settings.ts';
import { sharesCommand } from './shares.ts';
import { simulateCommand } from './simulate.ts';
import { sitesCommand } from './sites.ts';
import { stackCommand } from './stack.ts';
import { tokensCommand } from './tokens.ts';
import { upCommand } from './up.ts';
import { usersCommand } from './users.ts';

export const program = new Command('daoyu')
  .version(programVersion())
  .description('稻渔: MQTT readings from ponds, paddies, cold stores and drones, kept, stored and shown.')
  .addHelpText('after', '\nSettings are DAOYU_… environment variables: see `daoyu settings`.');

for (const command of [
  upCommand,
  stackCommand,
  simulateCommand,
  replayCommand,
  importCommand,
  exportCommand,
  derivedCommand,
  reportCommand,
  demoCommand,
  devicesCommand,
  commandsCommand,
  mappingCommand,
  doctorCommand,
  parksCommand,
  sitesCommand,
  modelsCommand,
  profilesCommand,
  alarmsCommand,
  backupCommand,
  restoreCommand,
  checkCommand,
  moveCommand,
  channelsCommand,
  usersCommand,
  tokensCommand,
  sharesCommand,
  settingsCommand,
]) {
  program.addCommand(command());
}
