/** Checks a profile and reports problems in words. A field that nobody measures, or a limit that no value can exceed, would silently protect nothing. */
import type { Field, Kind } from './kind.ts';
import type { Band, Profile } from './profile.ts';

export function* problemsOfProfile(
  { kinds, bands }: Pick<Profile, 'kinds' | 'bands'>,
  known: ReadonlyMap<string, Kind>,
): Generator<string> {
  const unknown = kinds.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    yield `no kind ${unknown.join(', ')}; there are ${[...known.keys()].join(', ')}`;
    return;
  }
  const fields = kinds.flatMap((name) => known.get(name)?.fields ?? []);
  for (const [index, band] of bands.entries()) {
    for (const problem of problemsOfBand(band, fields)) yield `bands[${index}] (${band.field}): ${problem}`;
  }
}

function* problemsOfBand(band: Band, fields: readonly Field[]): Generator<string> {
  const own = fields.filter(({ name }) => name === band.field);
  const [field] = own;
  if (field === undefined) {
    yield `the kinds have no such field; they have ${[...new Set(fields.map(({ name }) => name))].join(', ')}`;
    return;
  }
  const { onlyWhile } = band;
  const switches = [...new Set(fields.filter(({ shape }) => shape === 'boolean').map(({ name }) => name))];
  if (onlyWhile !== undefined && !switches.includes(onlyWhile)) {
    yield `onlyWhile is ${onlyWhile}, which is not a switch; there are ${switches.join(', ') || 'none'}`;
  }
  if (band.deadBand !== undefined && band.deadBand < 0) yield 'deadBand must not be negative';
  const limits = limitsOf(band);
  if (limits.length === 0) yield 'it has neither a target nor a limit';
  for (const [name, value] of limits) {
    const { physical, symbol } = field;
    if (own.every(({ physical: [min, max] }) => value >= min && value <= max)) continue;
    yield `${name} is ${value}, but values lie within ${physical.join(' to ')} ${symbol}`.trimEnd();
  }
  for (const [index, [name, value]] of limits.entries()) {
    const [next, above] = limits[index + 1] ?? [];
    if (next !== undefined && above !== undefined && value > above) {
      yield `${name} ${value} is above ${next} ${above}: the ascending order is criticalBelow, warnBelow, target, warnAbove, criticalAbove`;
    }
  }
}

/** From the lowest to the highest. */
function limitsOf(band: Band): readonly (readonly [name: string, value: number])[] {
  const { criticalBelow, warnBelow, target, warnAbove, criticalAbove } = band;
  const all = {
    criticalBelow,
    warnBelow,
    'target[0]': target?.[0],
    'target[1]': target?.[1],
    warnAbove,
    criticalAbove,
  };
  return Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}
