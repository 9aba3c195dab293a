/** The broker role: MQTT listeners and, because the PUBACK waits for it, the way from a publish to the log. */
import { openBroker } from '../broker/aedes.ts';
import type { Admit, Broker } from '../broker/broker.ts';
import type { Config } from '../config.ts';
import { createIntake } from '../ingest/intake.ts';
import type { Foundation, Keep } from './foundation.ts';

export async function openBrokerRole(
  { config, log, clock, kinds, bus, registry }: Foundation,
  wrapAdmit: (admit: Admit) => Admit,
  keep: Keep,
): Promise<Broker> {
  let broker: Broker | undefined;
  const intake = keep(
    createIntake({
      bus,
      registry,
      kinds,
      tell: async (device, channel, payload) => broker?.tell(device, channel, payload),
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
  return broker;
}

function limitsOf(config: Config) {
  return {
    ...config,
    minKeepAliveSeconds: Math.ceil(config.minKeepAlive / 1000),
    maxKeepAliveSeconds: Math.floor(config.maxKeepAlive / 1000),
  };
}
