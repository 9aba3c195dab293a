/** From doubts about the values of a reading, and about its time, to its flags: the same as the long way gives. */
import type { Flag } from '../../sensors/flag.ts';
import type { DeviceMemory } from '../device-memory.ts';
import { flagsOfDoubts, isStarting, UNSETTLED, type Watch } from '../quality-checks.ts';
import type { DoubtfulLayout, Layout } from './plan.ts';

export function watchesOf(layout: Layout, memory: DeviceMemory): readonly (Watch | undefined)[] {
  if (layout.watched?.memory === memory) return layout.watched.watches;
  const fields = [...layout.fields, ...layout.derivations.map(({ field }) => field)];
  const watches = fields.map((field) => memory.suspicion.watch(field));
  layout.watched = { memory, watches };
  return watches;
}

/** Zeros after a silence: only the whole reading tells whether they are measured. */
export function settle(
  doubts: number[],
  {
    layout: { fields, derivations },
    watches,
    names,
    numbers,
    time,
  }: {
    readonly layout: Layout;
    readonly watches: readonly (Watch | undefined)[];
    readonly names: readonly string[];
    readonly numbers: readonly number[];
    readonly time: number;
  },
): void {
  if (!doubts.some((each) => (each & UNSETTLED) !== 0)) return;
  const starting = isStarting(doubts);
  for (const [place, each = 0] of doubts.entries()) {
    if ((each & UNSETTLED) === 0) continue;
    // Of the derived ones some may be absent.
    const derived = derivations.findIndex(({ field }) => field.name === names[place]);
    const watch = watches[place < fields.length ? place : fields.length + derived];
    doubts[place] = watch?.settle(numbers[place] ?? Number.NaN, time, starting) ?? 0;
  }
}

export function noted(doubts: number[] | undefined, place: number, doubt: number): number[] | undefined {
  if (doubt === 0) return doubts;
  const list = doubts ?? [];
  list[place] = doubt;
  return list;
}

/** As `flagsOf` of the long way; the usual case, all or nothing late, is there already. */
export function flagsOf(
  layout: Layout,
  names: readonly string[],
  doubts: readonly number[] | undefined,
  ofTime: readonly Flag[],
): DoubtfulLayout | undefined {
  const isUniform = doubts === undefined;
  if (isUniform && ofTime.length === 0) return undefined;
  const isUsual = isUniform && names === layout.names;
  const known = isUsual ? layout.doubtful.get(ofTime) : undefined;
  if (known !== undefined) return known;
  const flags: Record<string, readonly Flag[]> = {};
  for (const [place, name] of names.entries()) {
    const own = flagsOfDoubts(doubts?.[place] ?? 0);
    if (own.length + ofTime.length > 0) flags[name] = own.length === 0 ? ofTime : [...own, ...ofTime];
  }
  // What is worked out of a doubtful value is as doubtful.
  for (const { field } of layout.derivations) {
    const inherited = new Set(flags[field.name]);
    for (const input of field.derived?.from ?? []) for (const flag of flags[input] ?? []) inherited.add(flag);
    if (inherited.size > 0) flags[field.name] = [...inherited];
  }
  // A zero after a silence may have turned out to be measured.
  if (Object.keys(flags).length === 0) return undefined;
  const made = { flags, text: JSON.stringify(flags) };
  if (isUsual) layout.doubtful.set(ofTime, made);
  return made;
}
