/** A command as the device gets it, and the way there. */
import type { DeviceAddress } from '../base/topics.ts';
import type { Command } from './command.ts';

/** Resolves when handed over to where the device is now. What nobody takes is lost: the platform keeps the command and sends it again. */
export type TellCommand = (
  device: DeviceAddress,
  channel: 'errors' | `commands/${string}`,
  payload: string,
  options?: { readonly expires?: number | undefined; readonly correlation?: string | undefined },
) => Promise<void>;

export function payloadOf({ id, expires, by, value }: Command): string {
  return JSON.stringify({ id, expires, by, value });
}

/** For a device that speaks MQTT 5: when the command is over, and the id that its reply carries as correlation data. */
export function optionsOf({ id, expires }: Command): { readonly expires: number; readonly correlation: string } {
  return { expires, correlation: id };
}
