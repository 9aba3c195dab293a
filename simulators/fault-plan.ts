/** Part of a scenario file: a fault, its devices and fields, times and options. */
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { DaoyuError } from '../base/errors.ts';
import type { Fault } from './fault.ts';

const Names = Type.Array(Type.String({ minLength: 1 }), { minItems: 1 });
const strict = { additionalProperties: false } as const;

export const FaultPlanSchema = Type.Object(
  {
    /** Name of a file in `faults/`. */
    fault: Type.String(),
    /** Affected devices; absent: all. `share` takes this part of them, at least one. */
    on: Type.Optional(
      Type.Object(
        {
          kinds: Type.Optional(Names),
          sites: Type.Optional(Names),
          devices: Type.Optional(Names),
          share: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1 })),
        },
        strict,
      ),
    ),
    /** Field names; absent: the fault's own choice. Kinds without such a field are not affected. */
    fields: Type.Optional(Names),
    /** Hours after the start of the scenario, from inclusive, to exclusive. */
    fromHour: Type.Number({ minimum: 0 }),
    toHour: Type.Number({ exclusiveMinimum: 0 }),
    /** Instead of the whole period: this many windows a day of `minutes` each, drawn from the seed. */
    timesADay: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1440 })),
    minutes: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    /** Whether all devices have the same windows, as when a radio cell fails. */
    together: Type.Optional(Type.Boolean()),
    /** Options of the fault; its file lists them with defaults. */
    options: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  strict,
);

export type FaultPlan = Static<typeof FaultPlanSchema>;

/** Throws `SCENARIO_INVALID` naming the option and its allowed values. */
export function optionsOf(fault: Fault, plan: FaultPlan): Record<string, unknown> {
  const given = plan.options ?? {};
  const extra = Object.keys(given).filter((name) => !(name in fault.options.properties));
  if (extra.length > 0) {
    const known = Object.keys(fault.options.properties).join(', ') || 'none';
    throw new DaoyuError('SCENARIO_INVALID', `fault ${fault.name} has no option ${extra.join(', ')}; it has: ${known}`);
  }
  const options = Value.Default(fault.options, { ...given }) as Record<string, unknown>;
  const [problem] = Value.Errors(fault.options, options);
  if (problem !== undefined)
    throw new DaoyuError(
      'SCENARIO_INVALID',
      `fault ${fault.name}: option ${problem.instancePath.slice(1)} ${problem.message}`,
    );
  return options;
}
