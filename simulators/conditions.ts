/** Conditions of a scenario as data: weather, breakdowns, missions. Times are hours after the scenario's start. */
import { type Static, Type } from 'typebox';

const span = {
  /** Hours after the scenario's start; from included, to excluded. */
  fromHour: Type.Number(),
  toHour: Type.Number(),
  /** Site ids it concerns, e.g. `zhuxi-pond-1`; absent: all. Weather ignores it: the county has one sky. */
  sites: Type.Optional(Type.Array(Type.String())),
};

export const ConditionSchema = Type.Union([
  /** A sky for these hours: `clearness` is the share of the radiation outside the atmosphere that arrives; without it the state's own. */
  Type.Object({
    condition: Type.Literal('sky'),
    ...span,
    state: Type.Union([Type.Literal('clear'), Type.Literal('mixed'), Type.Literal('overcast')]),
    clearness: Type.Optional(Type.Number({ minimum: 0.05, maximum: 0.75 })),
  }),
  /** Air warmer (or, negative, colder) than the season, K: a heat wave, a cold spell. */
  Type.Object({ condition: Type.Literal('air'), ...span, warmerBy: Type.Number({ minimum: -20, maximum: 15 }) }),
  /** Rain of this intensity instead of what the season would bring; 0 keeps it dry. */
  Type.Object({ condition: Type.Literal('rain'), ...span, mmPerHour: Type.Number({ minimum: 0, maximum: 150 }) }),
  /** Wind at 10 m instead of the day's breeze, m/s. */
  Type.Object({ condition: Type.Literal('wind'), ...span, speed: Type.Number({ minimum: 0, maximum: 30 }) }),
  /** `broken`: told to run, draws no power, brings no oxygen. `off`: nobody switched it on. `absent`: the pond has none. */
  Type.Object({
    condition: Type.Literal('aerator'),
    ...span,
    state: Type.Union([Type.Literal('broken'), Type.Literal('off'), Type.Literal('absent')]),
  }),
  /** A cold room or a box without cooling. */
  Type.Object({ condition: Type.Literal('compressor'), ...span, state: Type.Literal('failed') }),
  /** A door that somebody left open. */
  Type.Object({ condition: Type.Literal('door'), ...span, state: Type.Literal('open') }),
  /** A seeding mission takes off at `fromHour` and is broken off at `toHour`; a site with missions told so flies no others. */
  Type.Object({ condition: Type.Literal('mission'), ...span }),
  /** No irrigation water comes. */
  Type.Object({ condition: Type.Literal('irrigation'), ...span, state: Type.Literal('blocked') }),
  /** Water lost through a broken bund or an eel's hole. */
  Type.Object({ condition: Type.Literal('leak'), ...span, mmPerHour: Type.Number({ minimum: 0, maximum: 50 }) }),
]);

export type Condition = Static<typeof ConditionSchema>;

/** A condition with its times on the clock, epoch ms. */
export type TimedCondition = Condition & { readonly from: number; readonly to: number };

export function timedConditions(conditions: readonly Condition[], start: number): readonly TimedCondition[] {
  return conditions.map((each) => ({
    ...each,
    from: start + each.fromHour * 3_600_000,
    to: start + each.toHour * 3_600_000,
  }));
}

/** The newest-told condition of a name that holds at an instant. */
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
