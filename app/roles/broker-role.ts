/** The broker role: MQTT listeners, the bridge to another broker and, because the PUBACK waits for it, the path from a publish to the log. */

import { openBroker } from '../../broker/aedes.ts';
import { parseBridgeUrl } from '../../broker/bridge/address.ts';
import type { Bridge } from '../../broker/bridge/bridge.ts';
import type { Admit, Broker } from '../../broker/broker.ts';
import { type LocalConnections, openDownlink, type Tell } from '../../cluster/downlink.ts';
import { type Announcer, announcePresence } from '../../cluster/presence.ts';
import { createIntake } from '../../ingest/intake.ts';
import { lockOf, passwordHashesOf } from '../../registry/device-change.ts';
import type { RegistryChange } from '../../registry/registry.ts';
import type { Config } from '../config.ts';
import type { Closer, Services } from '../services.ts';

export interface BrokerRole {
  readonly broker: Broker;
  readonly bridge?: Bridge;
  readonly tell: Tell;
}

export async function openBrokerRole(
  { config, log, clock, folder, kinds, bus, registry, pubsub, presence, id }: Services,
  wrapAdmit: (admit: Admit) => Admit,
  keep: Closer,
): Promise<BrokerRole> {
  let doors: LocalConnections | undefined;
  const downlink = keep(await openDownlink(pubsub, () => doors));
  const intake = keep(
    createIntake({
      bus,
      registry,
      kinds,
      tell: downlink.tell,
      retainMs: config.retainRaw,
      maxPacketBytes: config.maxPacketBytes,
    }),
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
      admit: wrapAdmit((message) => intake.admit(message)),
      admitOversize: (message) => intake.admitOversize(message),
      onPresence: (device, status) => announcer?.note(device, status),
      findCredential(username) {
        const [park = '', id = ''] = username.split('.');
        const device = registry.device(park, id);
        if (device === undefined || lockOf(device) !== undefined) return undefined;
        return { park, device: id, passwordHashes: passwordHashesOf(device, clock()) };
      },
      clock,
      log,
    }),
  );
  announcer = keep(await announcePresence(pubsub, id, broker));
  keep({ close: registry.watch((change) => shutOut(change, broker)) });
  const bridge = config.bridge === undefined ? undefined : keep(await startBridge(config.bridge));
  doors = { broker, bridge, presence };
  return { broker, ...(bridge && { bridge }), tell: downlink.tell };

  async function startBridge(url: string): Promise<Bridge> {
    const address = parseBridgeUrl(url);
    const { openBridge } = await import('../../broker/bridge/mqtt-js.ts');
    return openBridge({
      address,
      clientId: address.clientId ?? `daoyu-${folder.secret('bridge-client')}`,
      admit: wrapAdmit((message) => intake.admit(message)),
      admitOversize: (message) => intake.admitOversize(message),
      maxPacketBytes: config.maxPacketBytes,
      clock,
      log,
    });
  }
}

/** Disconnects devices that may no longer connect, at once and on every process. */
function shutOut(change: RegistryChange, broker: Broker): void {
  if (change.noun !== 'device' || change.before === undefined) return;
  const { before, after } = change;
  const isOut = after === undefined || lockOf(after) !== undefined;
  const isRotated = after !== undefined && !passwordHashesOf(after, 0).includes(before.passwordHash);
  if (isOut || isRotated) broker.disconnect({ park: before.park, device: before.id });
}

function limitsOf(config: Config) {
  return {
    ...config,
    minKeepAliveSeconds: Math.ceil(config.minKeepAlive / 1000),
    maxKeepAliveSeconds: Math.floor(config.maxKeepAlive / 1000),
  };
}
