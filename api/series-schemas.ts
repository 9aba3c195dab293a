/** What `GET /series` takes and answers. */
import { type Static, Type } from 'typebox';
import { TIMEZONE } from '../base/beijing-time.ts';
import { TIME_TEXTS } from '../exports/describe.ts';
import { FLAGS } from '../sensors/flag.ts';
import { AGGREGATES, type DoubtedWindow, type Point, QUALITIES } from '../store/store.ts';
import { Exact, List, Maybe, OneOf, Slug, Text, Time, Where } from './schemas.ts';

const VALUES = ['corrected', 'raw', 'both'] as const;

export const SeriesQuery = Exact({
  kind: Text('name of a sensor kind', 64),
  ...Where,
  fields: Type.Optional(Text('comma-separated field names; default: the primary ones of the kind', 2000)),
  from: Type.Optional(Text('RFC 3339 with offset, epoch ms, or relative (-24h); default -24h', 40)),
  to: Type.Optional(Text('the same, exclusive; default now', 40)),
  every: Type.Optional(
    Text('window: 10s, 5m, 1h, 1d, 1w, 1mo, on Asia/Shanghai boundaries; `auto`; absent: raw readings', 10),
  ),
  agg: Type.Optional(Text(`comma-separated of ${AGGREGATES.join(', ')}; default mean`, 100)),
  quality: Type.Optional(
    OneOf(QUALITIES, {
      description:
        'good: without doubtful values (spike, stuck, clock, startup); default: good for windows, all for raw readings',
    }),
  ),
  values: Type.Optional(OneOf(VALUES, { description: 'corrected (default), raw as received, or a series of each' })),
  as_of: Type.Optional(
    Text('only corrections recorded by this time: RFC 3339 with offset, epoch ms, or relative; default now', 40),
  ),
  format: Type.Optional(OneOf(['json', 'csv'])),
  time: Type.Optional(OneOf(TIME_TEXTS, { description: 'of CSV: iso with +08:00 (default), utc with Z, epoch ms' })),
});

const FlagsAnswer = { type: 'array', items: { type: 'string', enum: Object.keys(FLAGS) } };

/** Written as JSON Schema 2020-12, where a tuple is `prefixItems`. */
const PointAnswer = Type.Unsafe<Point>({
  type: 'array',
  prefixItems: [
    { type: 'integer', description: 'epoch ms; of a window its start' },
    { type: 'number' },
    { ...FlagsAnswer, description: 'flags of its values' },
  ],
  minItems: 2,
  maxItems: 3,
});

const DoubtedAnswer = Type.Unsafe<DoubtedWindow>({
  type: 'array',
  prefixItems: [
    { type: 'integer', description: 'start of the window, epoch ms' },
    { type: 'integer', description: 'number of values left out' },
    { ...FlagsAnswer, description: 'flags of its values' },
  ],
  minItems: 3,
  maxItems: 3,
});

export const SeriesAnswer = Exact({
  kind: Type.String(),
  quality: OneOf(QUALITIES),
  every: Maybe(Type.String({ description: 'the window; null: raw readings' })),
  timezone: Type.Literal(TIMEZONE),
  from: Time('inclusive'),
  to: Time('exclusive'),
  series: List(
    Exact({
      park: Slug,
      site: Slug,
      device: Slug,
      field: Type.String(),
      aggregate: OneOf([...AGGREGATES, 'raw']),
      unit: Type.String({ description: 'UCUM' }),
      points: List(PointAnswer, { description: 'in order of time' }),
      intervalMs: Type.Optional(Type.Integer({ description: 'of windows: how often a value is expected, ms' })),
      used: Type.Optional(List(Type.Integer(), { description: 'of windows, one per point: values that went into it' })),
      excluded: Type.Optional(
        List(Type.Integer(), { description: 'of windows, one per point: doubtful values left out' }),
      ),
      coverage: Type.Optional(
        List(Type.Number(), {
          description:
            'of windows, one per point: values used as a share of those expected, 0 to 1; absent where none are expected',
        }),
      ),
      incomplete: Type.Optional(
        List(Type.Integer(), { description: 'starts of windows covered by less than 90 %, epoch ms' }),
      ),
      values: Type.Optional(OneOf(['corrected', 'raw'], { description: 'present with values=both' })),
      corrections: Type.Optional(List(Type.String(), { description: 'ids of the corrections that apply' })),
      uncorrected: Type.Optional(
        List(Type.Integer(), {
          description: 'starts of windows to which a correction applies but whose raw readings have been removed',
        }),
      ),
      doubted: Type.Optional(
        List(DoubtedAnswer, { description: 'windows without a point because every value in them is doubtful' }),
      ),
    }),
  ),
});
export type SeriesAnswer = Static<typeof SeriesAnswer>;
