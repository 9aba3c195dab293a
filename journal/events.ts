/** Events: what people did, checked against their kind. The season of a site is derived from them. */
import { DaoyuError } from '../base/errors.ts';
import type { EventKind } from './event-kind.ts';
import { deviceEvents } from './kinds/devices.ts';
import { landEvents } from './kinds/land.ts';
import { pondEvents } from './kinds/pond.ts';
import { inForce, type JournalRecord } from './record.ts';

export interface FarmEvent extends JournalRecord {
  readonly kind: string;
  readonly values: Readonly<Record<string, number | string>>;
}

export const EVENT_KINDS: ReadonlyMap<string, EventKind> = new Map(
  [...pondEvents, ...landEvents, ...deviceEvents].map((kind) => [kind.name, kind]),
);

/** Tolerance for a phone's clock that runs ahead. */
const AHEAD_MS = 10 * 60_000;

/** Throws `EVENT_INVALID`, saying what would be right. */
export function checkEvent({ kind: name, values, at, until }: Omit<FarmEvent, 'recordedAt'>, now: number): EventKind {
  const kind = EVENT_KINDS.get(name);
  if (kind === undefined)
    throw new DaoyuError(
      'EVENT_INVALID',
      `there is no kind of event "${name}"; known: ${[...EVENT_KINDS.keys()].join(', ')}`,
    );
  const problems = [...problemsOf(kind, values)];
  if (at > now + AHEAD_MS) problems.push('at lies in the future: record an event once it has happened');
  if (until !== undefined && until <= at) problems.push('until must be later than at');
  if (problems.length > 0) throw new DaoyuError('EVENT_INVALID', `${name}: ${problems.join('; ')}`);
  return kind;
}

function* problemsOf({ fields }: EventKind, values: FarmEvent['values']): Generator<string> {
  const known = fields.map(({ name }) => name);
  for (const name of Object.keys(values))
    if (!known.includes(name)) yield `values has "${name}"; it takes ${known.join(', ') || 'none'}`;
  for (const { name, shape, range, unit, isRequired } of fields) {
    const value = values[name];
    if (value === undefined) {
      if (isRequired) yield `values.${name} is missing`;
    } else if (shape === 'text') {
      if (typeof value !== 'string' || value.trim() === '') yield `values.${name} must be a text`;
    } else if (typeof value !== 'number' || !Number.isFinite(value)) yield `values.${name} must be a number`;
    else if (range !== undefined && (value < range[0] || value > range[1]))
      yield `values.${name} is ${value} but must be from ${range[0]} to ${range[1]} ${unit ?? ''}`.trimEnd();
  }
}

export interface Season {
  readonly park: string;
  readonly site: string;
  /** Epoch ms of the first stocking or sowing. */
  readonly from: number;
  /** Epoch ms of the last harvest before the next season; absent: the season is not over. */
  readonly to?: number;
}

/** From the first stocking or sowing to the last harvest before the next one; several stockings before a harvest are one season. */
export function seasonsOf(events: Iterable<FarmEvent>, asOf?: number): readonly Season[] {
  const open = new Map<string, { park: string; site: string; from: number; to?: number }>();
  const seasons: Season[] = [];
  for (const { park, site, kind, at } of inForce(events, asOf)) {
    const edge = EVENT_KINDS.get(kind)?.season;
    const key = `${park}/${site}`;
    const current = open.get(key);
    if (edge === 'begin' && (current === undefined || current.to !== undefined)) {
      const season = { park, site, from: at };
      seasons.push(season);
      open.set(key, season);
    }
    if (edge === 'end' && current !== undefined) current.to = at;
  }
  return seasons;
}
