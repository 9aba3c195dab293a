/** Appends numbers of a size that fills blocks and seals them all the while, until it is killed; prints what is acknowledged and what is sealed. */
import { openLmdbBus } from '../../bus/lmdb/lmdb.ts';

const [folder = '', first = '0'] = process.argv.slice(2);
const bus = await openLmdbBus({ folder, maxBytes: 1e9, retainMs: 86_400_000, clock: Date.now, tendEveryMs: 10 });
let next = Number(first);

async function appendForEver(): Promise<void> {
  for (;;) {
    const number = next++;
    await bus.append([{ subject: 'daoyu.test', data: `${number} ${'x'.repeat(2000)}` }]);
    process.stdout.write(`${number}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, appendForEver));
