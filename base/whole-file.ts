/** Small files that are written and read whole: a crash leaves the old text or the new one, and a damaged one is told in a sentence. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { codeOf, DaoyuError } from './errors.ts';

/** Atomic: written beside the file with mode 0600, synced, and renamed. */
export function writeWhole(file: string, text: string): void {
  const beside = `${file}.new`;
  rmSync(beside, { force: true });
  writeFileSync(beside, text, { mode: 0o600, flush: true });
  renameSync(beside, file);
}

export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export interface JsonForm<T> {
  readonly isValid: (value: unknown) => value is T;
  /** What to do about a damaged file: a sentence. */
  readonly cure: string;
}

/** The JSON of the file; undefined if there is none. Throws `STORAGE_DAMAGED`, which quotes nothing of it: it may hold passwords. */
export function readJson<T>(file: string, { isValid, cure }: JsonForm<T>): T | undefined {
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  const value = parse(text);
  if (isValid(value)) return value;
  const damage = value === undefined ? 'it is not JSON' : 'its JSON is not what belongs there';
  throw new DaoyuError('STORAGE_DAMAGED', `${file} is damaged: ${damage} (${text.length} characters). ${cure}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
