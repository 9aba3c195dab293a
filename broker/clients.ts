/** The connected devices, of any MQTT version. One connection per device: the newer one stays. */
import { clientIdOf, type DeviceAddress, observedBy, observerOf } from '../base/topics.ts';

export interface Connected {
  readonly address: DeviceAddress;
  close(why: 'taken over' | 'shut out' | 'closing'): void;
}

export interface Clients {
  /** Closes the device's connection, if any. */
  takeOver(id: string): void;
  enter(id: string, connected: Connected): void;
  /** Does nothing if a newer one has entered. */
  leave(id: string, connected: Connected): void;
  isConnected(device: DeviceAddress): boolean;
  /** Its observer too. */
  disconnect(device: DeviceAddress): void;
  devices(): readonly DeviceAddress[];
  count(): number;
  /** Closes every connection. */
  close(): void;
}

export function createClients(onPresence: (device: DeviceAddress, status: 'online' | 'offline') => void): Clients {
  const clients = new Map<string, Connected>();
  /** Whoever only listens is no device. */
  const tellPresence: typeof onPresence = (address, status) => {
    if (observedBy(address) === undefined) onPresence(address, status);
  };
  return {
    takeOver: (id) => clients.get(id)?.close('taken over'),
    enter(id, connected) {
      const before = clients.get(id);
      clients.set(id, connected);
      before?.close('taken over');
      tellPresence(connected.address, 'online');
    },
    leave(id, connected) {
      if (clients.get(id) !== connected) return;
      clients.delete(id);
      tellPresence(connected.address, 'offline');
    },
    isConnected: (device) => clients.has(clientIdOf(device)),
    disconnect(device) {
      for (const each of [device, observerOf(device)]) clients.get(clientIdOf(each))?.close('shut out');
    },
    devices: () => [...clients.values()].flatMap(({ address }) => (observedBy(address) === undefined ? address : [])),
    count: () => clients.size,
    close() {
      for (const client of [...clients.values()]) client.close('closing');
    },
  };
}
