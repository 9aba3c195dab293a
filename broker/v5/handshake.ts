/** CONNECT and CONNACK of MQTT 5: authentication, session, and the limits that this server announces. */
import mqttPacket from 'mqtt-packet';
import { clientIdOf, topicsOf } from '../../base/topics.ts';
import { type Access, keepAliveOf, type LoginRefusal, REFUSAL_TEXT } from '../access.ts';
import type { BrokerLimits } from '../broker.ts';
import type { Session } from '../session.ts';
import { type ConnectionParts, startConnection } from './connection.ts';
import { type ConnectPacket, readConnect } from './packets.ts';
import { ProtocolError, REASON } from './reasons.ts';
import type { Opened } from './sessions.ts';
import { TOPIC_ALIAS_MAXIMUM } from './topic-aliases.ts';

export interface HandshakeParts extends ConnectionParts {
  readonly access: Access;
  readonly isClosing: () => boolean;
  /** The device has connected with this version. */
  readonly onReady: (id: string) => void;
}

const REFUSAL_REASON: Readonly<Record<LoginRefusal, number>> = {
  password: REASON.badUserNameOrPassword,
  backoff: REASON.connectionRateExceeded,
  busy: REASON.serverBusy,
  timeout: REASON.serverUnavailable,
  client_id: REASON.clientIdInvalid,
  topic: REASON.notAuthorized,
};

/** Owns the connection from its CONNECT on. */
export async function shakeHands(session: Session, frame: Buffer, parts: HandshakeParts): Promise<void> {
  const { stream, remote } = session;
  try {
    const connect = readConnect(frame);
    await login(session, connect, parts);
    const { address } = session;
    // It may have disconnected while its credential was checked.
    if (stream.destroyed || address === undefined) return;
    const { clientId, cleanStart, properties, keepAlive: asked } = connect;
    const id = clientIdOf(address);
    parts.clients.takeOver(id);
    const opened = parts.sessions.open(address, cleanStart, properties.sessionExpiryInterval ?? 0);
    const keepAlive = keepAliveOf(asked, parts.limits);
    const assigned = clientId === '' ? id : undefined;
    stream.write(
      connack(connect, opened, { keepAlive, assigned, limits: parts.limits, replies: topicsOf(address).replies }),
    );
    parts.onReady(id);
    startConnection(session, { connect, address, opened, keepAlive }, parts);
  } catch (error) {
    if (!(error instanceof ProtocolError))
      parts.refusals.note('connection', { remote, reason: (error as Error).message });
    const reasonCode = error instanceof ProtocolError ? error.reason : REASON.serverUnavailable;
    refuse(session, reasonCode, (error as Error).message, parts.limits);
  }
}

async function login(
  session: Session,
  connect: ConnectPacket,
  { access, isClosing, refusals }: HandshakeParts,
): Promise<void> {
  const { clientId, username, password, will, properties } = connect;
  if (isClosing()) throw new ProtocolError(REASON.shuttingDown, 'the server is stopping: reconnect after a pause');
  if (properties.authenticationMethod !== undefined) {
    refusals.note('connection', { remote: session.remote, reason: 'authentication method' });
    throw new ProtocolError(REASON.badAuthenticationMethod, 'no authentication method but user name and password');
  }
  if (will) session.willTopic = will.topic;
  const refusal = await access.authenticate(session, {
    clientId: clientId === '' ? undefined : clientId,
    username,
    password,
  });
  if (refusal !== undefined) throw new ProtocolError(REFUSAL_REASON[refusal], REFUSAL_TEXT[refusal]);
}

interface Announced {
  /** Seconds. */
  readonly keepAlive: number;
  readonly assigned: string | undefined;
  readonly limits: BrokerLimits;
  readonly replies: string;
}

/** Properties not named here have the defaults of the specification: QoS 2, retain, wildcards and subscription identifiers are available. */
function connack(connect: ConnectPacket, opened: Opened, { keepAlive, assigned, limits, replies }: Announced): Buffer {
  const asked = connect.properties;
  const properties = {
    receiveMaximum: Math.min(limits.maxInFlightPerClient, 0xffff),
    maximumPacketSize: limits.maxPacketBytes,
    topicAliasMaximum: TOPIC_ALIAS_MAXIMUM,
    sharedSubscriptionAvailable: false,
    ...(opened.expiry !== (asked.sessionExpiryInterval ?? 0) && { sessionExpiryInterval: opened.expiry }),
    ...(keepAlive !== connect.keepAlive && { serverKeepAlive: keepAlive }),
    ...(assigned !== undefined && { assignedClientIdentifier: assigned }),
    ...(asked.requestResponseInformation === 1 && { responseInformation: replies }),
  };
  return mqttPacket.generate(
    { cmd: 'connack', reasonCode: REASON.success, sessionPresent: opened.isPresent, properties } as never,
    { protocolVersion: 5 },
  );
}

function refuse({ stream }: Session, reasonCode: number, reasonString: string, limits: BrokerLimits): void {
  const packet = { cmd: 'connack', reasonCode, sessionPresent: false, properties: { reasonString } };
  stream.end(mqttPacket.generate(packet as never, { protocolVersion: 5 }));
  setTimeout(() => stream.destroy(), limits.drainTimeoutMs).unref();
}
