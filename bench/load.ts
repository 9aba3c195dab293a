/** The load of the ingest bench, in a process of its own so that its CPU is not the broker's: raw QoS 1 publishers with a window, latencies noted. Costs about 3 µs a message. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import mqttPacket from 'mqtt-packet';

export interface LoadJob {
  readonly port: number;
  readonly logins: readonly { readonly id: string; readonly password: string; readonly topic: string }[];
  readonly seconds: number;
  /** Unacknowledged publishes a connection. */
  readonly window: number;
  /** Messages a second of all connections together; absent: as fast as acknowledged. */
  readonly rate?: number;
  /** More than one go as an array. */
  readonly readingsPerMessage?: number;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly messages: number;
}

/** A server hashes the password of the first connection of a device: more at one time would only wait. */
const CONNECTS_AT_ONCE = 8;
/** Packet ids in turn; a publish of so many ago is acknowledged. */
const IDS = 4096;
const PUBACK = 0x40;
const PUBACK_BYTES = 4;

interface Publisher {
  readonly socket: Socket;
  /** Topic with its length, as it stands in each PUBLISH. */
  readonly topic: Buffer;
  /** Send time by packet id. */
  readonly sentAt: Float64Array;
  nextId: number;
  /** Measured time of its last reading, epoch ms. */
  lastTime: number;
  /** Of a PUBACK that was cut. */
  rest: Buffer;
}

async function open(
  port: number,
  login: LoadJob['logins'][number],
  onAcks: (publisher: Publisher, ids: number[]) => void,
) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  socket.write(
    mqttPacket.generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId: login.id,
      username: login.id,
      password: Buffer.from(login.password),
      keepalive: 60,
    }),
  );
  const [connack] = (await once(socket, 'data')) as [Buffer];
  if (connack[0] !== 0x20 || connack[3] !== 0) throw new Error(`refused with ${connack[3]}`);
  const name = Buffer.from(login.topic);
  const topic = Buffer.concat([Buffer.from([name.length >> 8, name.length & 0xff]), name]);
  const sentAt = new Float64Array(IDS);
  const publisher: Publisher = { socket, topic, sentAt, nextId: 1, lastTime: 0, rest: Buffer.alloc(0) };
  socket.on('data', (chunk: Buffer) => onAcks(publisher, idsOf(publisher, chunk)));
  socket.on('error', () => {});
  return publisher;
}

function idsOf(publisher: Publisher, chunk: Buffer): number[] {
  const bytes = publisher.rest.length === 0 ? chunk : Buffer.concat([publisher.rest, chunk]);
  const ids: number[] = [];
  let at = 0;
  for (; at + PUBACK_BYTES <= bytes.length; at += PUBACK_BYTES) {
    if (bytes[at] !== PUBACK) throw new Error(`packet ${bytes[at]} where only PUBACKs are expected`);
    ids.push(((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
  }
  publisher.rest = bytes.subarray(at);
  return ids;
}

/** Readings of eight fields, all within what the kind of the bench takes without a flag; the time comes before. */
function createValues(): () => string {
  const texts = Array.from({ length: 2000 }, (_, index) => {
    const oxygen = (6 + Math.sin(index / 160)).toFixed(2);
    const temperature = (24 + Math.random() / 2).toFixed(2);
    const ph = (8 + Math.random() / 5).toFixed(2);
    const turbidity = (30 + 5 * Math.random()).toFixed(1);
    const ammonia = (0.1 + Math.random() / 10).toFixed(3);
    const level = 1200 + Math.round(5 * Math.random());
    const battery = (12.4 + Math.random() / 10).toFixed(2);
    return `,"dissolved_oxygen":${oxygen},"water_temperature":${temperature},"ph":${ph},"turbidity":${turbidity},"ammonia_nitrogen":${ammonia},"water_level":${level},"aerator_on":${index % 2},"battery_voltage":${battery}}`;
  });
  let next = 0;
  return () => {
    next = next + 1 === texts.length ? 0 : next + 1;
    return texts[next] ?? '';
  };
}

function createSend(readingsPerMessage: number) {
  const valuesOf = createValues();
  const scratch = Buffer.alloc(1024 * 1024);

  /** Measured now, as sensors do; no two of a device at one time. */
  function reading(publisher: Publisher): string {
    publisher.lastTime = Math.max(publisher.lastTime + 1, Date.now());
    return `{"time":${publisher.lastTime}${valuesOf()}`;
  }

  function payload(publisher: Publisher): string {
    if (readingsPerMessage === 1) return reading(publisher);
    let text = '[';
    for (let count = 0; count < readingsPerMessage; count++) text += (count === 0 ? '' : ',') + reading(publisher);
    return `${text}]`;
  }

  function frame(publisher: Publisher, start: number, now: number): number {
    const text = payload(publisher);
    const { topic, nextId: id } = publisher;
    publisher.nextId = id + 1 === IDS ? 1 : id + 1;
    publisher.sentAt[id] = now;
    let length = topic.length + 2 + text.length;
    let at = start;
    scratch[at++] = 0x32;
    do {
      scratch[at++] = (length & 0x7f) | (length > 0x7f ? 0x80 : 0);
      length >>= 7;
    } while (length > 0);
    at += topic.copy(scratch, at);
    scratch[at++] = id >> 8;
    scratch[at++] = id & 0xff;
    return at + scratch.write(text, at, 'latin1');
  }

  return (publisher: Publisher, messages: number): void => {
    const now = performance.now();
    let at = 0;
    for (let count = 0; count < messages; count++) {
      at = frame(publisher, at, now);
      if (at < scratch.length / 2 && count + 1 < messages) continue;
      publisher.socket.write(Buffer.from(scratch.subarray(0, at)));
      at = 0;
    }
  };
}

export async function load(job: LoadJob): Promise<LoadResult> {
  const { port, logins, seconds, window, rate, readingsPerMessage = 1 } = job;
  const latencies: number[] = [];
  let isRunning = false;
  const send = createSend(readingsPerMessage);
  const onAcks = (publisher: Publisher, ids: readonly number[]) => {
    const now = performance.now();
    for (const id of ids) latencies.push(now - (publisher.sentAt[id] ?? now));
    if (isRunning && rate === undefined && ids.length > 0) send(publisher, ids.length);
  };
  const publishers: Publisher[] = [];
  for (let from = 0; from < logins.length; from += CONNECTS_AT_ONCE) {
    const some = logins.slice(from, from + CONNECTS_AT_ONCE);
    publishers.push(...(await Promise.all(some.map((login) => open(port, login, onAcks)))));
  }
  process.send?.('connected');
  await once(process, 'message');
  isRunning = true;
  const startedAt = performance.now();
  if (rate === undefined) for (const publisher of publishers) send(publisher, window);
  else await sendAtRate(publishers, send, rate, seconds);
  const rest = seconds * 1000 - (performance.now() - startedAt);
  if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
  isRunning = false;
  const messages = latencies.length;
  const elapsed = (performance.now() - startedAt) / 1000;
  for (const { socket } of publishers) socket.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.min(messages - 1, Math.floor(messages * share))] ?? Number.NaN;
  return { perSecond: messages / elapsed, p50: at(0.5), p99: at(0.99), messages };
}

async function sendAtRate(
  publishers: readonly Publisher[],
  send: (publisher: Publisher, messages: number) => void,
  rate: number,
  seconds: number,
): Promise<void> {
  const startedAt = performance.now();
  let sent = 0;
  while (performance.now() - startedAt < seconds * 1000) {
    const due = Math.floor(((performance.now() - startedAt) * rate) / 1000);
    for (; sent < due; sent++) {
      const publisher = publishers[sent % publishers.length];
      if (publisher !== undefined) send(publisher, 1);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

process.once('message', (job) => {
  void load(job as LoadJob).then((result) => {
    process.send?.(result, () => process.exit(0));
  });
});
