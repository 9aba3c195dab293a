/**
 * A device as it should be, with MQTT.js: measures on time whatever the network does, keeps each reading on disk until its PUBACK, sends
 * again what has none.
 *
 *   npx tsx device.ts mqtt://HOST:1883 PARK.DEVICE PASSWORD FOLDER [INTERVAL_SECONDS]
 *
 * MQTT.js resends by itself only what it holds in memory; here the queue on disk decides, so that a restart loses nothing.
 */
import { setTimeout as pause } from 'node:timers/promises';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { openQueue, type Queue } from './queue.ts';

const [url, id, password, folder, seconds = '60'] = process.argv.slice(2);
if (url === undefined || id === undefined || password === undefined || folder === undefined) {
  console.error('usage: device.ts mqtt://HOST:1883 PARK.DEVICE PASSWORD FOLDER [INTERVAL_SECONDS]');
  process.exit(2);
}

const KEEP_ALIVE_S = 120;
/** Longer without a PUBACK: the link is taken for dead. */
const PUBACK_MS = 20_000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** Two days of readings a minute. */
const KEPT = 2880;

const intervalMs = Number(seconds) * 1000;
const prefix = `daoyu/${id.replace('.', '/')}`;
const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());

/** Your sensors. A value that could not be read is left out, never sent as -127 or as it was before. */
function measure(): object {
  const between = (low: number, high: number) => Number((low + Math.random() * (high - low)).toFixed(3));
  // The time is that of the measurement and stays with the reading: the machine's clock must be set by NTP.
  return { time: Date.now(), dissolved_oxygen: between(6, 7), water_temperature: between(21, 22) };
}

const queue: Queue = openQueue(folder, KEPT);
const measuring = setInterval(() => queue.append(JSON.stringify(measure())), intervalMs);
queue.append(JSON.stringify(measure()));

/** The same command may come again: it is answered each time, and done once. Nothing is done after its end. */
let lastCommand = '';

function onMessage(client: MqttClient, topic: string, payload: Buffer): void {
  if (topic === `${prefix}/errors`) {
    console.error(`the platform refuses something: ${payload}`);
    return;
  }
  const { id: command, expires = 0 } = JSON.parse(payload.toString()) as {
    readonly id?: string;
    readonly expires?: number;
  };
  if (command === undefined) return;
  const isOver = command !== lastCommand && expires < Date.now();
  if (isOver) return reply(client, command, 'failed');
  if (command !== lastCommand) console.log(`command ${payload}`); // Here the relay would be switched.
  lastCommand = command;
  reply(client, command, 'received');
  reply(client, command, 'done');
}

function reply(client: MqttClient, command: string, state: string): void {
  client.publish(`${prefix}/replies`, JSON.stringify({ id: command, state }), { qos: 1 });
}

/** Rejects as soon as the connection is closed; `connectAsync` would wait for its timeout. */
function connect(address: string, options: IClientOptions): Promise<MqttClient> {
  const client = mqtt.connect(address, options);
  client.on('error', (error) => console.error(error.message));
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve(client));
    client.once('close', () => reject(new Error('not connected')));
  });
}

/** One connection, until it breaks. Resolves to whether anything was acknowledged on it. */
async function serve(client: MqttClient): Promise<boolean> {
  let hasWorked = false;
  const broken = new AbortController();
  const over = AbortSignal.any([stopping.signal, broken.signal]);
  client.once('close', () => broken.abort());
  client.on('message', (topic, payload) => onMessage(client, topic, payload));
  client.publish(`${prefix}/status`, 'online', { qos: 1, retain: true });
  client.subscribe([`${prefix}/errors`, `${prefix}/commands/#`], { qos: 1 });
  while (!over.aborted) {
    const oldest = queue.oldest();
    if (oldest === undefined) {
      await queue.filled(over);
      continue;
    }
    // One at a time keeps the order, and is fast enough for one device.
    const isDup = oldest.isSent;
    queue.markSent(oldest);
    const published = client.publishAsync(`${prefix}/telemetry`, oldest.text, { qos: 1, dup: isDup });
    const deadline = pause(PUBACK_MS, false, { ref: false, signal: broken.signal });
    const isAcknowledged = await Promise.race([published.then(() => true), deadline]).catch(() => false);
    if (!isAcknowledged) return hasWorked;
    // Only now may the readings go.
    queue.acknowledge(oldest);
    hasWorked = true;
  }
  return hasWorked;
}

let pauseMs = FIRST_PAUSE_MS;
while (!stopping.signal.aborted) {
  try {
    const client = await connect(url, {
      ...{ clientId: id, username: id, password, keepalive: KEEP_ALIVE_S, clean: false },
      will: { topic: `${prefix}/status`, payload: Buffer.from('offline'), qos: 1, retain: true },
      // Pauses, and what is sent again, are ours.
      ...{ reconnectPeriod: 0, connectTimeout: PUBACK_MS, resubscribe: false },
    });
    const hasWorked = await serve(client);
    if (hasWorked) pauseMs = FIRST_PAUSE_MS;
    await client.endAsync(!stopping.signal.aborted);
  } catch (error) {
    console.error((error as Error).message);
  }
  // A random part, so that a thousand devices do not come back at one beat.
  await pause(pauseMs / 2 + (Math.random() * pauseMs) / 2, undefined, { signal: stopping.signal }).catch(() => {});
  pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
}
clearInterval(measuring);
