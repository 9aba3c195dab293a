/** Samples a device: the values of the model that its mapping has, plus battery and signal strength. */
import type { Kind } from '../sensors/kind.ts';
import { batterySignalFields, createBatterySignal } from './battery-signal.ts';
import type { FleetMember } from './fleet-member.ts';
import type { Model } from './model.ts';
import { registersOf } from './vendor-format.ts';

export interface SamplerOptions {
  readonly member: FleetMember;
  readonly kind: Kind;
  readonly model: Model;
  readonly seed: string;
}

export interface Sampler {
  /** Undefined if the model is silent. Call with ascending times. */
  valuesAt(at: number): Record<string, number> | undefined;
  /** The time of the last sample; undefined before the first. */
  measuredAt(): number | undefined;
}

export function createSampler({ member, kind, model, seed }: SamplerOptions): Sampler {
  const batterySignal = createBatterySignal({ kind, seed, siteType: member.siteType });
  const own = new Set(batterySignalFields(kind));
  const known = member.mapping && new Set(registersOf(member.mapping).keys());
  let measuredAt: number | undefined;

  return {
    valuesAt(at) {
      const measured = model.sample(at, measuredAt);
      measuredAt = at;
      const values: Record<string, number> = {};
      let isSilent = true;
      for (const field in measured) {
        const value = measured[field];
        if (value === undefined || own.has(field) || (known !== undefined && !known.has(field))) continue;
        values[field] = value;
        isSilent = false;
      }
      if (isSilent) return undefined;
      const said = batterySignal(at);
      for (const field in said) if (known?.has(field) ?? true) values[field] = said[field] ?? 0;
      return values;
    },
    measuredAt: () => measuredAt,
  };
}
