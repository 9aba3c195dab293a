/** Hooks of aedes: authentication, subscriptions, errors. */
import type { Aedes, AuthenticateError, Client, ConnectPacket } from 'aedes';
import { type Access, keepAliveOf, type LoginRefusal, REFUSAL_TEXT, silenceMsOf } from './access.ts';
import type { BrokerLimits, BrokerOptions } from './broker.ts';
import type { Refusals } from './refusals.ts';
import type { Session } from './session.ts';

export interface HooksOptions {
  readonly limits: BrokerLimits;
  readonly access: Access;
  readonly sessionOf: (client: Client) => Session | undefined;
  readonly isClosing: () => boolean;
  readonly maySessionPersist: (clientId: string) => boolean;
}

/** Hooks for CONNECT and SUBSCRIBE. */
export function aedesHooks({ limits, access, sessionOf, isClosing, maySessionPersist }: HooksOptions) {
  type Done = (error: Error | null, success: boolean) => void;

  function preConnect(client: Client, packet: ConnectPacket, callback: Done): void {
    const session = sessionOf(client);
    if (session === undefined || isClosing()) return callback(new Error('closing'), false);
    session.silenceMs = silenceMsOf(keepAliveOf(packet.keepalive ?? 0, limits));
    // We watch the keep-alive: aedes does not see packets of the express lane.
    packet.keepalive = 0;
    const id = packet.clientId ?? '';
    // Sessions are in memory and do not expire: beyond the bound, a new one ends with its connection, as its CONNACK says (no session present).
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
      // All are of QoS 1 within aedes; the QoS of a delivery is decided where a message is sent.
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

export function noteErrors(aedes: Aedes, { refusals, sessionOf, log }: ErrorNotes): void {
  aedes.on('clientError', (client, error) =>
    refusals.note('connection', { clientId: client.id, reason: error.message }),
  );
  aedes.on('connectionError', (client, error) =>
    refusals.note('connection', { remote: sessionOf(client)?.remote, reason: error.message }),
  );
  // Without a listener, an error event would end the process.
  (aedes as NodeJS.EventEmitter).on('error', (error: Error) => log.error({ reason: error.message }, 'broker error'));
}

/** Passes an exception to the callback: in a hook of aedes it would be uncaught. */
export function guarded(callback: (error: Error, ...rest: never[]) => void, hook: () => void): void {
  try {
    hook();
  } catch (error) {
    callback(error as Error);
  }
}
