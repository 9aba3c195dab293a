/** The load of the ingest bench, in a process of its own so that its CPU is not the broker's: raw QoS 1 publishers with a window, latencies noted. */
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

interface Publisher {
  readonly socket: Socket;
  readonly topic: string;
  /** Send time by message id. */
  readonly waiting: Map<number, number>;
  nextId: number;
  /** Measured time of its last reading, epoch ms. */
  lastTime: number;
}

async function open(
  port: number,
  login: LoadJob['logins'][number],
  onAck: (publisher: Publisher, id: number) => void,
): Promise<Publisher> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const publisher: Publisher = { socket, topic: login.topic, waiting: new Map(), nextId: 1, lastTime: 0 };
  const parser = mqttPacket.parser();
  let connected: (() => void) | undefined;
  const isConnected = new Promise<void>((resolve, reject) => {
    connected = resolve;
    socket.once('close', () => reject(new Error('connection closed')));
  });
  isConnected.catch(() => {});
  parser.on('packet', (packet) => {
    if (packet.cmd === 'connack') {
      if (packet.returnCode !== 0) throw new Error(`refused with ${packet.returnCode}`);
      connected?.();
    } else if (packet.cmd === 'puback' && packet.messageId !== undefined) onAck(publisher, packet.messageId);
  });
  socket.on('data', (chunk) => parser.parse(chunk));
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
  await isConnected;
  return publisher;
}

export async function load({
  port,
  logins,
  seconds,
  window,
  rate,
  readingsPerMessage = 1,
}: LoadJob): Promise<LoadResult> {
  const latencies: number[] = [];
  let isRunning = false;
  let sequence = 0;
  const onAck = (publisher: Publisher, id: number) => {
    const sentAt = publisher.waiting.get(id);
    publisher.waiting.delete(id);
    if (sentAt !== undefined) latencies.push(performance.now() - sentAt);
    if (isRunning && rate === undefined) send(publisher);
  };
  /** Measured now, as sensors do; no two of a device at one time. */
  function reading(publisher: Publisher): string {
    sequence += 1;
    publisher.lastTime = Math.max(publisher.lastTime + 1, Date.now());
    const oxygen = (5 + (sequence % 300) / 100).toFixed(2);
    const temperature = (24 + Math.random()).toFixed(2);
    const ph = (8 + Math.random() / 5).toFixed(2);
    const turbidity = (30 + 5 * Math.random()).toFixed(1);
    return `{"time":${publisher.lastTime},"dissolved_oxygen":${oxygen},"water_temperature":${temperature},"ph":${ph},"turbidity":${turbidity}}`;
  }
  function send(publisher: Publisher): void {
    const id = publisher.nextId;
    publisher.nextId = id === 65_535 ? 1 : id + 1;
    const readings = Array.from({ length: readingsPerMessage }, () => reading(publisher));
    const payload = readings.length === 1 ? (readings[0] ?? '') : `[${readings.join(',')}]`;
    publisher.waiting.set(id, performance.now());
    publisher.socket.write(
      mqttPacket.generate({
        cmd: 'publish',
        topic: publisher.topic,
        payload,
        qos: 1,
        messageId: id,
        dup: false,
        retain: false,
      }),
    );
  }
  const publishers: Publisher[] = [];
  for (const login of logins) publishers.push(await open(port, login, onAck));
  isRunning = true;
  const startedAt = performance.now();
  if (rate === undefined)
    for (const publisher of publishers) for (let count = 0; count < window; count++) send(publisher);
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
  send: (publisher: Publisher) => void,
  rate: number,
  seconds: number,
) {
  const startedAt = performance.now();
  let sent = 0;
  while (performance.now() - startedAt < seconds * 1000) {
    const due = Math.floor(((performance.now() - startedAt) * rate) / 1000);
    for (; sent < due; sent++) {
      const publisher = publishers[sent % publishers.length];
      if (publisher !== undefined) send(publisher);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

process.once('message', (job) => {
  void load(job as LoadJob).then((result) => {
    process.send?.(result, () => process.exit(0));
  });
});
