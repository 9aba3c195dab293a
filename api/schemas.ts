/** Shapes that several routes share, in requests and answers. The types of the page and of clients derive from them. */
import { type Static, type TProperties, type TSchema, type TSchemaOptions, Type } from 'typebox';
import { SLUG } from '../base/topics.ts';
import { FLAGS, type Flag } from '../sensors/flag.ts';
import { MOST_POSITIONS, type Polygon } from '../sensors/polygon.ts';
import { MOST_STAGES } from '../sensors/stages.ts';

/** An object with these members and no others. */
export const Exact = <P extends TProperties>(properties: P, options: TSchemaOptions = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });

/** `readonly` to the compiler. */
export const List = <T extends TSchema>(items: T, options: TSchemaOptions = {}) =>
  Type.Immutable(Type.Array(items, options));

/** By name of a field, a key, an attribute. */
export const ByName = <T extends TSchema>(values: T, options: TSchemaOptions = {}) =>
  Type.Record(Type.String(), values, options);

export const Maybe = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** Two numbers, `[low, high]` or `[longitude, latitude]`. */
export const Pair = (description: string) =>
  Type.Unsafe<readonly [number, number]>({
    type: 'array',
    items: { type: 'number' },
    minItems: 2,
    maxItems: 2,
    description,
  });

export const Time = (description: string) => Type.Integer({ description: `${description}, epoch ms` });

export const Slug = Type.String({ pattern: SLUG.source, description: 'lower-case letters, digits, hyphens' });
export const Text = (description: string, maxLength = 200) => Type.String({ maxLength, description });

/** A whole number in a query, as text: coercion is off, so that bodies are checked strictly. */
export const Whole = (description: string) => Type.String({ pattern: '^\\d{1,15}$', description });

/** One of these words. */
export const OneOf = <const T extends string>(words: readonly T[], options: { readonly description?: string } = {}) =>
  Type.Unsafe<T>({ type: 'string', enum: [...words], ...options });

/** Selects devices. */
export const Where = {
  park: Type.Optional(Slug),
  site: Type.Optional(Slug),
  device: Type.Optional(Slug),
};

export const Label = Type.Object(
  { zh: Text('Chinese', 100), en: Text('English', 100) },
  { additionalProperties: false },
);

/** Free text. */
export const Sentence = Exact({ zh: Text('Chinese', 1000), en: Text('English', 1000) });

const Position = Pair('[longitude, latitude]');
const Day = (description: string) => Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description });

export const Stages = List(
  Exact({ from: Day('Beijing day, e.g. 2026-05-10'), profile: Text('threshold profile from that day on', 64) }),
  { maxItems: MOST_STAGES, description: 'ascending; the last one stays in force' },
);

export const Boundary = Exact(
  {
    type: Type.Literal('Polygon'),
    coordinates: Type.Unsafe<Polygon['coordinates']>(
      Type.Array(Type.Array(Position, { minItems: 4, maxItems: MOST_POSITIONS }), {
        minItems: 1,
        maxItems: 1,
        description: 'one closed ring',
      }),
    ),
  },
  { description: 'outline of the field: GeoJSON polygon (RFC 7946), WGS-84' },
);

export const SITE_TYPES = ['pond', 'paddy', 'cold_store', 'vehicle', 'field', 'other'] as const;

const Limit = Type.Optional(Type.Number());
const Minutes = Type.Number({ minimum: 0, maximum: 10_080 });
const Band = Exact({
  field: Text('field of one of the kinds', 64),
  target: Type.Optional(Pair('[low, high]')),
  warnBelow: Limit,
  warnAbove: Limit,
  criticalBelow: Limit,
  criticalAbove: Limit,
  onlyWhile: Type.Optional(Text('a switch of the kind: the band counts only while it is 1', 64)),
  holdMinutes: Type.Optional(
    Exact({ warning: Minutes, critical: Minutes }, { description: 'how long beyond a limit before an alarm opens' }),
  ),
  deadBand: Type.Optional(
    Type.Number({
      minimum: 0,
      description:
        'how far inside a limit a value is clear of it; absent: a quarter of the way from warning to critical',
    }),
  ),
  clearMinutes: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 10_080,
      description: 'how long a value must be clear before its alarm ends; absent: 15',
    }),
  ),
  source: Type.String({ minLength: 1, maxLength: 500, description: 'where the numbers come from' }),
});

export const ProfileName = Type.String({ pattern: '^[a-z0-9_-]{1,64}$', description: 'such as crab_pond' });

/** Members that requests and answers share. */
export const profileParts = {
  label: Label,
  author: Type.String({ minLength: 1, maxLength: 200, description: 'whom to ask about it' }),
  kinds: List(Text('name of a sensor kind', 64), { minItems: 1, maxItems: 16 }),
  bands: List(Band, { minItems: 1, maxItems: 64 }),
};
export const Effective = Day('from when its authors hold it valid');

export const Flagged = ByName(List(OneOf(Object.keys(FLAGS) as Flag[])), {
  description: 'flags of values that are suspect, by field',
});

/** RFC 9457, as `application/problem+json`. */
export const Problem = Exact({
  type: Type.String({ description: 'address of the description of the code' }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String({ description: 'what is wrong and what would be right' }),
  code: Type.String({ description: 'stable; see /docs/errors' }),
  errors: Type.Optional(
    List(Exact({ field: Type.String({ description: '`body.site`, `querystring.every`' }), message: Type.String() }), {
      description: 'what the schema of the route does not take, one by one',
    }),
  ),
});
export type Problem = Static<typeof Problem>;
