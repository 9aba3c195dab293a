/** Random packets to stock aedes and to our broker, with the same rules behind both: what a client sees must be the same, whichever lane a packet takes. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import fc from 'fast-check';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBroker } from '../../broker/aedes.ts';
import type { Broker } from '../../broker/broker.ts';
import { hashPassword } from '../../broker/credentials.ts';
import { mayRead, publishedTo } from '../../broker/topic-rules.ts';
import { eventually } from '../eventually.ts';
import { connectPacket, limits, openRaw, PASSWORD, publishPacket } from './open-test-broker.ts';

const ADDRESS = { park: 'park', device: 'probe' };
const OWN = 'daoyu/park/probe/';

interface Admitted {
  readonly topic: string;
  readonly payload: string;
  readonly dup: boolean;
}

/** A verdict takes a moment, and the verdicts of one turn come together, as from a commit of the log. */
function createVerdicts() {
  let commit: Promise<void> | undefined;
  return () => {
    commit ??= new Promise<void>((resolve) => {
      setTimeout(() => {
        commit = undefined;
        resolve();
      }, 2);
    });
    return commit;
  };
}

async function openStock(admitted: Admitted[]) {
  const verdict = createVerdicts();
  const aedes = await Aedes.createBroker({
    authenticate: (_client, _username, password, done) => done(null, password?.toString() === PASSWORD),
    authorizePublish(_client, packet, done) {
      if (publishedTo(packet.topic, ADDRESS, limits.maxTopicBytes, undefined) === undefined)
        return done(new Error('topic'));
      admitted.push({ topic: packet.topic, payload: packet.payload.toString(), dup: packet.dup });
      void verdict().then(() => done(null));
    },
    authorizeSubscribe: (_client, subscription, done) =>
      done(null, mayRead(subscription.topic, ADDRESS) ? subscription : null),
  });
  aedes.on('clientError', () => {});
  aedes.on('connectionError', () => {});
  const server = createServer(aedes.handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = async () => {
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    server.close();
  };
  return { port, close };
}

const stockAdmitted: Admitted[] = [];
const ourAdmitted: Admitted[] = [];
let stock: Awaited<ReturnType<typeof openStock>>;
let ours: Broker;

beforeAll(async () => {
  stock = await openStock(stockAdmitted);
  const verdict = createVerdicts();
  const passwordHash = await hashPassword(PASSWORD);
  ours = await openBroker({
    ...{ host: '127.0.0.1', tcpPort: 0, limits, clock: Date.now },
    admit(message) {
      const { topic, payload, isResend: dup } = message;
      ourAdmitted.push({ topic, payload: Buffer.from(payload).toString(), dup });
      return verdict();
    },
    admitOversize: async () => {},
    findCredential: () => ({ ...ADDRESS, passwordHashes: [passwordHash] }),
    log: { info() {}, warn() {}, error() {} },
  });
});

afterAll(async () => {
  await ours.close();
  await stock.close();
});

const publish = fc.record({
  topic: fc.oneof(
    { weight: 20, arbitrary: fc.constant(`${OWN}telemetry`) },
    { weight: 3, arbitrary: fc.constantFrom(`${OWN}status`, `${OWN}replies/a`, `${OWN}telemetry/senml`) },
  ),
  qos: fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, { weight: 2, arbitrary: fc.constantFrom(0, 2) }),
  dup: fc.boolean(),
  retain: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  payload: fc.string({ maxLength: 40, unit: 'binary' }),
});

type Step = (messageId: number) => Packet;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: publish.map(
      ({ payload, dup, qos, ...rest }): Step =>
        (id) =>
          publishPacket(id, payload, { ...rest, qos, dup: dup && qos > 0 }),
    ),
  },
  { weight: 2, arbitrary: fc.constant<Step>(() => ({ cmd: 'pingreq' })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(`${OWN}errors`, 'daoyu/park/other/errors', `${OWN}commands/#`).map(
      (topic): Step =>
        (messageId) =>
          ({ cmd: 'subscribe', messageId, subscriptions: [{ topic, qos: 1 }] }) as Packet,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Step>(
      (messageId) => ({ cmd: 'unsubscribe', messageId, unsubscriptions: [`${OWN}errors`] }) as Packet,
    ),
  },
);

/** By kind of answer, since the two kinds overtake one another by chance in either broker. */
function seen(packets: readonly Packet[]) {
  const by = (cmd: string) => packets.filter((packet) => packet.cmd === cmd);
  return {
    connack: by('connack').map((packet) => 'returnCode' in packet && packet.returnCode),
    puback: by('puback').map(({ messageId }) => messageId),
    // Where one is retained and the next is not, stock aedes does not keep their order.
    pubrec: by('pubrec')
      .map(({ messageId }) => messageId)
      .sort(),
    // A publish between two of them may turn them round in stock aedes.
    suback: by('suback')
      .map((packet) => [packet.messageId, 'granted' in packet && packet.granted])
      .sort(([one], [other]) => Number(one) - Number(other)),
    unsuback: by('unsuback').map(({ messageId }) => messageId),
    pingresp: by('pingresp').length,
  };
}

async function converse(port: number, chunks: readonly Buffer[], answers: number, admitted: Admitted[]) {
  admitted.length = 0;
  const client = await openRaw(port);
  client.send(connectPacket());
  await client.next('connack');
  for (const chunk of chunks) {
    client.socket.write(chunk);
    if (chunk.length % 3 === 0) await new Promise(setImmediate);
  }
  await eventually(() => client.packets.length >= answers);
  // The last word of either broker, behind everything.
  client.socket.write(mqttPacket.generate({ cmd: 'pingreq' }));
  await eventually(() => client.packets.length > answers);
  const answer = { ...seen(client.packets), admitted: [...admitted] };
  client.socket.destroy();
  await client.closed;
  return answer;
}

it('the two lanes together answer as the library alone does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 25 }),
      fc.array(fc.nat({ max: 5000 }), { maxLength: 12 }),
      async (steps, places) => {
        const packets = steps.map((make, index) => make(index + 1));
        const bytes = Buffer.concat(packets.map((packet) => mqttPacket.generate(packet)));
        const cuts = [...new Set(places.map((place) => place % bytes.length))].sort((a, b) => a - b);
        const chunks = [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length));
        const answered = 1 + packets.filter((packet) => packet.cmd !== 'publish' || packet.qos > 0).length;
        const wanted = await converse(stock.port, chunks, answered, stockAdmitted);
        const given = await converse(portOf(ours), chunks, answered, ourAdmitted);
        expect(given).toEqual(wanted);
      },
    ),
    { numRuns: Number(process.env.DAOYU_TEST_RUNS ?? 30) },
  );
}, 120_000);

it('what the library refuses by closing, our broker closes too, and both have taken what came before', async () => {
  const bad: readonly Packet[][] = [
    [publishPacket(9, 'x', { topic: 'daoyu/park/other/telemetry' })],
    [publishPacket(9, 'x', { topic: `${OWN}telemetry/#` })],
    [publishPacket(9, 'x', { topic: `${OWN}errors` })],
    [connectPacket()],
    [{ cmd: 'disconnect' }],
  ];
  for (const last of bad) {
    const before = [1, 2, 3].map((id) => publishPacket(id, `${id}`));
    const answers = [];
    for (const [port, admitted] of [
      [stock.port, stockAdmitted],
      [portOf(ours), ourAdmitted],
    ] as const) {
      admitted.length = 0;
      const client = await openRaw(port);
      client.send(connectPacket());
      await client.next('connack');
      client.send(...before);
      await eventually(() => client.packets.length === 4);
      client.send(...last);
      await client.closed;
      answers.push({ ...seen(client.packets), admitted: [...admitted] });
    }
    expect(answers[1]).toEqual(answers[0]);
  }
});

function portOf(broker: Broker): number {
  return Number(new URL(broker.urls.mqtt ?? '').port);
}
