/** Reads the JSON of a stored value. It may hold the hash of a password, so the error says where it is damaged and quotes none of it. */
import { DaoyuError } from '../base/errors.ts';

/** Where values are stored, for people. */
export interface Home {
  /** E.g. `the folder /var/lib/daoyu/state`. */
  readonly name: string;
  /** What to do about a damaged value: a sentence. */
  readonly cure: string;
}

/** Throws `STORAGE_DAMAGED`. */
export function parseValue<T>(key: string, text: string, home: Home): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    // No cause: the parser's message quotes the text.
    throw damagedValue(key, `it is not JSON${placeOf(error)} (${text.length} characters)`, home);
  }
}

export function damagedValue(key: string, damage: string, { name, cure }: Home): DaoyuError {
  return new DaoyuError(
    'STORAGE_DAMAGED',
    `the value of ${JSON.stringify(key)} in ${name} is damaged: ${damage}. ${cure}`,
  );
}

/** The parser names a position at the end of some of its messages; those that quote the text end otherwise. */
function placeOf(error: unknown): string {
  const [, position] = / at position (\d+)(?: \(line \d+ column \d+\))?$/.exec((error as Error).message) ?? [];
  return position === undefined ? '' : ` at position ${position}`;
}
