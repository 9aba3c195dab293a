/** How a device's messages become readings: its mapping, as the registry keeps it. Documented for users in docs/mappings.md. */

/** One source for the schema of the API and for the registry's own check. */
export const MAPPING_LIMITS = {
  keys: 200,
  keyLength: 128,
  sentinels: 100,
  lists: 16,
  ignored: 32,
  polls: 16,
  registers: 64,
  /** Minutes east of UTC, from Baker Island to Kiribati. */
  utcOffset: [-720, 840],
} as const;

/** How a register holds a number; `ddmm` is a position in degrees and minutes as NMEA 0183 writes it (3104.83 is 31°04.83'). */
export const REGISTER_TYPES = ['u16', 'i16', 'u32', 'i32', 'f32', 'bcd', 'ddmm'] as const;
export type RegisterType = (typeof REGISTER_TYPES)[number];

/** Order of the bytes on the wire, `A` being the most significant: `AB`, `BA` for 16 bits; the others for 32. */
export const BYTE_ORDERS = ['AB', 'BA', 'ABCD', 'CDAB', 'BADC', 'DCBA'] as const;
export type ByteOrder = (typeof BYTE_ORDERS)[number];

export const TIME_FORMATS = ['auto', 'epoch_s', 'epoch_ms', 'iso', 'compact'] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];

/** How a number becomes a value: register, then value × scale + offset, then unit. */
export interface ValueMapping {
  readonly scale?: number;
  readonly offset?: number;
  /** Unit that the device sends, converted into the field's: `[degF]`, `cm`, `dS/m`. */
  readonly unit?: string;
  readonly as?: RegisterType;
  readonly order?: ByteOrder;
  /** A running total: the difference from the previous value is kept. */
  readonly counter?: true;
  /** Constants without meaning, left out silently. */
  readonly ignore?: readonly (number | string)[];
}

export interface KeyMapping extends ValueMapping {
  readonly field: string;
}

export interface TimeMapping {
  /** Key of the measured time, with dots for nesting. */
  readonly key?: string;
  readonly format?: TimeFormat;
  /** `local`: epochs count from 1970 in local time; `utcOffsetMinutes` is taken off. */
  readonly epoch?: 'utc' | 'local';
  readonly utcOffsetMinutes?: number;
}

/** One register of a response. `at` is its address, counted like `start`. */
export interface RegisterMapping extends KeyMapping {
  readonly at: number;
}

/** What a DTU requests from one slave; the response itself does not say which registers it holds. */
export interface Poll {
  readonly slave: number;
  readonly function: number;
  readonly start: number;
  readonly registers: readonly RegisterMapping[];
  /** Registers in the response; absent: up to the last one mapped. */
  readonly count?: number;
}

export interface Mapping {
  /** Edition; 2 if it uses a member of the second edition. Absent: derived from its members. */
  readonly version?: 1 | 2;
  /** Incoming key, exact, dots for nesting (`data.DO`), `[0]` for an element, `[]` for each → field; `null` knowingly ignores a key. */
  readonly keys?: Readonly<Record<string, KeyMapping | string | null>>;
  /** The format of its messages, one of the decoders; `auto` recognises them by their shape. */
  readonly envelope?: string;
  readonly time?: TimeMapping;
  /** Lists, beside the usual `history`, whose elements are readings with a time of their own. */
  readonly lists?: readonly string[];
  /** Registers behind a transparent Modbus DTU. */
  readonly polls?: readonly Poll[];
  /** Minutes east of UTC, e.g. 480, for times without an offset (`2026-07-20 05:40:00`), which are refused otherwise. */
  readonly utcOffsetMinutes?: number;
  /** Values that mean "no probe" for this device, beside the usual ones. */
  readonly sentinels?: readonly number[];
  /** Accepts `"6.42"` as 6.42 and `"21.1 °C"` as 21.1 °C; absent: only in formats that send numbers as text. */
  readonly acceptStrings?: boolean;
}
