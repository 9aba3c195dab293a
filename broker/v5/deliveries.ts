/** Messages to one client: within its Receive Maximum, in order, until their PUBACK; bounded, also while it is disconnected. */
import mqttPacket from 'mqtt-packet';

export interface Outgoing {
  readonly topic: string;
  readonly payload: string;
  readonly qos: 0 | 1;
  /** Expiry, monotonic ms. */
  readonly deadline?: number | undefined;
  readonly responseTopic?: string | undefined;
  readonly correlation?: string | undefined;
  readonly subscriptionIds: readonly number[];
}

/** The connection, while there is one. */
export interface Line {
  readonly receiveMaximum: number;
  /** Packets above the client's maximum are dropped as if delivered [MQTT5-3.1.2-25]. */
  readonly maximumPacketSize: number;
  write(bytes: Buffer): void;
}

export interface Deliveries {
  /** Resends unacknowledged messages with DUP, then sends waiting ones [MQTT5-4.4.0-1]. */
  attach(line: Line): void;
  detach(): void;
  send(message: Outgoing): void;
  acknowledged(id: number): void;
}

export interface DeliveriesOptions {
  /** Most waiting messages, besides unacknowledged ones. */
  readonly maxQueued: number;
  readonly monotonic: () => number;
  readonly onDropped: (reason: string) => void;
}

/** Most unacknowledged messages of a client, whatever its Receive Maximum. */
const LARGEST_WINDOW = 100;
const LARGEST_ID = 0xffff;

export function createDeliveries({ maxQueued, monotonic, onDropped }: DeliveriesOptions): Deliveries {
  const unacknowledged = new Map<number, Outgoing>();
  const queue: Outgoing[] = [];
  let line: Line | undefined;
  let lastId = 0;

  function freeId(): number {
    do lastId = (lastId % LARGEST_ID) + 1;
    while (unacknowledged.has(lastId));
    return lastId;
  }

  /** False if it must not be sent. */
  function write(to: Line, message: Outgoing, id: number, dup: boolean): boolean {
    const leftMs = message.deadline === undefined ? undefined : message.deadline - monotonic();
    if (leftMs !== undefined && leftMs <= 0) {
      onDropped('expired');
      return false;
    }
    const bytes = encode(message, id, dup, leftMs);
    if (bytes.length > to.maximumPacketSize) {
      onDropped('larger than the client accepts');
      return false;
    }
    to.write(bytes);
    return true;
  }

  function sendNext(): void {
    while (line !== undefined && unacknowledged.size < Math.min(line.receiveMaximum, LARGEST_WINDOW)) {
      const message = queue.shift();
      if (message === undefined) return;
      const id = freeId();
      if (write(line, message, id, false)) unacknowledged.set(id, message);
    }
  }

  return {
    attach(to) {
      line = to;
      const again = [...unacknowledged];
      for (const [id, message] of again) if (!write(to, message, id, true)) unacknowledged.delete(id);
      sendNext();
    },
    detach() {
      line = undefined;
    },
    send(message) {
      if (message.qos === 0) {
        if (line !== undefined) write(line, message, 0, false);
        return;
      }
      if (queue.length >= maxQueued) {
        onDropped('too many messages wait for this client');
        return;
      }
      queue.push(message);
      sendNext();
    },
    acknowledged(id) {
      if (unacknowledged.delete(id)) sendNext();
    },
  };
}

function encode(message: Outgoing, messageId: number, dup: boolean, leftMs: number | undefined): Buffer {
  const { topic, payload, qos, responseTopic, correlation, subscriptionIds } = message;
  const properties = {
    ...(leftMs !== undefined && { messageExpiryInterval: Math.ceil(leftMs / 1000) }),
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlation !== undefined && { correlationData: Buffer.from(correlation) }),
    ...(subscriptionIds.length > 0 && { subscriptionIdentifier: [...subscriptionIds] }),
  };
  return mqttPacket.generate(
    { cmd: 'publish', topic, payload, qos, dup, retain: false, ...(qos > 0 && { messageId }), properties } as never,
    { protocolVersion: 5 },
  );
}
