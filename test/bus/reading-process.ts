/** Reads ten entries from JetStream, acknowledges four, says so and waits to be killed. */
import { openJetStreamBus } from '../../bus/jetstream/jetstream.ts';

const [url = ''] = process.argv.slice(2);
const log = { info() {}, warn() {} };
const bus = await openJetStreamBus({ url, maxBytes: 1e9, retainMs: 1e9, replicas: 1, clock: Date.now, log });
const consumption = await bus.consume({ name: 'reader', subjects: ['daoyu.>'], from: 'first' });
let count = 0;
for await (const delivery of consumption) {
  if (count < 4) delivery.ack();
  count += 1;
  if (count === 10) process.stdout.write('read\n');
}
