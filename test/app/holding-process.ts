/** Takes a data folder, says how that went, and holds it until it is killed or told to let go. Waits for a line first, so that several begin at once. */
import { once } from 'node:events';
import { openDataFolder } from '../../app/data-folder.ts';
import { codeOf } from '../../base/errors.ts';

const [path = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
try {
  const folder = await openDataFolder(path);
  process.stdout.write('held\n');
  await once(process.stdin, 'data');
  folder.close();
  process.stdout.write('closed\n');
} catch (error) {
  process.stdout.write(`${codeOf(error)} ${(error as Error).message}\n`);
}
process.exit(0);
