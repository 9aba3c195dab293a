/** Appends numbers until it is killed, several at a time, printing each when it is acknowledged. */
import { openLmdbBus } from '../../bus/lmdb/lmdb.ts';

const [folder = '', first = '0'] = process.argv.slice(2);
const bus = await openLmdbBus({ folder, maxBytes: 1e9, retainMs: 86_400_000, clock: Date.now });
let next = Number(first);

async function appendForEver(): Promise<void> {
  for (;;) {
    const number = next++;
    await bus.append([{ subject: 'daoyu.test', data: String(number) }]);
    process.stdout.write(`${number}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, appendForEver));
