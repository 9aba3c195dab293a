/** Real measurements that tests replay; nobody of the project made them, so they lie outside of it and may be absent. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../../shared/data/', import.meta.url);

export type Row = Readonly<Record<string, string>>;

/** Path and rows of a file; undefined, with a word about it, where the measurements are absent. */
export function measurements(name: string): { readonly file: string; readonly rows: readonly Row[] } | undefined {
  const file = fileURLToPath(new URL(name, FOLDER));
  if (!existsSync(file)) {
    console.warn(`SKIPPED: the measurements ../shared/data/${name} are not there`);
    return undefined;
  }
  const [header = '', ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  const names = header.split(',');
  return {
    file,
    rows: lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [names[index] ?? '', cell]))),
  };
}

/** Fields of a pond as the node of Udanor et al. 2022 (doi 10.1016/j.dib.2022.108400) names them, and its columns that are no measurement. */
export const POND_NODE_MAPPING = {
  keys: { NITRATE: null, Population: null, Length: null, Weight: null },
  acceptStrings: true,
  utcOffsetMinutes: 60,
};

/** Its faults, row by `entry_id`, field → code of the refusal, or the flag. Everything that is not named is good. */
export const POND_NODE_VERDICTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  1: { water_temperature: 'VALUE_SENTINEL', ph: 'VALUE_OUT_OF_RANGE' },
  2: { water_temperature: 'VALUE_SENTINEL', ph: 'VALUE_OUT_OF_RANGE' },
  4: { water_temperature: 'spike' },
  13: { dissolved_oxygen: 'spike' },
  // 4.66 mg/L, then 0 for two samples, 13.56, and 0 again, twenty seconds apart.
  17: { dissolved_oxygen: 'spike' },
  19: { dissolved_oxygen: 'spike' },
  // Turbidity stood at 100 for the whole season; three days of it are believed.
  116: { ammonia_nitrogen: 'VALUE_OUT_OF_RANGE', turbidity: 'stuck' },
  118: { ammonia_nitrogen: 'VALUE_OUT_OF_RANGE', turbidity: 'stuck' },
  119: { ammonia_nitrogen: 'VALUE_NOT_FINITE', turbidity: 'stuck' },
  120: { ammonia_nitrogen: 'VALUE_NOT_FINITE', turbidity: 'stuck' },
  121: { ammonia_nitrogen: 'VALUE_OUT_OF_RANGE', turbidity: 'stuck' },
  129: { water_temperature: 'VALUE_SENTINEL', ammonia_nitrogen: 'VALUE_OUT_OF_RANGE', turbidity: 'stuck' },
  130: { dissolved_oxygen: 'VALUE_OUT_OF_RANGE', ammonia_nitrogen: 'VALUE_OUT_OF_RANGE', turbidity: 'stuck' },
  143: { ammonia_nitrogen: 'VALUE_OUT_OF_RANGE', turbidity: 'stuck' },
  147: { turbidity: 'VALUE_OUT_OF_RANGE', ammonia_nitrogen: 'VALUE_NOT_FINITE' },
  148: { turbidity: 'VALUE_OUT_OF_RANGE' },
  150: { ph: 'spike', turbidity: 'VALUE_OUT_OF_RANGE', ammonia_nitrogen: 'VALUE_NOT_FINITE' },
  155: { turbidity: 'VALUE_OUT_OF_RANGE' },
  160: { turbidity: 'VALUE_OUT_OF_RANGE', dissolved_oxygen: 'VALUE_OUT_OF_RANGE' },
  192: { turbidity: 'VALUE_OUT_OF_RANGE', ammonia_nitrogen: 'VALUE_NOT_FINITE' },
};
