/** Who is connected, whose session waits for its device, and what is sent down to them. */
import type { Aedes, AedesPublishPacket, Client } from 'aedes';
import { clientIdOf, type DeviceAddress, topicPrefix } from '../base/topics.ts';
import type { Broker, BrokerLimits } from './broker.ts';
import type { Refusals } from './refusals.ts';
import type { Session } from './session.ts';

export interface ClientsOptions {
  readonly limits: BrokerLimits;
  readonly refusals: Refusals;
  readonly sessionOf: (client: Client) => Session | undefined;
  readonly onPresence: (device: DeviceAddress, status: 'online' | 'offline') => void;
}

export function createClients({ limits, refusals, sessionOf, onPresence }: ClientsOptions) {
  const connected = new Map<string, Client>();
  /** Client ids with a session that outlives the connection, and how much is queued for them while they are away. */
  const persistent = new Map<string, number>();

  function tell(aedes: Aedes, device: DeviceAddress, channel: string, payload: string): void {
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
  }

  return {
    maySessionPersist: (id: string) => persistent.has(id) || persistent.size < limits.maxPersistentSessions,
    follow(aedes: Aedes): void {
      aedes.on('clientReady', (client) => {
        const address = sessionOf(client)?.address;
        if (address === undefined) return;
        connected.set(client.id, client);
        if (client.clean) persistent.delete(client.id);
        else persistent.set(client.id, 0);
        onPresence(address, 'online');
      });
      aedes.on('clientDisconnect', (client) => {
        const address = sessionOf(client)?.address;
        if (address === undefined || connected.get(client.id) !== client) return;
        connected.delete(client.id);
        onPresence(address, 'offline');
      });
    },
    tellBy:
      (aedes: Aedes): Broker['tell'] =>
      async (device, channel, payload) =>
        tell(aedes, device, channel, payload),
    isConnected: (device: DeviceAddress) => connected.has(clientIdOf(device)),
    disconnect: (device: DeviceAddress) => connected.get(clientIdOf(device))?.close(),
    devices: () => [...connected.values()].flatMap((client) => sessionOf(client)?.address ?? []),
    count: () => connected.size,
  };
}
