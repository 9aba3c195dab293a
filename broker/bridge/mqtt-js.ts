/** The bridge on MQTT.js, with manual acknowledgements: the other broker gets a PUBACK only when the message is durable here. */
import { readFileSync } from 'node:fs';
import mqtt, { type IClientOptions, type IConnackPacket, type MqttClient } from 'mqtt';
import { codeOf, DaoyuError } from '../../base/errors.ts';
import { parseTopic, topicPrefix } from '../../base/topics.ts';
import type { InboundMessage } from '../broker.ts';
import type { Bridge, BridgeOptions } from './bridge.ts';
import { createHandover } from './handover.ts';
import { acknowledgeManually } from './manual-ack.ts';
import { rememberStatuses } from './retained.ts';

/** A message with the connection that delivered it, on which alone it can be acknowledged. */
interface Arrival {
  readonly message: InboundMessage;
  readonly messageId: number | undefined;
  readonly stream: MqttClient['stream'];
}

/** `telemetry/#` matches `telemetry` too [MQTT-4.7.1-2]. */
const FILTERS = ['daoyu/+/+/telemetry/#', 'daoyu/+/+/status', 'daoyu/+/+/replies/#'];
/** A week: how long the broker keeps messages for a disconnected bridge. */
const SESSION_EXPIRY_S = 7 * 86_400;
const MAX_IN_FLIGHT = 1000;
const RETRY_AFTER_MS = 1000;
const RECONNECT_AFTER_MS = 1000;
const CLOSE_WITHIN_MS = 10_000;
/** Answers that wait for the PUBACK of the other broker; more are dropped. */
const MAX_TOLD_IN_FLIGHT = 1000;
/** MQTT 5 table 2-6: reason codes from here on are refusals. */
const REFUSED_FROM = 0x80;

/** CONNACK 2 of MQTT 3.1.1, 0x85 of MQTT 5. */
const ID_REFUSED = [2, 0x85];
const WHY_ID_REFUSED =
  'set client= in DAOYU_MQTT_BRIDGE to letters, digits and hyphens; nats-server 2.12 and newer refuses dots and spaces';

/** Connects, and reconnects for ever. */
export function openBridge(options: BridgeOptions): Bridge {
  const { address, clientId, clock, log, maxInFlight = MAX_IN_FLIGHT } = options;
  const broker = address.url;
  const counts = { received: 0, acknowledged: 0, toldInFlight: 0, toldDropped: 0 };
  let problem: string | undefined = 'not connected yet';
  let hadSession = false;
  let isClosing = false;
  const statuses = rememberStatuses();

  const handover = createHandover<Arrival>({
    maxInFlight,
    retryAfterMs: RETRY_AFTER_MS,
    admit: ({ message }) => admit(message),
    onDurable(arrival) {
      statuses.remember(arrival.message);
      acknowledge(arrival);
    },
    onTrouble: (error) =>
      log.warn(
        { broker, code: codeOf(error), reason: (error as Error).message },
        'bridge: the log refuses messages; the other broker keeps them',
      ),
    onRecovered: () => log.info({ broker }, 'bridge: the log takes messages again'),
  });

  const client = mqtt.connect(broker, clientOptions(options));
  const manualAck = acknowledgeManually(client);

  client.on('message', (topic, payload, packet) => {
    if (isClosing) return;
    counts.received += 1;
    const messageId = manualAck.messageIdOf(packet);
    const { park, device, channel } = parseTopic(topic) ?? { park: 'unknown', device: 'unknown', channel: 'telemetry' };
    const message: InboundMessage = {
      park,
      device,
      channel,
      topic,
      payload,
      qos: messageId === undefined ? 0 : 1,
      isResend: packet.dup,
      isRetained: packet.retain,
      isWill: false,
      receivedAt: clock(),
    };
    const arrival = { message, messageId, stream: client.stream };
    if (statuses.isKnown(message)) acknowledge(arrival);
    else handover.push(arrival);
  });
  client.handleMessage = (_packet, done) => handover.whenRoom(() => done());

  function admit({ payload, ...message }: InboundMessage): Promise<void> {
    if (payload.length <= options.maxPacketBytes) return options.admit({ ...message, payload });
    return options.admitOversize({ ...message, sizeBytes: payload.length, head: payload });
  }

  function acknowledge({ messageId, stream }: Arrival): void {
    counts.acknowledged += 1;
    if (messageId !== undefined) manualAck.acknowledge(messageId, stream);
  }

  client.on('connect', (connack: IConnackPacket) => {
    if (hadSession && !connack.sessionPresent)
      log.warn(
        { broker },
        'bridge: the broker has lost our session, and with it the messages kept for us; see docs/bridge.md',
      );
    // Repeated even with a session: the broker may have lost the subscription, and repeating it is harmless.
    subscribe(client, address.group).then(
      () => {
        hadSession = true;
        problem = undefined;
        log.info({ broker, clientId, sessionPresent: connack.sessionPresent }, 'bridge: connected');
      },
      (error: unknown) => trouble(`subscription failed: ${(error as Error).message}`),
    );
  });
  client.on('error', (error) => trouble(isIdRefused(error) ? `${error.message}: ${WHY_ID_REFUSED}` : error.message));
  client.on('close', () => trouble(problem ?? 'the connection is closed'));

  function trouble(why: string): void {
    if (isClosing) return;
    if (problem === undefined) log.warn({ broker, reason: why }, 'bridge: not connected; trying again for ever');
    problem = why;
  }

  return {
    async tell(device, channel, payload) {
      if (!client.connected || counts.toldInFlight >= MAX_TOLD_IN_FLIGHT) {
        counts.toldDropped += 1;
        return;
      }
      counts.toldInFlight += 1;
      // Not awaited: the sender need not wait for the broker's PUBACK.
      client.publish(`${topicPrefix(device)}${channel}`, payload, { qos: 1 }, () => {
        counts.toldInFlight -= 1;
      });
    },
    status: () => ({
      isConnected: client.connected && problem === undefined,
      ...(problem !== undefined && { problem: `${broker}: ${problem}` }),
      inFlight: handover.size,
      received: counts.received,
      acknowledged: counts.acknowledged,
    }),
    async close() {
      isClosing = true;
      const deadline = new Promise((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref());
      await Promise.race([handover.close(), deadline]);
      await Promise.race([client.endAsync(!client.connected), deadline]);
    },
  };
}

function clientOptions({ address, clientId, maxInFlight = MAX_IN_FLIGHT }: BridgeOptions): IClientOptions {
  return {
    clientId,
    protocolVersion: address.version,
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.caFile !== undefined && { ca: readAuthority(address.caFile) }),
    clean: false,
    keepalive: 30,
    reconnectPeriod: RECONNECT_AFTER_MS,
    reconnectOnConnackError: true,
    connectTimeout: 10_000,
    resubscribe: false,
    ...(address.version === 5 && {
      // No maximum packet size: a broker would silently discard larger packets [MQTT-3.1.2-25].
      properties: { sessionExpiryInterval: SESSION_EXPIRY_S, receiveMaximum: maxInFlight },
    }),
  };
}

/** Rejects if the broker refuses a filter, or grants less than QoS 1. */
async function subscribe(client: MqttClient, group: string | undefined): Promise<void> {
  const filters = FILTERS.map((filter) => (group === undefined ? filter : `$share/${group}/${filter}`));
  const granted = await client.subscribeAsync(filters, { qos: 1 });
  const refused = granted.filter(({ qos }) => qos >= REFUSED_FROM);
  if (refused.length > 0)
    throw new Error(`it refuses to let us subscribe to ${refused.map(({ topic }) => topic).join(', ')}`);
  if (granted.some(({ qos }) => qos === 0)) throw new Error('it grants QoS 0 only, which promises nothing');
}

function isIdRefused(error: Error): boolean {
  return 'code' in error && ID_REFUSED.includes(Number(error.code));
}

function readAuthority(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new DaoyuError('CONFIG_INVALID', `the file ${file} behind ca= in DAOYU_MQTT_BRIDGE cannot be read`, {
      cause,
    });
  }
}
