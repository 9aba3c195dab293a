/** Shapes that several routes share. */
import { type Static, type TSchema, Type } from 'typebox';
import { SLUG } from '../base/topics.ts';
import { MOST_POSITIONS } from '../sensors/polygon.ts';
import { MOST_STAGES } from '../sensors/stages.ts';

export const Slug = Type.String({ pattern: SLUG.source, description: 'lower-case letters, digits, hyphens' });
export const Text = (description: string, maxLength = 200) => Type.String({ maxLength, description });

/** A whole number in a query; texts are not turned into numbers on their own, lest a body be bent to fit. */
export const Whole = (description: string) => Type.String({ pattern: '^\\d{1,15}$', description });

/** One of these words. */
export const OneOf = <const T extends string>(words: readonly T[]) =>
  Type.Unsafe<T>({ type: 'string', enum: [...words] });

/** Which devices are meant. */
export const Where = {
  park: Type.Optional(Slug),
  site: Type.Optional(Slug),
  device: Type.Optional(Slug),
};

export const Label = Type.Object(
  { zh: Text('Chinese', 100), en: Text('English', 100) },
  { additionalProperties: false },
);

export const Mapping = Type.Object(
  {
    keys: Type.Optional(
      Type.Record(
        Type.String({ maxLength: 128 }),
        Type.Union([
          Type.String({ maxLength: 64 }),
          Type.Null(),
          Type.Object(
            {
              field: Text('field of the kind', 64),
              scale: Type.Optional(Type.Number()),
              offset: Type.Optional(Type.Number()),
            },
            { additionalProperties: false },
          ),
        ]),
        { description: 'incoming key → field, or {field, scale, offset}; null ignores a key' },
      ),
    ),
    envelope: Type.Optional(OneOf(['auto', 'none', 'thingsboard', 'alink'])),
    utcOffsetMinutes: Type.Optional(Type.Integer({ minimum: -840, maximum: 840 })),
    sentinels: Type.Optional(Type.Array(Type.Number(), { maxItems: 32 })),
    acceptStrings: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, description: "How a device's own keys become fields" },
);

const SiteType = OneOf(['pond', 'paddy', 'cold_store', 'vehicle', 'field', 'other']);

export const NewDevice = Type.Object(
  {
    park: Slug,
    site: Slug,
    device: Slug,
    kind: Text('name of a sensor kind', 64),
    label: Type.Optional(Label),
    intervalMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 86_400_000 })),
    mapping: Type.Optional(Mapping),
    siteLabel: Type.Optional(Label),
    siteType: Type.Optional(SiteType),
    profile: Type.Optional(Text('threshold profile of a new site', 64)),
  },
  { additionalProperties: false },
);

const orNull = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const Position = Type.Array(Type.Number(), { minItems: 2, maxItems: 2, description: '[longitude, latitude]' });

const siteDetails = {
  label: Type.Optional(Label),
  profile: orNull(Text('threshold profile; before the first stage where there are stages', 64)),
  stages: orNull(
    Type.Array(
      Type.Object(
        {
          from: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'Beijing day, e.g. 2026-05-10' }),
          profile: Text('threshold profile from that day on', 64),
        },
        { additionalProperties: false },
      ),
      { maxItems: MOST_STAGES, description: 'ascending; the last one stays in force' },
    ),
  ),
  latitude: orNull(Type.Number({ minimum: -90, maximum: 90 })),
  longitude: orNull(Type.Number({ minimum: -180, maximum: 180 })),
  boundary: orNull(
    Type.Object(
      {
        type: Type.Literal('Polygon'),
        coordinates: Type.Array(Type.Array(Position, { minItems: 4, maxItems: MOST_POSITIONS }), {
          minItems: 1,
          maxItems: 1,
          description: 'one closed ring',
        }),
      },
      { additionalProperties: false, description: 'outline of the field: GeoJSON polygon (RFC 7946), WGS-84' },
    ),
  ),
};

export const SiteChange = Type.Object(siteDetails, {
  additionalProperties: false,
  minProperties: 1,
  description: 'what is absent stays, null takes it away',
});

export const NewSite = Type.Object(
  { park: Slug, site: Slug, type: Type.Optional(SiteType), ...siteDetails },
  { additionalProperties: false },
);

const Limit = Type.Optional(Type.Number());
const Minutes = Type.Number({ minimum: 0, maximum: 10_080 });
const Band = Type.Object(
  {
    field: Text('field of one of the kinds', 64),
    target: Type.Optional(Type.Array(Type.Number(), { minItems: 2, maxItems: 2, description: '[low, high]' })),
    warnBelow: Limit,
    warnAbove: Limit,
    criticalBelow: Limit,
    criticalAbove: Limit,
    onlyWhile: Type.Optional(Text('a switch of the kind: the band counts only while it is 1', 64)),
    holdMinutes: Type.Optional(
      Type.Object(
        { warning: Minutes, critical: Minutes },
        { additionalProperties: false, description: 'how long beyond a limit before an alarm opens' },
      ),
    ),
    source: Type.String({ minLength: 1, maxLength: 500, description: 'where the numbers come from' }),
  },
  { additionalProperties: false },
);

export const ProfileName = Type.String({ pattern: '^[a-z0-9_-]{1,64}$', description: 'such as crab_pond' });
export const ProfileChange = Type.Object(
  {
    name: Type.Optional(ProfileName),
    version: Type.Integer({ minimum: 0, description: 'the one that was changed; 0 where the profile is new' }),
    label: Label,
    effective: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}$',
        description: 'from when its authors hold it valid; absent: today',
      }),
    ),
    author: Type.String({ minLength: 1, maxLength: 200, description: 'whom to ask about it' }),
    kinds: Type.Array(Text('name of a sensor kind', 64), { minItems: 1, maxItems: 16 }),
    bands: Type.Array(Band, { minItems: 1, maxItems: 64 }),
  },
  { additionalProperties: false },
);

/** An answer whose rows are described in words: our own types make them, so they are not checked again. */
export const Rows = (name: string, description: string, beside: Readonly<Record<string, TSchema>> = {}): TSchema =>
  Type.Object({ [name]: Type.Array(Type.Any()), ...beside }, { description });

export type { Static };
