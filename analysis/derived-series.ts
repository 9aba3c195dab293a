/** The contract of a derived series: one file in `series/` says everything about it. */
import type { Label } from '../sensors/label.ts';
import type { Limits } from '../sensors/limits.ts';
import type { Polygon } from '../sensors/polygon.ts';
import type { Sample, Stretch } from './stretch.ts';
import type { WindowName } from './windows.ts';

export interface Parameter {
  readonly label: Label;
  /** As people write it. */
  readonly unit: string;
  /** Absent: the profile in force at the site says, by `fromProfile`. */
  readonly default?: number;
  readonly fromProfile?: keyof Omit<Limits, 'target'>;
  /** Inclusive. */
  readonly range: readonly [min: number, max: number];
}

/** Limits of a profile in force, and which it is: "crab_pond v3". */
export interface InForce {
  readonly limits: Limits;
  readonly profile: string;
}

/** What is asked of a series about one device. */
export interface Question {
  /** The field it is worked out from, where there is a choice; otherwise the first input. */
  readonly field: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly intervalMs: number;
  /** Of the field, by the profile in force at a time; undefined: none. */
  readonly limitsAt: (time: number) => InForce | undefined;
  /** Outline of the site. */
  readonly boundary?: Polygon | undefined;
}

export interface Outcome {
  /** Absent: unknown. */
  readonly value?: number | undefined;
  /** Of the window, the time that the value rests on, ms. */
  readonly knownMs: number;
  /** When it was so, where the value is that of a moment. */
  readonly at?: number | undefined;
  /** The limit that was used, and whose it is. */
  readonly limit?: number | undefined;
  readonly profile?: string | undefined;
}

export interface DerivedSeries {
  /** snake_case. */
  readonly name: string;
  readonly label: Label;
  /** UCUM, and as people write it. */
  readonly unit: string;
  readonly symbol: string;
  readonly decimals: number;
  /** Rises with each change that can change a value. */
  readonly version: number;
  readonly kinds: readonly string[];
  /** Fields of the kind; a window is covered by values of the first. */
  readonly inputs: readonly string[];
  /** Fields that may be asked for in place of the first input. */
  readonly alternatives?: readonly string[];
  /** The first is the usual one. */
  readonly windows: readonly WindowName[];
  /** A sum over windows means something. */
  readonly isSummed?: true;
  /** How long before the first window it must look, to know how things stand. */
  readonly lookbackMs?: number;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** In symbols, with units. */
  readonly formula: string;
  /** Author, year, equation; its assumptions. */
  readonly source: string;
  /** A measure for the windows of one device, which are given in order of time. */
  start(question: Question): (stretch: Stretch) => Outcome;
  readonly vectors: readonly Vector[];
}

/** A window whose value is known from elsewhere. */
export interface Vector {
  readonly about: string;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly limits?: Limits;
  readonly samples: readonly Sample[];
  /** Of the window, epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly intervalMs: number;
  readonly boundary?: Polygon;
  /** Undefined: unknown. */
  readonly is: number | undefined;
  /** Tolerance. */
  readonly within: number;
}
