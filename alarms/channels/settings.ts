/** Checks that the settings of several channels share. */
import type { ChannelSettings } from './channel.ts';

/** Text settings, checked by `problems` before a channel is created. */
export const textAt = (settings: ChannelSettings, name: string): string => String(settings[name] ?? '');

export const listAt = (settings: ChannelSettings, name: string): readonly string[] =>
  Array.isArray(settings[name]) ? settings[name].map(String) : [];

export function* unknownNames(settings: ChannelSettings, known: readonly string[]): Generator<string> {
  for (const name of Object.keys(settings)) {
    if (!known.includes(name)) yield `${name} is unknown; there are ${known.join(', ')}`;
  }
}

export function* missingText(settings: ChannelSettings, name: string, what: string, max = 512): Generator<string> {
  const value = settings[name];
  if (typeof value !== 'string' || value.trim() === '' || value.length > max) yield `${name} must be ${what}`;
}

export function* wrongFlag(settings: ChannelSettings, name: string): Generator<string> {
  if (settings[name] !== undefined && typeof settings[name] !== 'boolean') yield `${name} must be true or false`;
}

export function* wrongUrl(settings: ChannelSettings, name: string, protocols: readonly string[]): Generator<string> {
  const value = settings[name];
  const isRight = typeof value === 'string' && URL.canParse(value) && protocols.includes(new URL(value).protocol);
  if (!isRight) yield `${name} must be an address such as ${protocols.at(-1)}//…`;
}
