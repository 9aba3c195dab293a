/** Assembles the MQTT broker: aedes for MQTT 3.1.1 behind our frame guard and express lane, our own sessions for MQTT 5. */
import { Aedes, type Client } from 'aedes';
import { clientIdOf, type DeviceAddress, observerOf, topicPrefix } from '../base/topics.ts';
import { createAccess } from './access.ts';
import { aedesHooks, guarded, noteErrors } from './aedes-hooks.ts';
import { createAedesSessions } from './aedes-sessions.ts';
import type { Broker, BrokerOptions } from './broker.ts';
import { createClients } from './clients.ts';
import { createConnections, MAX_CONNECT_BYTES } from './connections.ts';
import { createExpressLane } from './express-lane.ts';
import { withoutFanOut } from './fan-out.ts';
import { guardFrames } from './frame-guard.ts';
import { createInFlight } from './in-flight.ts';
import { createKeepAlive } from './keep-alive.ts';
import { openListeners } from './listeners.ts';
import { createObservers } from './observe/observers.ts';
import { createPublishHook } from './publish-hook.ts';
import { createRefusals } from './refusals.ts';
import type { Session } from './session.ts';
import { strict } from './strict-lane.ts';
import { createTopicNotices } from './topic-notices.ts';
import { filterMatches } from './topic-rules.ts';
import { shakeHands } from './v5/handshake.ts';
import { createSessions } from './v5/sessions.ts';
import { createVerifier } from './verifier.ts';

const AUTHENTICATE_TIMEOUT_MS = 30_000;

/** `persistence`: store of MQTT 3.1.1 sessions and retained messages, for tests; default: in memory. */
export async function openBroker(options: BrokerOptions, persistence?: object): Promise<Broker> {
  const { limits, clock, log, admit, admitOversize, monotonic = () => performance.now() } = options;
  const refusals = createRefusals(log, monotonic);
  const inFlight = createInFlight(limits, monotonic);
  const sessionByClient = new WeakMap<Client, Session>();
  const sessionOf = (client: Client) => sessionByClient.get(client);
  const counts = { received: 0, acknowledged: 0 };
  let isClosing = false;

  const observers = createObservers({ clock, monotonic });
  const clients = createClients((device, status) => options.onPresence?.(device, status, clock()));
  const sessions = createSessions({ limits, refusals, clock, monotonic });
  const aedesSessions = createAedesSessions({ limits, refusals, clients, sessionOf, onReady: sessions.forget });
  const access = createAccess({
    ...{ limits, refusals, verifier: createVerifier(options.findCredential, monotonic) },
    onProven: observers.proven,
    timeoutMs: options.authenticateTimeoutMs ?? AUTHENTICATE_TIMEOUT_MS,
    elsewhere: options.elsewhere,
  });
  const { drainTimeoutMs } = limits;
  const expressLane = createExpressLane({ admit, inFlight, refusals, clock, counts, drainTimeoutMs });
  const notices = createTopicNotices({
    tell: (device, payload) => aedesSessions.tell(aedes, device, `${topicPrefix(device)}errors`, payload),
    clock,
  });
  const onPublish = createPublishHook({
    ...{ admit, admitOversize, clock, limits, refusals, sessionOf, counts, notices },
    ...(options.elsewhere && { elsewhere: options.elsewhere }),
    onWait: expressLane.endShares,
  });
  const keepAlive = createKeepAlive(monotonic, (session) => {
    const error = new Error('keep alive timeout');
    refusals.note('keepalive', { ...session.address });
    if (session.end === undefined) session.stream.destroy(error);
    else session.end('keep-alive', error);
  });

  const aedes = await Aedes.createBroker({
    ...(persistence !== undefined && { persistence }),
    connectTimeout: limits.connectTimeoutMs,
    drainTimeout: limits.drainTimeoutMs,
    // Alink: `/sys/{product}/{device}/thing/event/property/batch/post`.
    maxTopicLevels: 12,
    maxInflightInbound: 20,
    queueLimit: 42,
    ...aedesHooks({
      limits,
      access,
      sessionOf,
      isClosing: () => isClosing,
      maySessionPersist: aedesSessions.mayPersist,
    }),
    authorizePublish: (client, packet, callback) => guarded(callback, () => onPublish(client, packet, callback)),
    // Telemetry is not fanned out over MQTT, because one slow subscriber would delay all PUBACKs.
    authorizeForward: (_client, packet) => packet,
  });
  withoutFanOut(aedes);
  aedesSessions.follow(aedes);
  aedes.on('subscribe', (subscriptions, client) => {
    const address = sessionOf(client)?.address;
    if (address === undefined) return;
    const errors = `${topicPrefix(address)}errors`;
    if (subscriptions.some(({ topic }) => filterMatches(topic, errors))) notices.listens(address);
  });
  noteErrors(aedes, { refusals, sessionOf, log });

  function begin(session: Session): void {
    const { stream, remote, flow, pace } = session;
    const lane = strict(expressLane.of(session));
    /** Between CONNECT and CONNACK the library would handle whatever it reads: what comes behind waits [MQTT-3.2.0-1]. */
    let hasConnect = false;
    const guard = guardFrames(stream, {
      ...{ maxPacketBytes: limits.maxPacketBytes, maxConnectBytes: MAX_CONNECT_BYTES, lane },
      isKnown: () => session.address !== undefined,
      isHeld: () => (hasConnect && !session.isReady) || flow.isHeld || pace.isHeld() || lane.isDraining,
      onPackets() {
        hasConnect = true;
        session.heardAt = monotonic();
      },
      onOversize: () => refusals.note('oversize', { remote, ...session.address }),
      onBytes: (bytes) => session.tap?.incoming(bytes),
    });
    session.position = guard.position;
    const client = aedes.handle(stream);
    sessionByClient.set(client, session);
    // The listener of aedes runs first, so it has already taken what arrived before the CONNACK.
    (client as NodeJS.EventEmitter).once('connected', () => {
      session.isReady = true;
      keepAlive.watch(session);
      process.nextTick(() => stream.emit('readable'));
    });
  }

  const v5 = {
    ...{ admit, admitOversize, clock, monotonic, limits, refusals, counts, access },
    ...(options.elsewhere && { elsewhere: options.elsewhere }),
    ...{ sessions, clients, expressLane, keepAlive, isClosing: () => isClosing, onReady: aedesSessions.forget },
    retain: (topic: string, payload: Buffer) =>
      aedes.publish({ cmd: 'publish', topic, payload, qos: 1, retain: true, dup: false }, () => {}),
  };
  const connect = createConnections({
    ...{ limits, monotonic, refusals, inFlight, observers, isClosing: () => isClosing, begin },
    beginV5: (session, frame) => void shakeHands(session, frame, v5),
  });

  /** The client that carries messages for a device: itself if connected, otherwise its gateway. */
  function carrierOf(device: DeviceAddress): DeviceAddress {
    if (clients.isConnected(device)) return device;
    return options.elsewhere?.carrierOf(device) ?? device;
  }

  const closeBroker = () => new Promise<void>((resolve) => aedes.close(() => resolve()));
  const listeners = await openListeners({ ...options, maxConnectBytes: MAX_CONNECT_BYTES }, connect).catch(
    async (error: unknown) => {
      // An open broker would keep the process alive after the error.
      await closeBroker();
      inFlight.close();
      throw error;
    },
  );

  return {
    urls: listeners.urls,
    async tell(device, channel, payload, tellOptions = {}) {
      const carrier = carrierOf(device);
      const topic = `${topicPrefix(device)}${channel}`;
      const observer = observerOf(device);
      if (sessions.has(clientIdOf(observer))) sessions.tell(observer, topic, payload, tellOptions);
      else if (clients.isConnected(observer)) aedesSessions.tell(aedes, observer, topic, payload, true);
      if (sessions.has(clientIdOf(carrier))) sessions.tell(carrier, topic, payload, tellOptions);
      else aedesSessions.tell(aedes, carrier, topic, payload);
    },
    reply(client, topic, payload) {
      if (sessions.has(clientIdOf(client))) sessions.tell(client, topic, payload, {});
      else aedesSessions.tell(aedes, client, topic, payload, true);
    },
    isConnected: (device) => clients.isConnected(carrierOf(device)),
    disconnect: clients.disconnect,
    watch: observers.watch,
    devices: clients.devices,
    status: () => ({ connections: clients.count(), ...inFlight.status(), refused: refusals.counts(), ...counts }),
    async close() {
      isClosing = true;
      await Promise.race([
        inFlight.idle(),
        new Promise((resolve) => setTimeout(resolve, limits.admitTimeoutMs).unref()),
      ]);
      clients.close();
      sessions.close();
      await closeBroker();
      await listeners.close();
      keepAlive.close();
      inFlight.close();
      refusals.close();
    },
  };
}
