/** Registers of a device behind a transparent Modbus DTU: each is a key of its own to the rest of intake. */
import type { KeyMapping, Mapping } from '../registry/mapping.ts';

/** `modbus.1.3.0`: slave, function, address. */
export const registerKey = (slave: number, code: number, at: number): string => `modbus.${slave}.${code}.${at}`;

/** What the mapping's registers mean, by key; type and byte order are taken into account when the frame is read. */
export function pollKeys(mapping: Mapping | undefined): readonly (readonly [string, KeyMapping])[] {
  return (mapping?.polls ?? []).flatMap(({ slave, function: code, registers }) =>
    registers.map(({ at, as: _, order: __, ...target }) => [registerKey(slave, code, at), target] as const),
  );
}
