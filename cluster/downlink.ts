/** Sends a message to a device, whichever process it is connected to: directly, or over pub/sub to the process that has it. */

import { COMMAND_ID, type DeviceAddress, SLUG } from '../base/topics.ts';
import type { Bridge } from '../broker/bridge/bridge.ts';
import type { Broker, TellOptions } from '../broker/broker.ts';
import type { Presence } from './presence.ts';
import type { PubSub } from './pubsub/pubsub.ts';

export type Channel = 'errors' | `commands/${string}`;
/** Resolves when handed over, whether or not the device is connected. */
export type Tell = (device: DeviceAddress, channel: Channel, payload: string, options?: TellOptions) => Promise<void>;

const SUBJECT = 'tell';
const BRIDGE_SUBJECT = 'tell-bridge';
/** One bridge is enough: its broker knows where the device is. */
const BRIDGE_GROUP = 'bridges';

export interface LocalConnections {
  readonly broker: Pick<Broker, 'tell' | 'isConnected'>;
  readonly bridge?: Pick<Bridge, 'tell'> | undefined;
  readonly presence: Presence;
}

/** For processes with devices: also receives messages that other processes send to them. */
export async function openDownlink(
  pubsub: PubSub,
  doors: () => LocalConnections | undefined,
): Promise<{ readonly tell: Tell; close(): Promise<void> }> {
  const stopBroker = await pubsub.subscribe(SUBJECT, (message) => {
    const told = parseTold(message);
    const here = doors();
    if (told === undefined || here === undefined) return;
    // The device is connected nowhere: each broker keeps the message for the session that it may have there.
    if (here.broker.isConnected(told.device) || !here.presence.isConnected(told.device))
      void here.broker.tell(told.device, told.channel, told.payload, told.options);
  });
  const stopBridge = await pubsub.subscribe(
    BRIDGE_SUBJECT,
    (message) => {
      const told = parseTold(message);
      if (told !== undefined) void doors()?.bridge?.tell(told.device, told.channel, told.payload);
    },
    BRIDGE_GROUP,
  );
  return {
    async tell(device, channel, payload, options) {
      const here = doors();
      if (here === undefined) return;
      const { broker, bridge, presence } = here;
      if (broker.isConnected(device)) return await broker.tell(device, channel, payload, options);
      if (presence.isConnected(device)) return pubsub.publish(SUBJECT, { device, channel, payload, options });
      await broker.tell(device, channel, payload, options);
      await bridge?.tell(device, channel, payload);
    },
    async close() {
      stopBroker();
      stopBridge();
    },
  };
}

/** For processes without devices. */
export function sendOverPubSub(pubsub: PubSub, presence: Presence): Tell {
  return async (device, channel, payload, options) => {
    pubsub.publish(SUBJECT, { device, channel, payload, options });
    if (!presence.isConnected(device)) pubsub.publish(BRIDGE_SUBJECT, { device, channel, payload });
  };
}

/** For messages that no session may keep: to the process that has the device now, else to the bridges, whose broker may have it. */
export function sendLive(pubsub: PubSub, presence: Presence): Tell {
  return async (device, channel, payload, options) =>
    pubsub.publish(presence.isConnected(device) ? SUBJECT : BRIDGE_SUBJECT, { device, channel, payload, options });
}

/** Anyone on the same NATS server may have sent this, so no topic is built from it unchecked. */
function parseTold(message: unknown):
  | {
      readonly device: DeviceAddress;
      readonly channel: Channel;
      readonly payload: string;
      readonly options: TellOptions;
    }
  | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { device, channel, payload, options } = message as Record<string, unknown>;
  if (typeof device !== 'object' || device === null || typeof channel !== 'string' || typeof payload !== 'string')
    return undefined;
  const { park, device: id } = device as Record<string, unknown>;
  if (typeof park !== 'string' || typeof id !== 'string' || !SLUG.test(park) || !SLUG.test(id)) return undefined;
  if (!/^(errors|commands\/[A-Za-z0-9_-]{1,64})$/.test(channel)) return undefined;
  return { device: { park, device: id }, channel: channel as Channel, payload, options: parseOptions(options) };
}

/** A process of an earlier version sends none. */
function parseOptions(options: unknown): TellOptions {
  if (typeof options !== 'object' || options === null) return {};
  const { expires, correlation } = options as Record<string, unknown>;
  return {
    ...(typeof expires === 'number' && { expires }),
    ...(typeof correlation === 'string' && COMMAND_ID.test(correlation) && { correlation }),
  };
}
