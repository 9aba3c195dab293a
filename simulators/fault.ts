/** The contract of a fault. One file in `faults/` says what it does to readings, messages or the connection, and where it was seen. */
import type { Static, TObject } from 'typebox';
import type { Field, Kind } from '../sensors/kind.ts';
import type { Label } from '../sensors/label.ts';
import type { Measurement } from './measurement.ts';
import type { Window } from './windows.ts';

export interface FaultSetting<Options> {
  readonly options: Options;
  readonly kind: Kind;
  /** Those it concerns: named in the scenario, or the fault's own choice. */
  readonly fields: readonly Field[];
  /** Of this fault on this device: the same seed makes the same faults. */
  readonly seed: number;
}

/** Readings → readings. Called with each measurement in its order; outside of the windows nothing that it returns is used. */
export interface Alteration {
  /** Sees a healthy measurement outside of the windows, to know what came before. */
  watch?(measurement: Measurement): void;
  /** What comes of a measurement inside of a window; none when it was never made. */
  alter(measurement: Measurement, window: Window): readonly Measurement[];
}

/** One publish on its way out. */
export interface Message {
  readonly payload: string;
  /** Carries the DUP flag of MQTT. */
  readonly isResend: boolean;
  /** The acknowledgement gets lost and the connection with it; the platform has the message. */
  readonly losesAck?: true;
  readonly faults?: readonly string[];
}

/** `down`: no network, so the device buffers. `hold`: connected, but it gathers readings and sends nothing. `storm`: drops and returns that many times at once. */
export type LinkFault =
  | { readonly is: 'down' }
  | { readonly is: 'hold' }
  | { readonly is: 'storm'; readonly cycles: number };

/** `silent`: acts and says nothing. `late`: acts, and says so after seconds. `idle`: says that it is done and does nothing. */
export type ReplyFault =
  | { readonly is: 'silent' }
  | { readonly is: 'late'; readonly seconds: number }
  | { readonly is: 'idle' };

export interface FaultDefinition<Schema extends TObject> {
  /** Equals the file's name. */
  readonly name: string;
  readonly label: Label;
  /** What it does, in a sentence each. */
  readonly about: Label;
  /** Where real devices showed it. */
  readonly source: string;
  /** Options with their defaults. */
  readonly options: Schema;
  /** Which fields it takes when the scenario names none; absent: every number the device measures. */
  readonly appliesTo?: (field: Field) => boolean;
  /** One of these. */
  readonly readings?: (setting: FaultSetting<Static<Schema>>) => Alteration;
  readonly messages?: (
    setting: FaultSetting<Static<Schema>>,
  ) => (message: Message, newest: Measurement) => readonly Message[];
  readonly link?: (options: Static<Schema>) => LinkFault;
  /** How it answers commands. */
  readonly replies?: (options: Static<Schema>) => ReplyFault;
}

export type Fault = FaultDefinition<TObject>;

/** Keeps the options of a definition typed by their schema. */
export function defineFault<Schema extends TObject>(definition: FaultDefinition<Schema>): Fault {
  return definition as unknown as Fault;
}
