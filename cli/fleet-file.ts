/** The credentials file of the demo devices: written by the platform at first start (mode 0600), read by `simulate` and `replay`. */
import { join } from 'node:path';
import { codeOf, DaoyuError } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import { readJson } from '../base/whole-file.ts';
import type { FleetMember } from '../simulators/fleet.ts';

export function fleetFile(dataDir: string): string {
  return join(dataDir, 'secrets', 'devices.json');
}

const CURE = 'Restore it from a backup, or name another file with --fleet.';

/** Throws `CREDENTIALS_MISSING` when the file is missing or can't be read, and `STORAGE_DAMAGED` when it holds no fleet. */
export function loadFleet(file: string): readonly FleetMember[] {
  const message = `cannot read device credentials from ${file}: start the platform once, or name a file with --fleet`;
  try {
    const members = readJson(file, { isValid: isFleet, cure: CURE });
    if (members !== undefined) return members;
  } catch (cause) {
    if (codeOf(cause) === 'STORAGE_DAMAGED') throw cause;
    throw new DaoyuError('CREDENTIALS_MISSING', message, { cause });
  }
  throw new DaoyuError('CREDENTIALS_MISSING', message);
}

const isFleet = (value: unknown): value is readonly FleetMember[] =>
  Array.isArray(value) && value.every((member) => isObject(member) && typeof member.password === 'string');
