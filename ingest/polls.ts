/** Registers of a device behind a transparent Modbus DTU; the rest of intake sees each as a key. */
import type { KeyMapping, Mapping } from '../registry/mapping.ts';

/** `modbus.{slave}.{function}.{address}`, e.g. `modbus.1.3.0`. */
export const registerKey = (slave: number, code: number, at: number): string => `modbus.${slave}.${code}.${at}`;

/** Mapped registers by key, without type and byte order, which the decoder applies. */
export function pollKeys(mapping: Mapping | undefined): readonly (readonly [string, KeyMapping])[] {
  return (mapping?.polls ?? []).flatMap(({ slave, function: code, registers }) =>
    registers.map(({ at, as: _, order: __, ...target }) => [registerKey(slave, code, at), target] as const),
  );
}
