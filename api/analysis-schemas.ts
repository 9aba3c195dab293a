/** What statistics and derived series take and answer. */
import { type Static, Type } from 'typebox';
import { STATISTICS } from '../analysis/statistics.ts';
import { WINDOW_NAMES } from '../analysis/windows.ts';
import { TIMEZONE } from '../base/beijing-time.ts';
import { ByName, Exact, Label, List, Maybe, OneOf, Slug, Text, Time, Where } from './schemas.ts';

const VALUES = ['corrected', 'raw'] as const;

const asked = {
  ...Where,
  from: Type.Optional(Text('RFC 3339 with offset, epoch ms, or relative (-30d); default -30d', 40)),
  to: Type.Optional(Text('the same, exclusive; default now', 40)),
  window: Type.Optional(
    OneOf(WINDOW_NAMES, {
      description:
        'day, week, month (Asia/Shanghai), noon (to the next noon), night (20:00–08:00), sun_night (sunset to sunrise at the site), whole, season, mission: those that begin in the time asked for, each whole',
    }),
  ),
  values: Type.Optional(OneOf(VALUES, { description: 'corrected (default), or raw as received' })),
  as_of: Type.Optional(Text('corrections and events recorded by this time; default now', 40)),
  format: Type.Optional(OneOf(['json', 'csv'])),
};

export const StatisticsQuery = Exact({
  kind: Text('name of a sensor kind', 64),
  fields: Type.Optional(Text('comma-separated field names; default: the first primary one of the kind', 2000)),
  stats: Type.Optional(
    Text(`comma-separated of ${STATISTICS.join(', ')}, p5, p97.5…; default min,p10,median,p90,max`, 200),
  ),
  limit: Type.Optional(Text('of hours_below and hours_above, in the unit of the field', 20)),
  ...asked,
});

export const DerivedQuery = Exact({
  series: Text('name of a derived series, see /api/v1/derived-series', 64),
  field: Type.Optional(Text('what it is worked out from, where there is a choice', 64)),
  parameters: Type.Optional(Text('such as base=12,upper=35', 200)),
  ...asked,
});

const windowParts = {
  from: Time('start of the window'),
  to: Time('its end, exclusive'),
  used: Type.Integer({ description: 'good values in it' }),
  excluded: Type.Integer({ description: 'doubtful values left out' }),
  coverage: Type.Optional(
    Type.Number({
      description: 'share of the whole window that is known, 0 to 1; absent where values are not regular',
    }),
  ),
  isComplete: Type.Optional(Type.Boolean({ description: 'covered by 90 % at least' })),
  seasonDay: Type.Optional(Type.Integer({ description: 'of the season of its site; the first is 1' })),
};

const place = { park: Slug, site: Slug, device: Slug, field: Type.String() };
const range = {
  timezone: Type.Literal(TIMEZONE),
  from: Time('inclusive'),
  to: Time('exclusive'),
  window: OneOf(WINDOW_NAMES),
};

export const StatisticsAnswer = Exact({
  kind: Type.String(),
  ...range,
  limit: Type.Optional(Type.Number()),
  series: List(
    Exact({
      ...place,
      unit: Type.String({ description: 'UCUM, of the field' }),
      windows: List(
        Exact({
          ...windowParts,
          values: ByName(Type.Number(), {
            description: 'by name of the statistic; none without values. min_at and max_at are epoch ms',
          }),
        }),
      ),
    }),
  ),
});
export type StatisticsAnswer = Static<typeof StatisticsAnswer>;

const DerivedDescription = Exact({
  name: Type.String(),
  label: Label,
  unit: Type.String({ description: 'UCUM' }),
  symbol: Type.String({ description: 'the unit as people write it' }),
  decimals: Type.Integer(),
  version: Type.Integer({ description: 'of the formula' }),
  kinds: List(Type.String(), { description: 'sensor kinds it is worked out for' }),
  inputs: List(Type.String()),
  alternatives: Type.Optional(List(Type.String(), { description: 'fields in place of the first input' })),
  windows: List(OneOf(WINDOW_NAMES), { description: 'the first is the usual one' }),
  isSummed: Type.Optional(Type.Literal(true, { description: 'a sum over windows means something' })),
  parameters: ByName(
    Exact({
      label: Label,
      unit: Type.String(),
      default: Type.Optional(Type.Number()),
      fromProfile: Type.Optional(Type.String({ description: 'limit of the profile in force that is used by default' })),
      range: List(Type.Number()),
    }),
  ),
  formula: Type.String(),
  source: Type.String({ description: 'author, year, assumptions' }),
});
export type DerivedDescription = Static<typeof DerivedDescription>;

export const DerivedListAnswer = Exact({
  series: List(DerivedDescription),
  windows: ByName(Label, { description: 'names of windows in words' }),
});
export type DerivedListAnswer = Static<typeof DerivedListAnswer>;

export const DerivedAnswer = Exact({
  series: DerivedDescription,
  ...range,
  parameters: ByName(Type.Number(), { description: 'as asked for' }),
  devices: List(
    Exact({
      ...place,
      windows: List(
        Exact({
          ...windowParts,
          value: Maybe(Type.Number({ description: 'null: unknown' })),
          at: Type.Optional(Time('when it was so')),
          limit: Type.Optional(Type.Number({ description: 'limit that was used' })),
          profile: Type.Optional(Type.String({ description: 'whose limit it is, with its version' })),
        }),
      ),
      total: Type.Optional(
        Exact({
          value: Type.Number({ description: 'sum over complete windows' }),
          complete: Type.Integer(),
          incomplete: Type.Integer({ description: 'windows left out of the sum' }),
        }),
      ),
    }),
  ),
});
export type DerivedAnswer = Static<typeof DerivedAnswer>;
