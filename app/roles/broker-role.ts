/** The broker role: MQTT listeners, the bridge to another broker and, because the PUBACK waits for it, the path from a publish to the log. */

import { type DeviceAddress, observerOf } from '../../base/topics.ts';
import { openBroker } from '../../broker/aedes.ts';
import { parseBridgeUrl } from '../../broker/bridge/address.ts';
import type { Bridge } from '../../broker/bridge/bridge.ts';
import type { Admit, Broker, RefusedReason } from '../../broker/broker.ts';
import { type Hj212Listener, openHj212 } from '../../broker/hj212/listener.ts';
import { createVerifier } from '../../broker/verifier.ts';
import { type LocalConnections, openDownlink, type Tell } from '../../cluster/downlink.ts';
import { type Announcer, announcePresence } from '../../cluster/presence.ts';
import { watchDevices } from '../../doctor/watch-devices.ts';
import { createIntake, type IntakeStatus } from '../../ingest/intake.ts';
import { expectsReply, type ProtocolReply, protocolReply } from '../../ingest/protocol-reply.ts';
import { lockOf, passwordHashesOf } from '../../registry/device-change.ts';
import type { RegistryChange } from '../../registry/registry.ts';
import type { Config } from '../config.ts';
import { createFindClient, createFindStation } from '../find-credential.ts';
import type { Closer, Services } from '../services.ts';

export interface BrokerRole {
  readonly broker: Broker;
  readonly bridge?: Bridge;
  readonly hj212?: Hj212Listener;
  readonly tell: Tell;
  /** The path of its publishes, for what comes another way. */
  readonly admit: Admit;
  readonly intake: () => IntakeStatus;
}

export async function openBrokerRole(
  { config, log, clock, folder, kinds, bus, registry, gateways, pubsub, presence, id, monotonic }: Services,
  wrapAdmit: (admit: Admit) => Admit,
  keep: Closer,
): Promise<BrokerRole> {
  let doors: LocalConnections | undefined;
  let own: Broker | undefined;
  const downlink = keep(await openDownlink(pubsub, () => doors));
  const intake = keep(
    createIntake({
      bus,
      registry,
      kinds,
      tell: downlink.tell,
      childNamed: gateways.childNamed,
      retainMs: config.retainRaw,
      maxPacketBytes: config.maxPacketBytes,
    }),
  );
  const admit = withReplies(
    wrapAdmit((message) => intake.admit(message)),
    (client, reply) => own?.reply(client, reply.topic, reply.payload),
  );
  let announcer: Announcer | undefined;
  const broker = keep(
    await openBroker({
      host: config.host,
      tcpPort: config.mqttPort,
      webSocketPort: config.webSocketPort,
      ...(config.tlsCertificate &&
        config.tlsKey && { tls: { port: config.tlsPort, certificate: config.tlsCertificate, key: config.tlsKey } }),
      limits: limitsOf(config),
      admit,
      admitOversize: (message) => intake.admitOversize(message),
      onPresence: (device, status) => announcer?.note(device, status),
      findCredential: createFindClient(registry, clock),
      elsewhere: gateways,
      clock,
      log,
    }),
  );
  own = broker;
  const { hj212Port } = config;
  const hj212 =
    hj212Port === undefined
      ? undefined
      : keep(
          await openHj212({
            ...{ host: config.host, port: hj212Port, admit, clock, monotonic, log, limits: config },
            verifier: createVerifier(createFindStation(gateways, clock), monotonic),
          }),
        );
  announcer = keep(await announcePresence(pubsub, id, broker));
  keep(await watchDevices({ pubsub, broker, id }));
  keep({ close: registry.watch((change) => shutOut(change, broker)) });
  const bridge = config.bridge === undefined ? undefined : keep(await startBridge(config.bridge));
  doors = { broker, bridge, presence };
  return {
    broker,
    ...(hj212 && { hj212 }),
    ...(bridge && { bridge }),
    tell: downlink.tell,
    admit,
    intake: intake.status,
  };

  async function startBridge(url: string): Promise<Bridge> {
    const address = parseBridgeUrl(url);
    const { openBridge } = await import('../../broker/bridge/mqtt-js.ts');
    return openBridge({
      address,
      clientId: address.clientId ?? `daoyu-${folder.secret('bridge-client')}`,
      admit,
      admitOversize: (message) => intake.admitOversize(message),
      maxPacketBytes: config.maxPacketBytes,
      clock,
      log,
    });
  }
}

/** Stock firmware that speaks Alink or OneNET waits for an answer on its own topic; it goes out once the verdict is durable. */
function withReplies(admit: Admit, answer: (client: DeviceAddress, reply: ProtocolReply) => void): Admit {
  return (message) => {
    const { via, topic, payload } = message;
    if (via === undefined || !expectsReply(topic)) return admit(message);
    let refused: RefusedReason | undefined;
    // The payload may be read from a buffer that is used again.
    const asked = Buffer.from(payload);
    const durable = admit({
      ...message,
      onRefused(reasons, isWhole) {
        if (isWhole) refused = reasons[0];
        message.onRefused?.(reasons, isWhole);
      },
    });
    durable.then(
      () => {
        const reply = protocolReply(topic, asked, refused);
        if (reply !== undefined) answer(via, reply);
      },
      () => undefined,
    );
    return durable;
  };
}

/** Disconnects devices that may no longer connect, at once and on every process. */
function shutOut(change: RegistryChange, broker: Broker): void {
  if (change.noun !== 'device' || change.before === undefined) return;
  const { before, after } = change;
  const isOut = after === undefined || lockOf(after) !== undefined;
  const isRotated = after !== undefined && !passwordHashesOf(after, 0).includes(before.passwordHash);
  const isObserverOut = before.observerPasswordHash !== after?.observerPasswordHash;
  if (isObserverOut) broker.disconnect(observerOf({ park: before.park, device: before.id }));
  if (isOut || isRotated) broker.disconnect({ park: before.park, device: before.id });
}

function limitsOf(config: Config) {
  return {
    ...config,
    minKeepAliveSeconds: Math.ceil(config.minKeepAlive / 1000),
    maxKeepAliveSeconds: Math.floor(config.maxKeepAlive / 1000),
  };
}
