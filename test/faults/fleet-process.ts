/** A hundred devices in a process of their own: QoS 1 at a steady rate, reconnecting for ever, resending with DUP what was not acknowledged. */
import { connect, type Socket } from 'node:net';
import mqttPacket from 'mqtt-packet';
import { valueAt } from '../kill/counting-device.ts';
import type { DeviceLogin, FleetMessage, FleetTimes } from './fleet.ts';

/** Unacknowledged publishes of one device; a device that has so many waits. */
const WINDOW = 30;
const RECONNECT_MS = 100;
const STEP_MS = 1000;

interface Waiting {
  readonly time: number;
  isSent: boolean;
}

class Device {
  readonly #login: DeviceLogin;
  readonly #port: number;
  readonly #waiting = new Map<number, Waiting>();
  #socket: Socket | undefined;
  #isConnected = false;
  #nextId = 1;
  #time: number;
  sent: number[] = [];
  acknowledged: number[] = [];
  published = 0;

  constructor(port: number, login: DeviceLogin, firstTime: number) {
    this.#port = port;
    this.#login = login;
    this.#time = firstTime;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  open(): void {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    const parser = mqttPacket.parser();
    this.#socket = socket;
    parser.on('packet', (packet) => {
      if (packet.cmd === 'connack' && packet.returnCode === 0) {
        this.#isConnected = true;
        for (const [id, waiting] of this.#waiting) this.#send(id, waiting);
      } else if (packet.cmd === 'puback' && packet.messageId !== undefined) {
        const known = this.#waiting.get(packet.messageId);
        if (known === undefined) return;
        this.#waiting.delete(packet.messageId);
        this.acknowledged.push(known.time);
        acknowledged += 1;
      }
    });
    socket.on('data', (chunk) => parser.parse(chunk));
    socket.on('error', () => {}); // A refused or broken connection is the point of the test; 'close' follows.
    socket.on('close', () => {
      this.#isConnected = false;
      setTimeout(() => this.open(), RECONNECT_MS * (1 + Math.random()));
    });
    socket.on('connect', () => {
      const { id, password } = this.#login;
      const clean = { protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 60 } as const;
      const packet = { cmd: 'connect', clientId: id, username: id, password: Buffer.from(password), ...clean } as const;
      socket.write(mqttPacket.generate(packet));
    });
  }

  /** False when the window is full. */
  measure(): boolean {
    if (!this.#isConnected || this.#waiting.size >= WINDOW) return false;
    this.#time += STEP_MS;
    const id = this.#nextId;
    this.#nextId = id === 65_535 ? 1 : id + 1;
    const waiting = { time: this.#time, isSent: false };
    this.#waiting.set(id, waiting);
    this.sent.push(this.#time);
    this.#send(id, waiting);
    return true;
  }

  #send(messageId: number, waiting: Waiting): void {
    const { topic, alsoSends } = this.#login;
    const { time } = waiting;
    const payload = JSON.stringify({ time, dissolved_oxygen: valueAt(time), ...alsoSends });
    this.#socket?.write(
      mqttPacket.generate({ cmd: 'publish', topic, payload, qos: 1, messageId, dup: waiting.isSent, retain: false }),
    );
    waiting.isSent = true;
    this.published += 1;
  }
}

let acknowledged = 0;
let devices: readonly Device[] = [];
let rate = 0;
let due = 0;
let next = 0;
let last = performance.now();

setInterval(() => {
  const now = performance.now();
  // A time that the whole process was frozen is not made up for in one burst.
  due += (Math.min(now - last, 100) / 1000) * rate;
  last = now;
  for (let tries = 0; due >= 1 && tries < 2 * devices.length; tries++) {
    next = (next + 1) % devices.length;
    if (devices[next]?.measure()) due -= 1;
  }
  // What could not be sent because all windows were full is not sent later.
  due = Math.min(due, 1);
}, 5);

process.on('message', (message: FleetMessage) => {
  const answer = (value: unknown) => process.send?.({ of: message.number, value });
  switch (message.ask) {
    case 'open':
      devices = message.logins.map((login) => new Device(message.port, login, message.firstTime));
      for (const device of devices) device.open();
      return answer(true);
    case 'rate':
      rate = message.perSecond;
      return answer(true);
    case 'count':
      return answer({
        acknowledged,
        waiting: devices.reduce((sum, device) => sum + device.waiting, 0),
        connected: devices.filter((device) => device.isConnected).length,
      });
    case 'collect': {
      const times: FleetTimes[] = devices.map(({ sent, acknowledged: kept, published }) => ({
        ...{ sent, published, acknowledged: kept },
      }));
      for (const device of devices) [device.sent, device.acknowledged, device.published] = [[], [], 0];
      return answer(times);
    }
  }
});
process.on('disconnect', () => process.exit(0));
