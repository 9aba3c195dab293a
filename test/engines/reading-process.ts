/** Opens an LMDB folder, reads everything in it and says how that went. */
import { openEnvironment } from '../../engines/lmdb.ts';

const [folder = ''] = process.argv.slice(2);
try {
  const environment = openEnvironment(folder);
  let count = 0;
  for (const { value } of environment.table<number>('entries').getRange({})) if (value.length > 0) count += 1;
  process.stdout.write(`read ${count}\n`);
  await environment.close();
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  process.stdout.write(`${code} ${message}\n`);
}
