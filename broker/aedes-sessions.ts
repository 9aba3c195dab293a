/** The sessions of MQTT 3.1 and 3.1.1 clients, which aedes keeps: which of them outlive their connection, and messages to the clients. */
import type { Aedes, AedesPublishPacket, Client } from 'aedes';
import { clientIdOf, type DeviceAddress } from '../base/topics.ts';
import type { BrokerLimits } from './broker.ts';
import type { Clients, Connected } from './clients.ts';
import type { Refusals } from './refusals.ts';
import type { Session } from './session.ts';
import { filterMatches } from './topic-rules.ts';

export interface AedesSessionsOptions {
  readonly limits: BrokerLimits;
  readonly refusals: Refusals;
  readonly clients: Clients;
  readonly sessionOf: (client: Client) => Session | undefined;
  /** A device has connected with this version. */
  readonly onReady: (id: string) => void;
}

export function createAedesSessions({ limits, refusals, clients, sessionOf, onReady }: AedesSessionsOptions) {
  const connections = new Map<string, Client>();
  const entered = new WeakMap<Client, Connected>();
  /** Client ids with a session that outlives the connection, and the number of messages queued for each while disconnected. */
  const persistent = new Map<string, number>();

  /** Registered by aedes, which sends their queued messages first: new ones follow after those. */
  const arriving = new Map<string, (() => void)[]>();

  function arrived(id: string): void {
    const waiting = arriving.get(id) ?? [];
    arriving.delete(id);
    for (const tellNow of waiting) tellNow();
  }

  return {
    mayPersist: (id: string) => persistent.has(id) || persistent.size < limits.maxPersistentSessions,

    follow(aedes: Aedes): void {
      aedes.on('client', (client) => void arriving.set(client.id, arriving.get(client.id) ?? []));
      aedes.on('clientReady', (client) => {
        const address = sessionOf(client)?.address;
        if (address === undefined) return;
        const connected: Connected = { address, close: () => client.close() };
        connections.set(client.id, client);
        entered.set(client, connected);
        if (client.clean) persistent.delete(client.id);
        else persistent.set(client.id, 0);
        clients.enter(client.id, connected);
        onReady(client.id);
        arrived(client.id);
      });
      aedes.on('clientDisconnect', (client) => {
        if (connections.get(client.id) === client) connections.delete(client.id);
        const connected = entered.get(client);
        if (connected !== undefined) clients.leave(client.id, connected);
        arrived(client.id);
      });
      aedes.on('unsubscribe', (filters, client) => {
        for (const filter of filters) sessionOf(client)?.subscriptions.delete(filter);
      });
    },

    /** The device has connected with another version: its queue here is dropped. */
    forget: (id: string) => void persistent.delete(id),

    /** `isLive`: worth nothing to whoever is not connected. */
    tell(aedes: Aedes, carrier: DeviceAddress, topic: string, payload: string, isLive = false): void {
      const id = clientIdOf(carrier);
      const waiting = arriving.get(id);
      if (waiting !== undefined) {
        if (waiting.length < limits.maxQueuedPerSession)
          waiting.push(() => this.tell(aedes, carrier, topic, payload, isLive));
        return;
      }
      const noteError = (error?: Error) => {
        if (error) refusals.note('tell', { clientId: id, reason: error.message });
      };
      const client = connections.get(id);
      if (client !== undefined) {
        // aedes delivers with the first of overlapping subscriptions it finds; the highest QoS is right [MQTT-3.3.5-1].
        const qos = highestQos(sessionOf(client)?.subscriptions, topic);
        if (qos === undefined) return;
        const packet = {
          cmd: 'publish',
          topic,
          payload: Buffer.from(payload),
          qos,
          retain: false,
          dup: false,
        } as const;
        // Not awaited: delivery may wait for a frozen reader, and nobody else must wait with it.
        client.publish(packet, noteError);
        return;
      }
      const queued = persistent.get(id);
      if (isLive || queued === undefined || queued >= limits.maxQueuedPerSession) return;
      persistent.set(id, queued + 1);
      const packet = { cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false } as AedesPublishPacket;
      aedes.publish(packet, noteError);
    },
  };
}

function highestQos(subscriptions: ReadonlyMap<string, 0 | 1> | undefined, topic: string): 0 | 1 | undefined {
  const granted = [...(subscriptions ?? [])].flatMap(([filter, qos]) => (filterMatches(filter, topic) ? [qos] : []));
  if (granted.length === 0) return undefined;
  return granted.includes(1) ? 1 : 0;
}
