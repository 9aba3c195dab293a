/** The connected devices, of any MQTT version. One connection per device: the newer one stays. */
import { clientIdOf, type DeviceAddress } from '../base/topics.ts';

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
  disconnect(device: DeviceAddress): void;
  devices(): readonly DeviceAddress[];
  count(): number;
  /** Closes every connection. */
  close(): void;
}

export function createClients(onPresence: (device: DeviceAddress, status: 'online' | 'offline') => void): Clients {
  const clients = new Map<string, Connected>();
  return {
    takeOver: (id) => clients.get(id)?.close('taken over'),
    enter(id, connected) {
      const before = clients.get(id);
      clients.set(id, connected);
      before?.close('taken over');
      onPresence(connected.address, 'online');
    },
    leave(id, connected) {
      if (clients.get(id) !== connected) return;
      clients.delete(id);
      onPresence(connected.address, 'offline');
    },
    isConnected: (device) => clients.has(clientIdOf(device)),
    disconnect: (device) => clients.get(clientIdOf(device))?.close('shut out'),
    devices: () => [...clients.values()].map(({ address }) => address),
    count: () => clients.size,
    close() {
      for (const client of [...clients.values()]) client.close('closing');
    },
  };
}
