/** What a rule does at a moment. Pure. A value that is old, doubted or absent switches nothing, least of all off. */
import type { Command } from '../commands/command.ts';
import { isFinal } from '../commands/command.ts';
import type { Rule } from './rule.ts';

/** The name under which the platform's own commands are listed. */
export const AUTOMATIC = '自动 automatic';

export const STANDINGS = [
  'inactive',
  'manual',
  'device',
  'unknown',
  'between',
  'right',
  'waiting',
  'switching',
] as const;
/**
 * `inactive`: turned off · `manual`: a person switched, until `until` · `device`: left to the device's own controller · `unknown`: no value to go by ·
 * `between`: within the band · `right`: it is as it should be · `waiting`: for the device, until it is tried again · `switching`: `wish` is sent now.
 */
export type Standing = (typeof STANDINGS)[number];

export interface Decision {
  readonly standing: Standing;
  readonly wish?: boolean;
  /** Epoch ms, of `manual`. */
  readonly until?: number;
}

export interface Situation {
  readonly rule: Rule;
  /** Fresh and not doubted; undefined otherwise. */
  readonly value: number | undefined;
  /** What the device reports; undefined when it says nothing, or nothing new. */
  readonly isOn: boolean | undefined;
  /** Commands of this name, newest first. */
  readonly commands: readonly Command[];
  readonly intervalMs: number;
  readonly now: number;
}

/** After a command that failed or expired. */
const RETRY_MS = 60_000;

export function decide({ rule, value, isOn, commands, intervalMs, now }: Situation): Decision {
  if (!rule.isActive) return { standing: 'inactive' };
  // Whoever changed the rule, or ended an override, wants it to go on from there.
  const since = Math.max(rule.changedAt, rule.resumedAt ?? 0);
  const person = commands.find(({ by, sentAt, state }) => by !== AUTOMATIC && sentAt > since && hasEffect(state));
  if (person !== undefined) {
    if (isAuto(person.value)) return { standing: 'device' };
    const until = person.sentAt + rule.overrideMinutes * 60_000;
    if (now < until) return { standing: 'manual', until };
  }
  if (value === undefined) return { standing: 'unknown' };
  if (value >= rule.onBelow && value <= rule.offAbove) return { standing: 'between' };
  const wish = value < rule.onBelow;
  if (isOn === wish) return { standing: 'right', wish };
  // What is not known to be on needs no switching off.
  if (!wish && isOn === undefined) return { standing: 'unknown' };
  return { standing: mayTry(commands[0], wish, intervalMs, now) ? 'switching' : 'waiting', wish };
}

/** A command that did not reach its end may have had an effect; one that failed had none. */
const hasEffect = (state: Command['state']) => state !== 'failed';

/** Not while the last command is under way, nor before the device could have reported its effect. */
function mayTry(last: Command | undefined, wish: boolean, intervalMs: number, now: number): boolean {
  if (last === undefined || last.by !== AUTOMATIC || onOf(last.value) !== wish) return true;
  if (!isFinal(last)) return false;
  const ended = last.endedAt ?? last.sentAt;
  return now - ended >= (last.state === 'done' ? Math.max(RETRY_MS, 3 * intervalMs) : RETRY_MS);
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
const onOf = (value: unknown) => member(value, 'on');
const isAuto = (value: unknown) => member(value, 'auto') === true;
