/** The front door. MQTT 3.1.1 is spoken by aedes behind our frame guard and express lane, MQTT 5 by sessions of our own; both are wired here. */
import { Aedes, type AuthenticateError, type Client, type ConnectPacket } from 'aedes';
import { clientIdOf, type DeviceAddress, topicPrefix } from '../base/topics.ts';
import { type Access, createAccess, keepAliveOf, type LoginRefusal, REFUSAL_TEXT, silenceMsOf } from './access.ts';
import { createAedesSessions } from './aedes-sessions.ts';
import type { Broker, BrokerLimits, BrokerOptions } from './broker.ts';
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
import { createRefusals, type Refusals } from './refusals.ts';
import type { Session } from './session.ts';
import { strict } from './strict-lane.ts';
import { shakeHands } from './v5/handshake.ts';
import { createSessions } from './v5/sessions.ts';
import { createVerifier } from './verifier.ts';

const AUTHENTICATE_TIMEOUT_MS = 30_000;

/** `persistence`: where sessions of MQTT 3.1.1 and retained messages are kept, for a test to look into; in memory unless given. */
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
  const onPublish = createPublishHook({
    ...{ admit, admitOversize, clock, limits, refusals, sessionOf, counts },
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
    ...hooks({ limits, access, sessionOf, isClosing: () => isClosing, maySessionPersist: aedesSessions.mayPersist }),
    authorizePublish: (client, packet, callback) => guarded(callback, () => onPublish(client, packet, callback)),
    // Telemetry is read by HTTP, SSE or from the log: one slow MQTT reader must not hold up the others' PUBACKs.
    authorizeForward: (_client, packet) => packet,
  });
  withoutFanOut(aedes);
  aedesSessions.follow(aedes);
  noteErrors(aedes, { refusals, sessionOf, log });

  function begin(session: Session): void {
    const { stream, remote, flow, pace } = session;
    const lane = strict(expressLane.of(session));
    const guard = guardFrames(stream, {
      ...{ maxPacketBytes: limits.maxPacketBytes, maxConnectBytes: MAX_CONNECT_BYTES, lane },
      isKnown: () => session.address !== undefined,
      isHeld: () => flow.isHeld || pace.isHeld() || lane.isDraining,
      onPackets() {
        session.heardAt = monotonic();
      },
      onOversize: () => refusals.note('oversize', { remote, ...session.address }),
      onBytes: (bytes) => session.tap?.incoming(bytes),
    });
    session.position = guard.position;
    const client = aedes.handle(stream);
    sessionByClient.set(client, session);
    // aedes' own listener was there first: what came before the CONNACK is in its hands by now.
    (client as NodeJS.EventEmitter).once('connected', () => {
      session.isReady = true;
      keepAlive.watch(session);
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

  /** A device that has a connection of its own needs no gateway. */
  function carrierOf(device: DeviceAddress): DeviceAddress {
    if (clients.isConnected(device)) return device;
    return options.elsewhere?.carrierOf(device) ?? device;
  }

  const closeBroker = () => new Promise<void>((resolve) => aedes.close(() => resolve()));
  const listeners = await openListeners({ ...options, maxConnectBytes: MAX_CONNECT_BYTES }, connect).catch(
    async (error: unknown) => {
      // A broker left open would keep the process alive behind its own error message.
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

interface HooksOptions {
  readonly limits: BrokerLimits;
  readonly access: Access;
  readonly sessionOf: (client: Client) => Session | undefined;
  readonly isClosing: () => boolean;
  readonly maySessionPersist: (clientId: string) => boolean;
}

/** CONNECT and SUBSCRIBE as aedes asks for them. */
function hooks({ limits, access, sessionOf, isClosing, maySessionPersist }: HooksOptions) {
  type Done = (error: Error | null, success: boolean) => void;

  function preConnect(client: Client, packet: ConnectPacket, callback: Done): void {
    const session = sessionOf(client);
    if (session === undefined || isClosing()) return callback(new Error('closing'), false);
    session.silenceMs = silenceMsOf(keepAliveOf(packet.keepalive ?? 0, limits));
    // Ours to watch: packets of the express lane do not come by aedes.
    packet.keepalive = 0;
    const id = packet.clientId ?? '';
    // Sessions live in memory without expiry: beyond the bound a new one ends with its connection, as its CONNACK says (no session present).
    if (packet.clean === false && id !== '' && !maySessionPersist(id)) packet.clean = true;
    if (packet.will) session.willTopic = packet.will.topic;
    callback(null, true);
  }

  async function authenticate(client: Client, username: string | undefined, password: Buffer | undefined) {
    const session = sessionOf(client);
    return session === undefined
      ? 'timeout'
      : access.authenticate(session, { clientId: client.id, username, password });
  }

  return {
    preConnect: (client: Client, packet: ConnectPacket, callback: Done) =>
      guarded(callback, () => preConnect(client, packet, callback)),
    authenticate(
      client: Client,
      username: string | undefined,
      password: Buffer | undefined,
      done: (error: AuthenticateError | null, success: boolean | null) => void,
    ) {
      void authenticate(client, username, password).then((refusal) =>
        refusal === undefined ? done(null, true) : done(returnCode(refusal), false),
      );
    },
    authorizeSubscribe(
      client: Client,
      subscription: { readonly topic: string; readonly qos: 0 | 1 | 2 },
      callback: (error: Error | null, subscription?: never) => void,
    ) {
      const session = sessionOf(client);
      // null answers 0x80 [MQTT-3.9.3-2].
      if (session === undefined || !access.maySubscribe(session, subscription.topic))
        return callback(null, null as never);
      session.subscriptions.set(subscription.topic, subscription.qos === 0 ? 0 : 1);
      // Within aedes all are of QoS 1: at which they are delivered is decided where something is told.
      callback(null, { ...subscription, qos: 1 } as never);
    },
  };
}

/** CONNACK return codes of MQTT 3.1.1, table 3.1. */
const RETURN_CODE: Readonly<Record<LoginRefusal, 2 | 3 | 4 | 5>> = {
  client_id: 2,
  busy: 3,
  timeout: 3,
  password: 4,
  backoff: 5,
  topic: 5,
};

function returnCode(refusal: LoginRefusal): AuthenticateError {
  return Object.assign(new Error(REFUSAL_TEXT[refusal]), { returnCode: RETURN_CODE[refusal] }) as AuthenticateError;
}

interface ErrorNotes extends Pick<BrokerOptions, 'log'> {
  readonly refusals: Refusals;
  readonly sessionOf: (client: Client) => Session | undefined;
}

function noteErrors(aedes: Aedes, { refusals, sessionOf, log }: ErrorNotes): void {
  aedes.on('clientError', (client, error) =>
    refusals.note('connection', { clientId: client.id, reason: error.message }),
  );
  aedes.on('connectionError', (client, error) =>
    refusals.note('connection', { remote: sessionOf(client)?.remote, reason: error.message }),
  );
  // An emitter without this listener would end the process.
  (aedes as NodeJS.EventEmitter).on('error', (error: Error) => log.error({ reason: error.message }, 'broker error'));
}

/** A throw in a hook of aedes would be an uncaught exception. */
function guarded(callback: (error: Error, ...rest: never[]) => void, hook: () => void): void {
  try {
    hook();
  } catch (error) {
    callback(error as Error);
  }
}
