/** A consumer of one's own in one file: writes down each entry of the log, says so, and goes on until it is killed. */
import { appendFileSync } from 'node:fs';
import { startConsumer } from '../../bus/consumer.ts';
import { openLmdbBus } from '../../bus/lmdb/lmdb.ts';

const [folder = '', file = ''] = process.argv.slice(2);
/** Positions are saved as often. */
const tendEveryMs = 500;
const bus = await openLmdbBus({ folder, maxBytes: 1e9, retainMs: 86_400_000, clock: Date.now, tendEveryMs });
const log = { info() {}, warn() {}, error() {} };

await startConsumer({
  ...{ bus, name: 'follower', subjects: ['daoyu.>'], log },
  ...{ maxDeliveries: 16, maxBytes: 1e6, waitMs: 1 },
  async take(deliveries) {
    for (const { data } of deliveries) appendFileSync(file, `${data}\n`);
    process.stdout.write('taken\n');
    // So that positions are saved now and then between two kills.
    await new Promise((resolve) => setTimeout(resolve, 20));
  },
});
setInterval(() => {}, 60_000);
