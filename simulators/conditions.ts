/** Conditions of a scenario as data: weather, breakdowns, missions. Times are hours after the scenario's start. */
import { type Static, Type } from 'typebox';

const span = {
  /** Hours after the start of the scenario, from inclusive, to exclusive. */
  fromHour: Type.Number(),
  toHour: Type.Number(),
  /** Ids of the affected sites, e.g. `zhuxi-pond-1`; absent: all. Weather ignores it: the county has one sky. */
  sites: Type.Optional(Type.Array(Type.String())),
};

export const ConditionSchema = Type.Union([
  /** The sky of these hours. `clearness` is the share of extraterrestrial radiation that arrives; default: typical of `state`. */
  Type.Object({
    condition: Type.Literal('sky'),
    ...span,
    state: Type.Union([Type.Literal('clear'), Type.Literal('mixed'), Type.Literal('overcast')]),
    clearness: Type.Optional(Type.Number({ minimum: 0.05, maximum: 0.75 })),
  }),
  /** Deviation of the air temperature from the season, K: a heat wave, or, if negative, a cold spell. */
  Type.Object({ condition: Type.Literal('air'), ...span, warmerBy: Type.Number({ minimum: -20, maximum: 15 }) }),
  /** Rain of this intensity instead of the season's; 0 keeps it dry. */
  Type.Object({ condition: Type.Literal('rain'), ...span, mmPerHour: Type.Number({ minimum: 0, maximum: 150 }) }),
  /** Wind at 10 m instead of the day's breeze, m/s. */
  Type.Object({ condition: Type.Literal('wind'), ...span, speed: Type.Number({ minimum: 0, maximum: 30 }) }),
  /** `broken`: switched on, draws no power, adds no oxygen. `off`: not switched on. `absent`: the pond has none. */
  Type.Object({
    condition: Type.Literal('aerator'),
    ...span,
    state: Type.Union([Type.Literal('broken'), Type.Literal('off'), Type.Literal('absent')]),
  }),
  /** A cold room or a box without cooling. */
  Type.Object({ condition: Type.Literal('compressor'), ...span, state: Type.Literal('failed') }),
  /** A door left open. */
  Type.Object({ condition: Type.Literal('door'), ...span, state: Type.Literal('open') }),
  /** A seeding mission takes off at `fromHour` and is aborted at `toHour`; such a site flies no other missions. */
  Type.Object({ condition: Type.Literal('mission'), ...span }),
  /** There is no irrigation water. */
  Type.Object({ condition: Type.Literal('irrigation'), ...span, state: Type.Literal('blocked') }),
  /** Water lost through a broken bund or an eel hole. */
  Type.Object({ condition: Type.Literal('leak'), ...span, mmPerHour: Type.Number({ minimum: 0, maximum: 50 }) }),
]);

export type Condition = Static<typeof ConditionSchema>;

/** A condition with its period, epoch ms. */
export type TimedCondition = Condition & { readonly from: number; readonly to: number };

export function timedConditions(conditions: readonly Condition[], start: number): readonly TimedCondition[] {
  return conditions.map((each) => ({
    ...each,
    from: start + each.fromHour * 3_600_000,
    to: start + each.toHour * 3_600_000,
  }));
}

/** The condition of this name at an instant; of several, the last in the scenario. */
export function conditionAt<N extends Condition['condition']>(
  conditions: readonly TimedCondition[],
  name: N,
  at: number,
): Extract<TimedCondition, { condition: N }> | undefined {
  for (let index = conditions.length - 1; index >= 0; index--) {
    const each = conditions[index];
    if (each?.condition === name && at >= each.from && at < each.to)
      return each as Extract<TimedCondition, { condition: N }>;
  }
  return undefined;
}
