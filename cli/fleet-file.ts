/** The credentials file of the demo devices: written by the platform at first start (mode 0600), read by `simulate` and `replay`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DaoyuError } from '../base/errors.ts';
import type { FleetMember } from '../simulators/fleet.ts';

export function fleetFile(dataDir: string): string {
  return join(dataDir, 'secrets', 'devices.json');
}

/** Throws `CREDENTIALS_MISSING` when the file can't be read. */
export function loadFleet(file: string): readonly FleetMember[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as FleetMember[];
  } catch (error) {
    const message = `cannot read device credentials from ${file}: start the platform once, or name a file with --fleet`;
    throw new DaoyuError('CREDENTIALS_MISSING', message, { cause: error });
  }
}
