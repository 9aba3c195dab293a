/** `daoyu settings`: every setting, its default and meaning. */
import { Command } from 'commander';
import { SETTINGS } from '../app/settings.ts';

export function settingsCommand(): Command {
  return new Command('settings').description('list all settings with defaults and meaning').action(() => {
    for (const { variable, fallback, about } of Object.values(SETTINGS)) {
      process.stdout.write(`${variable}${fallback === '' ? '' : `=${fallback}`}\n    ${about}\n`);
    }
  });
}
