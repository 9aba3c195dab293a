/** Shapes that several routes share. */
import { type Static, type TSchema, Type } from 'typebox';
import { SLUG } from '../topics.ts';

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
    siteType: Type.Optional(OneOf(['pond', 'paddy', 'cold_store', 'vehicle', 'field', 'other'])),
    profile: Type.Optional(Text('threshold profile of a new site', 64)),
  },
  { additionalProperties: false },
);

/** An answer whose rows are described in words: our own types make them, so they are not checked again. */
export const Rows = (name: string, description: string, beside: Readonly<Record<string, TSchema>> = {}): TSchema =>
  Type.Object({ [name]: Type.Array(Type.Any()), ...beside }, { description });

export type { Static };
