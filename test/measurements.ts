/** Real measurements that tests replay: sources and licences in data/README.md. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

const FOLDER = new URL('data/', import.meta.url);

export type Row = Readonly<Record<string, string>>;

const textOf = (name: string) => gunzipSync(readFileSync(new URL(`${name}.gz`, FOLDER))).toString();

/** The rows of a file, as texts. */
export function measurements(name: string): readonly Row[] {
  const [header = '', ...lines] = textOf(name).trim().split(/\r?\n/);
  const names = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [names[index] ?? '', cell])));
}

/** Path of the file, unpacked until the test ends. */
export function measurementsFile(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-measurements-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, name);
  writeFileSync(file, textOf(name));
  return file;
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
