/** A command in the form the device receives, and its delivery. */
import type { DeviceAddress } from '../base/topics.ts';
import type { Command } from './command.ts';

/** Resolves when handed to the process that holds the device's connection. A lost hand-over is harmless: the command is kept and sent again. */
export type TellCommand = (
  device: DeviceAddress,
  channel: 'errors' | `commands/${string}`,
  payload: string,
  options?: { readonly expires?: number | undefined; readonly correlation?: string | undefined },
) => Promise<void>;

export function payloadOf({ id, expires, by, value }: Command): string {
  return JSON.stringify({ id, expires, by, value });
}

/** For MQTT 5 devices: when the command expires, and the id to send back as correlation data. */
export function optionsOf({ id, expires }: Command): { readonly expires: number; readonly correlation: string } {
  return { expires, correlation: id };
}
