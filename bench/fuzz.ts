/** Mutated MQTT packets over TCP and WebSocket, with and without a valid CONNECT before them: does the platform live, serve its device and bound its memory? */
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import mqtt from 'mqtt';
import { generate, type Packet } from 'mqtt-packet';
import { WebSocket } from 'ws';
import { startChild } from './child.ts';

interface Options {
  readonly packets: number;
}

interface Login {
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  readonly topics: { readonly telemetry: string };
}

interface Ready {
  readonly mqtt: string;
  readonly ws: string;
  readonly http: string;
  readonly token: string;
}

/** Packets on one connection, if it lives so long. */
const PER_CONNECTION = 20;
const AT_ONCE = 20;
const WITHIN_MS = 2000;

export async function benchFuzz({ packets }: Options): Promise<void> {
  const child = startChild('platform-process', [], { environment: { DAOYU_TEST_WS_PORT: '0' } });
  const exited = once(child, 'exit').then(([code, signal]) => `ended with ${code ?? signal}`);
  const [ready] = (await once(child, 'message')) as [Ready];
  const [witness, victim] = [await addDevice(ready, 'witness'), await addDevice(ready, 'victim')];
  const client = await mqtt.connectAsync(ready.mqtt, { ...witness, reconnectPeriod: 0 });
  let acknowledged = 0;
  const reporting = setInterval(() => {
    const payload = JSON.stringify({ time: Date.now(), dissolved_oxygen: 6.4 });
    client.publish(witness.topics.telemetry, payload, { qos: 1 }, (error) => {
      if (!error) acknowledged += 1;
    });
  }, 100);
  const counts = { sent: { tcp: 0, ws: 0 }, connections: 0, mostRss: 0 };
  const total = () => counts.sent.tcp + counts.sent.ws;

  async function attack(): Promise<void> {
    while (total() < packets && child.exitCode === null) {
      const way = counts.connections++ % 2 === 0 ? 'tcp' : 'ws';
      const hasConnected = randomInt(2) === 0;
      const lines = Array.from({ length: PER_CONNECTION }, () => mutated(anyPacket(victim)));
      if (hasConnected) lines.unshift(connectPacket(victim));
      counts.sent[way] += PER_CONNECTION;
      await (way === 'tcp' ? overTcp(ready.mqtt, lines) : overWebSocket(ready.ws, lines));
    }
  }

  const watching = setInterval(() => {
    if (child.connected) child.send('usage');
  }, 1000);
  child.on('message', ({ rss }: { rss?: number }) => {
    counts.mostRss = Math.max(counts.mostRss, rss ?? 0);
  });
  const began = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, attack));
  clearInterval(watching);
  clearInterval(reporting);
  const end = child.exitCode === null && child.signalCode === null ? 'lives' : await exited;
  const before = acknowledged;
  if (end === 'lives') await client.publishAsync(witness.topics.telemetry, '{"dissolved_oxygen":6.5}', { qos: 1 });
  console.info(
    `${counts.sent.tcp} mutated packets over TCP and ${counts.sent.ws} over WebSocket on ${counts.connections} connections in ${((performance.now() - began) / 1000).toFixed(0)} s: the platform ${end}, its device had ${before} PUBACKs meanwhile and ${end === 'lives' ? 'one' : 'none'} after, RSS at most ${(counts.mostRss / 1e6).toFixed(0)} MB`,
  );
  await client.endAsync(true);
  child.send('stop');
  await exited;
}

async function addDevice({ http, token }: Ready, device: string): Promise<Login> {
  const answer = await fetch(new URL('/api/v1/devices', http), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ park: 'daoyu', site: 'pond', device, kind: 'aquaculture_pond' }),
  });
  return (await answer.json()) as Login;
}

const connectPacket = ({ clientId, username, password }: Login): Buffer =>
  generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId,
    username,
    password: Buffer.from(password),
    keepalive: 60,
  });

function anyPacket(login: Login): Buffer {
  const messageId = randomInt(1, 65_536);
  const { telemetry: topic } = login.topics;
  const qos = randomInt(3) as 0 | 1 | 2;
  const payload = randomInt(2) === 0 ? '{"dissolved_oxygen":6.4}' : randomBytes(randomInt(300));
  const packets: readonly Packet[] = [
    { cmd: 'publish', topic, qos, messageId, dup: qos > 0 && randomInt(2) === 0, retain: randomInt(2) === 0, payload },
    { cmd: 'subscribe', messageId, subscriptions: [{ topic: randomInt(2) === 0 ? '#' : topic, qos }] },
    { cmd: 'unsubscribe', messageId, unsubscriptions: [topic] },
    ...(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const).map((cmd) => ({ cmd, messageId })),
    { cmd: 'pingreq' },
    { cmd: 'disconnect' },
  ];
  const chosen = randomInt(packets.length + 1);
  const packet = packets[chosen];
  return packet === undefined ? connectPacket(login) : generate(packet);
}

/** One to four faults: a bit, a byte, a length, a piece cut out, put in or doubled. */
function mutated(packet: Buffer): Buffer {
  let bytes = Buffer.from(packet);
  for (let count = randomInt(1, 5); count > 0; count--) {
    const at = randomInt(bytes.length || 1);
    const fault = randomInt(6);
    if (fault === 0 && bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << randomInt(8));
    if (fault === 1 && bytes.length > 0) bytes[at] = randomInt(256);
    if (fault === 2 && bytes.length > 1) bytes[1] = randomInt(256);
    if (fault === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + randomInt(1, 8))]);
    if (fault === 4) bytes = Buffer.concat([bytes.subarray(0, at), randomBytes(randomInt(1, 64)), bytes.subarray(at)]);
    if (fault === 5) bytes = Buffer.concat([bytes, bytes.subarray(at)]);
  }
  return bytes;
}

async function overTcp(url: string, packets: readonly Buffer[]): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  socket.resume();
  for (const packet of packets) if (!socket.destroyed) socket.write(packet);
  await Promise.race([closed, drained(socket)]);
  socket.destroy();
}

const drained = (socket: Socket) =>
  new Promise<void>((resolve) => {
    socket.setTimeout(WITHIN_MS, () => resolve());
    socket.end(() => resolve());
  });

async function overWebSocket(url: string, packets: readonly Buffer[]): Promise<void> {
  const socket = new WebSocket(url, 'mqtt');
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  const opened = new Promise<void>((resolve) => socket.once('open', () => resolve()));
  await Promise.race([opened, closed]);
  for (const packet of packets) if (socket.readyState === WebSocket.OPEN) socket.send(packet);
  socket.close();
  const late = setTimeout(() => socket.terminate(), WITHIN_MS);
  await closed;
  clearTimeout(late);
}
