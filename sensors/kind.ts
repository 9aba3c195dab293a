/** The contract of a sensor kind: one file in `kinds/` says everything the platform knows about it. */
import type { Label } from './label.ts';
import type { ShownUnit } from './shown-units.ts';

export interface Field {
  /** Canonical name, snake_case; the key in readings, in the API and in CSV headers. */
  readonly name: string;
  readonly label: Label;
  /** UCUM code: `mg/L`, `Cel`, `mm`, `[pH]`; `1` for a bare number, a boolean or an enumeration. */
  readonly unit: string;
  /** The unit as people write it: `mg/L`, `°C`; empty for bare numbers. */
  readonly symbol: string;
  /** In which people read it, where the installation chose another unit. */
  readonly shown?: ShownUnit;
  /** Inclusive; a value outside is *bad*: it is quarantined, not stored. */
  readonly physical: readonly [min: number, max: number];
  /** Healthy operation; a value outside is never refused. */
  readonly normal?: readonly [min: number, max: number];
  /** The smallest step the sensor can report, in `unit`; stuck detection counts repeats against it. */
  readonly resolution: number;
  /** Digits after the point where people read the value. */
  readonly decimals: number;
  /** `boolean` is 0 or 1; `enum` takes the keys of `choices`. */
  readonly shape: 'number' | 'boolean' | 'enum';
  readonly choices?: Readonly<Record<number, Label>>;
  /** Constants that a broken probe of this field reports, beside those every field has (-127, 65535…). */
  readonly sentinels?: readonly number[];
  /** A small negative at a physical zero is stored as 0 and flagged `clamped`, down to this value (e.g. -1 NTU). */
  readonly clampFrom?: number;
  /** Largest credible step between readings a minute apart; grows with the square root of the minutes between them. A larger jump is a `spike` unless the next reading confirms it. */
  readonly maxStep?: number;
  /** Reporting interval of its probe if longer than the device's: wet-chemistry analysers, hand kits. */
  readonly intervalMs?: number;
  /** Each value is a sum since the previous one (rain, feed): windows add it up instead of averaging it. */
  readonly isIntervalSum?: true;
  /** Equal values for this long are `stuck`; absent if a constant value is normal. */
  readonly stuckAfterMinutes?: number;
  /** Derived from other values of the same reading if the device does not send it itself. */
  readonly derived?: Derived;
  /** Key names real devices use for it (`DO`, `do_level`, `dissolvedOxygen`); compared without case, spaces, `_` and `-`. */
  readonly aliases?: readonly string[];
  /** Aliases that do not name the medium (`temperature` when there is water and soil): they need a mapping. */
  readonly openMedium?: readonly string[];
  /** Aliases that do not name the unit. */
  readonly openUnit?: OpenUnit;
  /** Other fields that the same words can mean: oxygen in mg/L and in %, a battery in % and in V. */
  readonly siblings?: readonly string[];
}

export interface OpenUnit {
  readonly aliases: readonly string[];
  /** Units that devices send under these names, beside the field's own and those of its siblings. */
  readonly units: readonly string[];
  /** A multiple of the resolution in this range is probably in the field's own unit; any other value is withheld until a mapping names the unit. */
  readonly within: readonly [min: number, max: number];
  /** Instead of the resolution; 0: any number in the range. */
  readonly step?: number;
}

export interface Derived {
  /** Fields that must all be in the reading. */
  readonly from: readonly string[];
  /** Takes the inputs in that order; there is no value if the result is not finite or outside `physical`. */
  readonly value: (...inputs: readonly number[]) => number;
  /** Takes the air pressure at the site, hPa, after its inputs: of a barometer in the same reading (`air_pressure`), else of the site's height. */
  readonly takesPressure?: true;
  /** Source of the formula, and its assumptions. */
  readonly source: string;
}

/** A fault of equipment: all terms hold in one reading, and keep holding. */
export interface EquipmentRule {
  /** snake_case, such as `aerator_without_power`. */
  readonly name: string;
  readonly label: Label;
  readonly action: Label;
  readonly terms: readonly EquipmentTerm[];
  /** It is critical while these hold as well. */
  readonly criticalTerms?: readonly EquipmentTerm[];
  /** None of these fields, of those that are measured, has moved by as much within the last hour: a pump that runs while no level changes. */
  readonly unmoved?: { readonly fields: readonly string[]; readonly by: number };
  /** Minutes that it must last, two readings at least; absent severities do not occur. */
  readonly holdMinutes: { readonly warning?: number; readonly critical?: number };
  readonly source: string;
}

/** One comparison; `aboveField` compares with another value of the same reading, plus `by`. */
export interface EquipmentTerm {
  readonly field: string;
  readonly is?: number;
  readonly below?: number;
  readonly above?: number;
  readonly aboveField?: string;
  readonly by?: number;
}

/** Something that people switch from afar, by a command whose body is `{"on": true}` or `{"on": false}`. */
export interface Control {
  /** Name of the command, as in its topic: `aerator`. */
  readonly command: string;
  /** Boolean field by which the device says whether it is on. */
  readonly field: string;
  /** Field that shows whether it really runs. */
  readonly measured?: string;
  /** Whether `{"auto": true}` leaves it to the device's own controller again. */
  readonly hasAuto?: true;
  /** By which the platform may switch it, where an installation turns that on. */
  readonly band?: ControlBand;
  readonly interlocks?: readonly Interlock[];
}

/** What the rule of an installation begins with. */
export interface ControlBand {
  readonly field: string;
  readonly onBelow: number;
  readonly offAbove: number;
  /** Least distance of the two, in the field's unit. */
  readonly leastGap: number;
  readonly source: string;
}

/** Stands against switching it so while all terms hold in what was measured last; a person may override it. */
export interface Interlock {
  readonly isOn: boolean;
  readonly terms: readonly EquipmentTerm[];
  readonly label: Label;
  readonly source: string;
}

export interface Panel {
  readonly title: Label;
  readonly fields: readonly string[];
}

export interface Kind {
  readonly name: string;
  readonly label: Label;
  readonly subplatform: 'smart_rice' | 'smart_fishery' | 'smart_processing' | 'smart_orchard';
  /** How often a device of this kind reports unless the registry says otherwise; three missed ones are silence. */
  readonly intervalMs: number;
  readonly fields: readonly Field[];
  /** The values that matter, most important first; a tile shows the first one large. */
  readonly primary: readonly string[];
  /** Charts of a device page, in order. Empty: they are derived from the fields when the kind is loaded. */
  readonly panels: readonly Panel[];
  /** Threshold profile of sites without their own; absent if no limits are right for all of them. */
  readonly defaultProfile?: string;
  /** What to do about a value beyond its limits, by `{field}_low` and `{field}_high`. */
  readonly advice?: Readonly<Record<string, Label>>;
  /** Faults of equipment that show in its own readings. */
  readonly equipment?: readonly EquipmentRule[];
  /** What can be switched remotely where the device obeys. */
  readonly controls?: readonly Control[];
  /** Hours of Beijing time in which a silent device is critical, because nobody is there to notice. */
  readonly silentIsCritical?: { readonly fromHour: number; readonly toHour: number };
  /** Fields that fall from dusk to dawn: if tonight will go below the critical limit, a warning comes in the evening. */
  readonly fallsByNight?: readonly string[];
  /** Works in missions with silence between them: silence is not a fault. */
  readonly isIntermittent?: true;
  /** Text keys carried with a reading as attributes (`shipment_id`). */
  readonly attributes?: readonly string[];
}
