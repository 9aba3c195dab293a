/** The MQTT broker on aedes, whose publish hook runs before the PUBACK: what keeps the promise, and what keeps aedes from harm, is wired here. */
import type { Duplex } from 'node:stream';
import {
  Aedes,
  type AedesPublishPacket,
  type AuthenticateError,
  type Client,
  type ConnectPacket,
  type PublishPacket,
} from 'aedes';
import { clientIdOf, type DeviceAddress, topicPrefix } from '../base/topics.ts';
import type { Broker, BrokerOptions, InboundMessage } from './broker.ts';
import { withoutFanOut } from './fan-out.ts';
import { guardFrames, oversizeOf } from './frame-guard.ts';
import { type ClientFlow, createInFlight } from './in-flight.ts';
import { openListeners } from './listeners.ts';
import { createPace, type Pace } from './rate-limit.ts';
import { createRefusals } from './refusals.ts';
import { mayRead, publishedChannel } from './topic-rules.ts';
import { createVerifier } from './verifier.ts';

/** What the broker knows of one connection. */
interface Session {
  readonly remote: string;
  readonly flow: ClientFlow;
  readonly pace: Pace;
  /** Filters asked for on this connection. */
  readonly subscriptions: Set<string>;
  address?: DeviceAddress;
  willTopic?: string;
}

const MAX_CONNECT_BYTES = 4096;
/** A `status` is a word; what is longer is not kept for later subscribers. */
const MAX_RETAINED_BYTES = 1024;
const AUTHENTICATE_TIMEOUT_MS = 30_000;

/** `persistence`: where sessions and retained messages are kept, for a test to look into; in memory unless given. */
export async function openBroker(options: BrokerOptions, persistence?: object): Promise<Broker> {
  const {
    limits,
    clock,
    log,
    monotonic = () => performance.now(),
    authenticateTimeoutMs = AUTHENTICATE_TIMEOUT_MS,
  } = options;
  const refusals = createRefusals(log, monotonic);
  const inFlight = createInFlight(limits, monotonic);
  const verifier = createVerifier(options.findCredential, monotonic);
  const sessions = new WeakMap<Client, Session>();
  const connected = new Map<string, Client>();
  const perAddress = new Map<string, number>();
  /** Client ids with a session that outlives the connection, and how much is queued for them while they are away. */
  const persistent = new Map<string, number>();
  const counts = { received: 0, acknowledged: 0 };
  let isClosing = false;

  const aedes = await Aedes.createBroker({
    ...(persistence !== undefined && { persistence }),
    connectTimeout: limits.connectTimeoutMs,
    drainTimeout: limits.drainTimeoutMs,
    maxTopicLevels: 8,
    maxInflightInbound: 20,
    queueLimit: 42,
    preConnect: (client, packet, callback) => guarded(callback, () => preConnect(client, packet, callback)),
    authenticate(client, username, password, done) {
      void authenticate(client, username, password).then(
        () => done(null, true),
        (error: AuthenticateError) => done(error, false),
      );
    },
    authorizePublish: (client, packet, callback) => guarded(callback, () => authorizePublish(client, packet, callback)),
    authorizeSubscribe(client, subscription, callback) {
      const session = sessions.get(client);
      const isAllowed =
        session?.address !== undefined &&
        mayRead(subscription.topic, session.address) &&
        session.subscriptions.add(subscription.topic).size <= limits.maxSubscriptions;
      if (!isAllowed)
        refusals.note('subscription', {
          clientId: client.id,
          topic: subscription.topic.slice(0, limits.maxTopicBytes),
        });
      callback(null, isAllowed ? subscription : null); // null answers 0x80 [MQTT-3.9.3-2].
    },
    // Telemetry is read by HTTP, SSE or from the log: one slow MQTT reader must not hold up the others' PUBACKs.
    authorizeForward: (_client, packet) => packet,
  });
  withoutFanOut(aedes);

  function preConnect(
    client: Client,
    packet: ConnectPacket,
    callback: (error: Error | null, success: boolean) => void,
  ): void {
    const session = sessions.get(client);
    if (session === undefined || isClosing) return callback(new Error('closing'), false);
    const asked = packet.keepalive ?? 0;
    // No keep-alive would keep a dead socket for ever; a short one would cut off a device while its publishes wait for a slow disk.
    packet.keepalive =
      asked === 0
        ? limits.maxKeepAliveSeconds
        : Math.min(Math.max(asked, limits.minKeepAliveSeconds), limits.maxKeepAliveSeconds);
    const id = packet.clientId ?? '';
    // Sessions live in memory without expiry: beyond the bound a new one ends with its connection, as its CONNACK says (no session present).
    if (packet.clean === false && id !== '' && !persistent.has(id) && persistent.size >= limits.maxPersistentSessions)
      packet.clean = true;
    if (packet.will) session.willTopic = packet.will.topic;
    callback(null, true);
  }

  async function authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<void> {
    const session = sessions.get(client);
    if (session === undefined) throw refusal(3, 'unknown connection');
    const { remote } = session;
    const verdict = await withDeadline(
      verifier.verify({ username: username ?? '', password: password ?? Buffer.alloc(0), remote }),
      authenticateTimeoutMs,
    );
    if (typeof verdict === 'string') {
      refusals.note(verdict, { clientId: client.id, remote });
      throw refusal(verdict === 'busy' ? 3 : verdict === 'backoff' ? 5 : 4, verdict);
    }
    const { park, device } = verdict;
    if (client.id !== clientIdOf(verdict)) {
      refusals.note('client_id', { clientId: client.id, username, remote });
      throw refusal(2, 'client id must equal the user name');
    }
    const { willTopic } = session;
    if (willTopic !== undefined && publishedChannel(willTopic, verdict, limits.maxTopicBytes) === undefined) {
      refusals.note('topic', { clientId: client.id, topic: willTopic.slice(0, limits.maxTopicBytes) });
      throw refusal(5, 'last will on a foreign topic');
    }
    session.address = { park, device };
  }

  function authorizePublish(
    client: Client | null,
    packet: PublishPacket,
    callback: (error?: Error | null) => void,
  ): void {
    const session = client === null ? undefined : sessions.get(client);
    // Wills of clients that are long gone come without one; memory keeps none over a restart.
    if (session?.address === undefined) return callback(new Error('publish without a device'));
    const { address } = session;
    const channel = publishedChannel(packet.topic, address, limits.maxTopicBytes);
    if (channel === undefined) {
      refusals.note('topic', { clientId: client?.id, topic: packet.topic.slice(0, limits.maxTopicBytes) });
      return callback(new Error('not a topic of this device'));
    }
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    packet.retain = packet.retain && channel === 'status' && payload.length <= MAX_RETAINED_BYTES;
    counts.received += 1;
    if (session.pace.count()) refusals.note('rate', { remote: session.remote, ...address });
    // Written out: an object that others are spread into costs several times as much, and there is one for each publish.
    const message: InboundMessage = {
      park: address.park,
      device: address.device,
      channel,
      topic: packet.topic,
      payload,
      // QoS 2 is taken as QoS 1: its DUP comes through here again, and the identity of a reading makes it once.
      qos: packet.qos === 0 ? 0 : 1,
      isResend: packet.dup,
      isWill: !('cmd' in packet) || packet.cmd === undefined,
      receivedAt: clock(),
    };
    const oversize = oversizeOf(payload);
    const work = () =>
      oversize === undefined ? options.admit(message) : options.admitOversize({ ...message, ...oversize });
    session.flow.run(payload.length, work, (error) => {
      if (error === undefined) {
        counts.acknowledged += 1;
        // Its stand-in is of no use to anybody.
        if (oversize !== undefined) packet.payload = Buffer.alloc(0);
        return callback(null);
      }
      refusals.note('log', { clientId: client?.id, reason: error.message });
      callback(error);
    });
  }

  function accept(stream: Duplex, remote: string): () => boolean {
    const open = (perAddress.get(remote) ?? 0) + 1;
    if (isClosing || open > limits.maxConnectionsPerAddress) {
      refusals.note('connections', { remote });
      stream.destroy();
      return () => false;
    }
    perAddress.set(remote, open);
    const flow = inFlight.client(() => guard.release());
    const session: Session = {
      remote,
      flow,
      pace: createPace({
        ...{ perSecond: limits.maxMessagesPerSecond, monotonic },
        wake: () => void stream.emit('readable'),
      }),
      subscriptions: new Set(),
    };
    const isKnown = () => session.address !== undefined;
    const guard = guardFrames(stream, {
      maxPacketBytes: limits.maxPacketBytes,
      maxConnectBytes: MAX_CONNECT_BYTES,
      isKnown,
      isHeld: () => flow.isHeld || session.pace.isHeld(),
      onOversize: () => refusals.note('oversize', { remote, ...session.address }),
    });
    stream.on('error', () => {}); // Broken connections are counted where they matter.
    stream.once('close', () => {
      flow.close();
      const left = (perAddress.get(remote) ?? 1) - 1;
      if (left === 0) perAddress.delete(remote);
      else perAddress.set(remote, left);
    });
    sessions.set(aedes.handle(stream), session);
    return isKnown;
  }

  aedes.on('clientReady', (client) => {
    const address = sessions.get(client)?.address;
    if (address === undefined) return;
    connected.set(client.id, client);
    if (client.clean) persistent.delete(client.id);
    else persistent.set(client.id, 0);
    options.onPresence?.(address, 'online', clock());
  });
  aedes.on('clientDisconnect', (client) => {
    const address = sessions.get(client)?.address;
    if (address === undefined || connected.get(client.id) !== client) return;
    connected.delete(client.id);
    options.onPresence?.(address, 'offline', clock());
  });
  aedes.on('keepaliveTimeout', (client) => refusals.note('keepalive', { clientId: client.id }));
  aedes.on('clientError', (client, error) =>
    refusals.note('connection', { clientId: client.id, reason: error.message }),
  );
  aedes.on('connectionError', (client, error) =>
    refusals.note('connection', { remote: sessions.get(client)?.remote, reason: error.message }),
  );
  // An emitter without this listener would end the process.
  (aedes as NodeJS.EventEmitter).on('error', (error: Error) => log.error({ reason: error.message }, 'broker error'));

  const closeBroker = () => new Promise<void>((resolve) => aedes.close(() => resolve()));
  const listeners = await openListeners({ ...options, maxConnectBytes: MAX_CONNECT_BYTES }, accept).catch(
    async (error: unknown) => {
      // A broker left open would keep the process alive behind its own error message.
      await closeBroker();
      inFlight.close();
      throw error;
    },
  );

  return {
    urls: listeners.urls,
    async tell(device, channel, payload) {
      const id = clientIdOf(device);
      if (!connected.has(id)) {
        const queued = persistent.get(id);
        if (queued === undefined || queued >= limits.maxQueuedPerSession) return;
        persistent.set(id, queued + 1);
      }
      const packet = {
        cmd: 'publish',
        topic: `${topicPrefix(device)}${channel}`,
        payload,
        qos: 1,
        retain: false,
        dup: false,
      } as AedesPublishPacket;
      // Handed over, not awaited: delivery waits for a reader that may be frozen, and nobody else may wait with it.
      aedes.publish(packet, (error) => {
        if (error) refusals.note('tell', { clientId: id, reason: error.message });
      });
    },
    isConnected: (device) => connected.has(clientIdOf(device)),
    devices: () => [...connected.values()].flatMap((client) => sessions.get(client)?.address ?? []),
    status: () => ({ connections: connected.size, ...inFlight.status(), refused: refusals.counts(), ...counts }),
    async close() {
      isClosing = true;
      await Promise.race([
        inFlight.idle(),
        new Promise((resolve) => setTimeout(resolve, limits.admitTimeoutMs).unref()),
      ]);
      await closeBroker();
      await listeners.close();
      inFlight.close();
      refusals.close();
    },
  };
}

/** A throw in a hook of aedes would be an uncaught exception. */
function guarded(callback: (error: Error, ...rest: never[]) => void, hook: () => void): void {
  try {
    hook();
  } catch (error) {
    callback(error as Error);
  }
}

/** aedes has no time limit of its own while it authenticates. */
function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(refusal(3, 'no verdict on the credential in time')), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** CONNACK return codes of MQTT 3.1.1, table 3.1. */
function refusal(returnCode: 2 | 3 | 4 | 5, message: string): AuthenticateError {
  return Object.assign(new Error(message), { returnCode }) as AuthenticateError;
}
