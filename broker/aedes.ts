/** The MQTT broker: aedes behind our frame guard and express lane. What keeps the promise, and what keeps aedes from harm, is wired here. */
import type { Duplex } from 'node:stream';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import { createAccess } from './access.ts';
import type { Broker, BrokerOptions } from './broker.ts';
import { createClients } from './clients.ts';
import { createExpressLane, type ExpressLane } from './express-lane.ts';
import { withoutFanOut } from './fan-out.ts';
import { guardFrames } from './frame-guard.ts';
import { createInFlight, type InFlight } from './in-flight.ts';
import { createKeepAlive } from './keep-alive.ts';
import { openListeners } from './listeners.ts';
import { createPublishHook } from './publish-hook.ts';
import { createPace } from './rate-limit.ts';
import { createRefusals, type Refusals } from './refusals.ts';
import type { Session } from './session.ts';
import { createVerifier } from './verifier.ts';

const MAX_CONNECT_BYTES = 4096;
const AUTHENTICATE_TIMEOUT_MS = 30_000;

/** `persistence`: where sessions and retained messages are kept, for a test to look into; in memory unless given. */
export async function openBroker(options: BrokerOptions, persistence?: object): Promise<Broker> {
  const { limits, clock, log, monotonic = () => performance.now() } = options;
  const refusals = createRefusals(log, monotonic);
  const inFlight = createInFlight(limits, monotonic);
  const sessions = new WeakMap<Client, Session>();
  const sessionOf = (client: Client) => sessions.get(client);
  const counts = { received: 0, acknowledged: 0 };
  let isClosing = false;

  const clients = createClients({
    ...{ limits, refusals, sessionOf },
    onPresence: (device, status) => options.onPresence?.(device, status, clock()),
  });
  const access = createAccess({
    ...{ limits, refusals, sessionOf, isClosing: () => isClosing, maySessionPersist: clients.maySessionPersist },
    verifier: createVerifier(options.findCredential, monotonic),
    authenticateTimeoutMs: options.authenticateTimeoutMs ?? AUTHENTICATE_TIMEOUT_MS,
  });
  const { admit, admitOversize } = options;
  const { drainTimeoutMs } = limits;
  const expressLane = createExpressLane({ admit, inFlight, refusals, clock, counts, drainTimeoutMs });
  const onPublish = createPublishHook({
    ...{ admit, admitOversize, clock, limits, refusals, sessionOf, counts },
    onWait: expressLane.endShares,
  });
  const keepAlive = createKeepAlive(monotonic, ({ stream, address }) => {
    refusals.note('keepalive', { ...address });
    stream.destroy(new Error('keep alive timeout'));
  });

  const aedes = await Aedes.createBroker({
    ...(persistence !== undefined && { persistence }),
    connectTimeout: limits.connectTimeoutMs,
    drainTimeout: limits.drainTimeoutMs,
    maxTopicLevels: 8,
    maxInflightInbound: 20,
    queueLimit: 42,
    preConnect: (client, packet, callback) => guarded(callback, () => access.preConnect(client, packet, callback)),
    authenticate(client, username, password, done) {
      void access.authenticate(client, username, password).then(
        () => done(null, true),
        (error: AuthenticateError) => done(error, false),
      );
    },
    authorizePublish: (client, packet, callback) => guarded(callback, () => onPublish(client, packet, callback)),
    // null answers 0x80 [MQTT-3.9.3-2].
    authorizeSubscribe: (client, subscription, callback) =>
      callback(null, access.maySubscribe(client, subscription) ? subscription : null),
    // Telemetry is read by HTTP, SSE or from the log: one slow MQTT reader must not hold up the others' PUBACKs.
    authorizeForward: (_client, packet) => packet,
  });
  withoutFanOut(aedes);
  clients.follow(aedes);
  noteErrors(aedes, { refusals, sessionOf, log });

  const connect = createConnections({
    ...{ limits, monotonic, refusals, inFlight, expressLane, isClosing: () => isClosing },
    begin(session) {
      const client = aedes.handle(session.stream);
      sessions.set(client, session);
      // aedes' own listener was there first: what came before the CONNACK is in its hands by now.
      (client as NodeJS.EventEmitter).once('connected', () => {
        session.isReady = true;
        keepAlive.watch(session);
      });
    },
  });

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
    tell: clients.tellBy(aedes),
    isConnected: clients.isConnected,
    disconnect: clients.disconnect,
    devices: clients.devices,
    status: () => ({ connections: clients.count(), ...inFlight.status(), refused: refusals.counts(), ...counts }),
    async close() {
      isClosing = true;
      await Promise.race([
        inFlight.idle(),
        new Promise((resolve) => setTimeout(resolve, limits.admitTimeoutMs).unref()),
      ]);
      await closeBroker();
      await listeners.close();
      keepAlive.close();
      inFlight.close();
      refusals.close();
    },
  };
}

interface ConnectionsOptions extends Pick<BrokerOptions, 'limits'> {
  readonly monotonic: () => number;
  readonly refusals: Refusals;
  readonly inFlight: InFlight;
  readonly expressLane: ExpressLane;
  readonly isClosing: () => boolean;
  /** Hands it to aedes. */
  readonly begin: (session: Session) => void;
}

/** A new connection: counted by address, guarded, with its session. The answer tells whether its device is known by now. */
function createConnections(options: ConnectionsOptions) {
  const { limits, monotonic, refusals, inFlight, expressLane } = options;
  const perAddress = new Map<string, number>();

  return (stream: Duplex, remote: string): (() => boolean) => {
    const open = (perAddress.get(remote) ?? 0) + 1;
    if (options.isClosing() || open > limits.maxConnectionsPerAddress) {
      refusals.note('connections', { remote });
      stream.destroy();
      return () => false;
    }
    perAddress.set(remote, open);
    const wake = () => void stream.emit('readable');
    const session: Session = {
      ...{ stream, remote, flow: inFlight.client(wake), silenceMs: 0, heardAt: 0, isReady: false },
      pace: createPace({ perSecond: limits.maxMessagesPerSecond, monotonic, wake }),
      subscriptions: new Set(),
    };
    const isKnown = () => session.address !== undefined;
    const lane = expressLane.of(session);
    guardFrames(stream, {
      ...{ maxPacketBytes: limits.maxPacketBytes, maxConnectBytes: MAX_CONNECT_BYTES, isKnown, lane },
      isHeld: () => session.flow.isHeld || session.pace.isHeld() || lane.isDraining,
      onPackets() {
        session.heardAt = monotonic();
      },
      onOversize: () => refusals.note('oversize', { remote, ...session.address }),
    });
    stream.on('error', () => {}); // Broken connections are counted where they matter.
    stream.once('close', () => {
      session.flow.close();
      const left = (perAddress.get(remote) ?? 1) - 1;
      if (left === 0) perAddress.delete(remote);
      else perAddress.set(remote, left);
    });
    options.begin(session);
    return isKnown;
  };
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
