/** The contract of a fault: a file in `faults/` defines what it does to readings, messages or the connection, and where it was observed. */
import type { Static, TObject } from 'typebox';
import type { Field, Kind } from '../sensors/kind.ts';
import type { Label } from '../sensors/label.ts';
import type { Measurement } from './measurement.ts';
import type { Window } from './windows.ts';

export interface FaultSetting<Options> {
  readonly options: Options;
  readonly kind: Kind;
  /** Affected fields: named in the scenario, or the fault's own choice. */
  readonly fields: readonly Field[];
  /** Seed of this fault on this device: equal seeds give equal faults. */
  readonly seed: number;
}

/** Alters measurements; called with each one in order. */
export interface Alteration {
  /** Observes a healthy measurement outside the windows, for faults that depend on earlier values. */
  watch?(measurement: Measurement): void;
  /** The altered measurements inside a window; none if it was never made. */
  alter(measurement: Measurement, window: Window): readonly Measurement[];
}

/** One outgoing publish. */
export interface Message {
  readonly payload: string;
  /** Sets the DUP flag of MQTT. */
  readonly isResend: boolean;
  /** The acknowledgement and the connection are lost; the platform has the message. */
  readonly losesAck?: true;
  readonly faults?: readonly string[];
}

/** `down`: no network, the device buffers. `hold`: connected, but collects readings and sends nothing. `storm`: drops and reconnects that many times at once. */
export type LinkFault =
  | { readonly is: 'down' }
  | { readonly is: 'hold' }
  | { readonly is: 'storm'; readonly cycles: number };

/** `silent`: acts without a reply. `late`: acts and replies seconds later. `idle`: replies `done` and does nothing. */
export type ReplyFault =
  | { readonly is: 'silent' }
  | { readonly is: 'late'; readonly seconds: number }
  | { readonly is: 'idle' };

export interface FaultDefinition<Schema extends TObject> {
  /** Equals the file name. */
  readonly name: string;
  readonly label: Label;
  /** What it does, in one sentence per language. */
  readonly about: Label;
  /** Where it was observed on real devices. */
  readonly source: string;
  /** Options with their defaults. */
  readonly options: Schema;
  /** Affected fields if the scenario names none; absent: all numbers that the device measures. */
  readonly appliesTo?: (field: Field) => boolean;
  /** Each fault has exactly one of the following. */
  readonly readings?: (setting: FaultSetting<Static<Schema>>) => Alteration;
  readonly messages?: (
    setting: FaultSetting<Static<Schema>>,
  ) => (message: Message, newest: Measurement) => readonly Message[];
  readonly link?: (options: Static<Schema>) => LinkFault;
  /** How the device answers commands. */
  readonly replies?: (options: Static<Schema>) => ReplyFault;
}

export type Fault = FaultDefinition<TObject>;

/** Keeps the options of a definition typed by their schema. */
export function defineFault<Schema extends TObject>(definition: FaultDefinition<Schema>): Fault {
  return definition as unknown as Fault;
}
