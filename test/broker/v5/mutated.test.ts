/** Mutated packets of MQTT 5: whatever comes, other clients are served, memory stays bounded, and nothing is taken in another's name. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { eventually } from '../../eventually.ts';
import { openTestBroker } from '../open-test-broker.ts';
import { connectV5, connectV5Packet, encode, OWN, publishV5, subscribeV5 } from './v5-client.ts';

const RUNS = Number(process.env.DAOYU_TEST_RUNS ?? 300);
const SEED = process.env.DAOYU_TEST_SEED ?? 'mqtt 5';

/** Numbers below a bound, the same at each run. */
function createRandom(seed: string) {
  let block = createHash('sha256').update(seed).digest();
  let at = 0;
  return (below: number) => {
    if (at + 4 > block.length) {
      block = createHash('sha256').update(block).digest();
      at = 0;
    }
    at += 4;
    return block.readUInt32BE(at - 4) % below;
  };
}

const good: readonly Buffer[] = [
  connectV5Packet({
    properties: { sessionExpiryInterval: 5, receiveMaximum: 3, userProperties: { a: 'b' } },
    clean: false,
  }),
  connectV5Packet({
    will: { topic: `${OWN}status`, payload: 'offline', qos: 1, retain: true, properties: { willDelayInterval: 1 } },
  }),
  publishV5(1, '{"dissolved_oxygen": 7}', {
    properties: { topicAlias: 3, contentType: 'x', messageExpiryInterval: 5 },
  }),
  publishV5(2, 'x', { topic: '', properties: { topicAlias: 3 } }),
  publishV5(3, 'x', { qos: 2, properties: { correlationData: Buffer.from('1'), responseTopic: 'a' } }),
  publishV5(0, 'x', { qos: 0, topic: `${OWN}status`, retain: true }),
  publishV5(9, 'y'.repeat(9000)),
  subscribeV5(4, [`${OWN}errors`, `${OWN}commands/#`], { subscriptionIdentifier: 7 }),
  { cmd: 'unsubscribe', messageId: 5, unsubscriptions: [`${OWN}errors`] },
  { cmd: 'puback', messageId: 1, reasonCode: 0 },
  { cmd: 'pubrel', messageId: 3 },
  { cmd: 'pingreq' },
  { cmd: 'disconnect', reasonCode: 4, properties: { sessionExpiryInterval: 1 } },
].map(encode);

function mutate(packet: Buffer, random: (below: number) => number): Buffer {
  const bytes = Buffer.from(packet);
  switch (random(5)) {
    case 0:
      for (let count = 1 + random(4); count > 0; count--) bytes[random(bytes.length)] = random(256);
      return bytes;
    case 1:
      return bytes.subarray(0, random(bytes.length));
    case 2: {
      const at = random(bytes.length);
      return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(1 + random(8), random(256)), bytes.subarray(at)]);
    }
    case 3:
      bytes[Math.min(1 + random(4), bytes.length - 1)] = random(256);
      return bytes;
    default:
      return bytes;
  }
}

/** Sends the pieces one after the other, and goes. */
async function converse(port: number, pieces: readonly Buffer[], endsWell: boolean, lingerMs: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => {});
  socket.resume();
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  for (const piece of pieces) socket.write(piece);
  await new Promise(setImmediate);
  if (endsWell) socket.end();
  else setTimeout(() => socket.destroy(), lingerMs);
  await closed;
}

it(`${RUNS} conversations of mutated packets end as they should`, async () => {
  let foreign = 0;
  const test = await openTestBroker({
    limits: { maxPacketBytes: 8192, drainTimeoutMs: 200 },
    async admit({ topic, park, device }) {
      if (!topic.startsWith(`daoyu/${park}/${device}/`)) foreign += 1;
    },
  });
  const bystander = await connectV5(test.port, {}, 'bystander');
  const serve = async () => {
    bystander.send(publishV5(1, '{}', { topic: 'daoyu/park/bystander/telemetry' }));
    await bystander.next('puback');
  };
  const random = createRandom(SEED);
  const pick = (from: readonly Buffer[]) => from[random(from.length)] ?? Buffer.alloc(0);
  const rss: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const first = pick(good.slice(0, 2));
    const pieces = [random(4) === 0 ? mutate(first, random) : first];
    for (let count = random(8); count > 0; count--) pieces.push(mutate(pick(good), random));
    await converse(test.port, pieces, random(2) === 0, random(10));
    if (run % 100 === 0) await serve();
    if (run % Math.ceil(RUNS / 4) === 0) rss.push(process.memoryUsage.rss());
  }
  await eventually(() => test.broker.status().connections === 1 && test.broker.status().inFlight === 0);
  await serve();
  // The first quarter warms up.
  const grownMiB = (process.memoryUsage.rss() - (rss[1] ?? 0)) / 2 ** 20;
  if (RUNS > 1000) console.info(`${RUNS} conversations:`, { grownMiB, ...test.broker.status() });
  expect(grownMiB).toBeLessThan(100);
  expect(foreign).toBe(0);
}, 3_600_000);
