/** The broker role: MQTT listeners, the bridge to another broker and, because the PUBACK waits for it, the way from a publish to the log. */
import { parseBridgeUrl } from '../bridge/address.ts';
import type { Bridge } from '../bridge/bridge.ts';
import { openBroker } from '../broker/aedes.ts';
import type { Admit, Broker } from '../broker/broker.ts';
import type { Config } from '../config.ts';
import { createIntake } from '../ingest/intake.ts';
import type { DeviceAddress } from '../topics.ts';
import type { Foundation, Keep } from './foundation.ts';

export type Channel = 'errors' | `commands/${string}`;

export interface BrokerRole {
  readonly broker: Broker;
  readonly bridge?: Bridge;
  tell(device: DeviceAddress, channel: Channel, payload: string): Promise<void>;
}

export async function openBrokerRole(
  { config, log, clock, folder, kinds, bus, registry }: Foundation,
  wrapAdmit: (admit: Admit) => Admit,
  keep: Keep,
): Promise<BrokerRole> {
  let broker: Broker | undefined;
  let bridge: Bridge | undefined;
  /** Where the device is; who is on neither side may still be behind the other broker. */
  async function tell(device: DeviceAddress, channel: Channel, payload: string): Promise<void> {
    const isHere = bridge === undefined || broker?.isConnected(device);
    await (isHere ? broker : bridge)?.tell(device, channel, payload);
  }

  const intake = keep(
    createIntake({
      bus,
      registry,
      kinds,
      tell,
      retainMs: config.retainRaw,
      maxPacketBytes: config.maxPacketBytes,
    }),
  );
  broker = keep(
    await openBroker({
      host: config.host,
      tcpPort: config.mqttPort,
      webSocketPort: config.webSocketPort,
      ...(config.tlsCertificate &&
        config.tlsKey && { tls: { port: config.tlsPort, certificate: config.tlsCertificate, key: config.tlsKey } }),
      limits: limitsOf(config),
      admit: wrapAdmit((message) => intake.admit(message)),
      admitOversize: (message) => intake.admitOversize(message),
      findCredential(username) {
        const [park = '', id = ''] = username.split('.');
        const device = registry.device(park, id);
        return device && { park, device: id, passwordHash: device.passwordHash };
      },
      clock,
      log,
    }),
  );
  if (config.bridge !== undefined) {
    const address = parseBridgeUrl(config.bridge);
    const { openBridge } = await import('../bridge/mqtt-js.ts');
    bridge = keep(
      openBridge({
        address,
        clientId: address.clientId ?? `daoyu-${folder.secret('bridge-client')}`,
        admit: wrapAdmit((message) => intake.admit(message)),
        admitOversize: (message) => intake.admitOversize(message),
        maxPacketBytes: config.maxPacketBytes,
        clock,
        log,
      }),
    );
  }
  return { broker, ...(bridge && { bridge }), tell };
}

function limitsOf(config: Config) {
  return {
    ...config,
    minKeepAliveSeconds: Math.ceil(config.minKeepAlive / 1000),
    maxKeepAliveSeconds: Math.floor(config.maxKeepAlive / 1000),
  };
}
