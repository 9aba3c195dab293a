/** A device's mapping in the API; the registry checks what depends on the kind of the device. */
import { Type } from 'typebox';
import {
  BYTE_ORDERS,
  type Mapping as DeviceMapping,
  MAPPING_LIMITS,
  REGISTER_TYPES,
  TIME_FORMATS,
} from '../registry/mapping.ts';

const oneOf = (words: readonly string[]) => Type.Unsafe<string>({ type: 'string', enum: [...words] });
const [west, east] = MAPPING_LIMITS.utcOffset;
const UtcOffset = Type.Integer({ minimum: west, maximum: east, description: 'minutes east of UTC, 480 for Beijing' });
const Key = Type.String({ minLength: 1, maxLength: MAPPING_LIMITS.keyLength });

const target = {
  field: Type.String({ maxLength: 64, description: 'field of the kind' }),
  scale: Type.Optional(Type.Number()),
  offset: Type.Optional(Type.Number()),
  unit: Type.Optional(Type.String({ maxLength: 32, description: 'in which it is sent: [degF], cm, dS/m' })),
  as: Type.Optional(oneOf(REGISTER_TYPES)),
  order: Type.Optional(oneOf(BYTE_ORDERS)),
  counter: Type.Optional(Type.Literal(true, { description: 'a running total: its differences are kept' })),
  ignore: Type.Optional(
    Type.Array(Type.Union([Type.Number(), Type.String({ maxLength: 64 })]), {
      maxItems: MAPPING_LIMITS.ignored,
      description: 'constants that say nothing',
    }),
  ),
};

const Poll = Type.Object(
  {
    slave: Type.Integer({ minimum: 0, maximum: 247 }),
    function: Type.Integer({ minimum: 3, maximum: 4 }),
    start: Type.Integer({ minimum: 0, maximum: 65_535, description: 'address of the first register of the answer' }),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 125 })),
    registers: Type.Array(
      Type.Object({ at: Type.Integer({ minimum: 0, maximum: 65_535 }), ...target }, { additionalProperties: false }),
      { minItems: 1, maxItems: MAPPING_LIMITS.registers },
    ),
  },
  { additionalProperties: false },
);

export const Mapping = Type.Unsafe<DeviceMapping>(
  Type.Object(
    {
      version: Type.Optional(Type.Integer({ minimum: 1, maximum: 2, description: 'edition of the mapping' })),
      keys: Type.Optional(
        Type.Record(
          Key,
          Type.Union([
            Type.String({ maxLength: 64 }),
            Type.Null(),
            Type.Object(target, { additionalProperties: false }),
          ]),
          { description: 'incoming key → field, or {field, scale, offset, unit, as, …}; null ignores a key' },
        ),
      ),
      envelope: Type.Optional(
        Type.String({ maxLength: 32, description: 'auto, none, or one of the payload formats of docs/mappings.md' }),
      ),
      time: Type.Optional(
        Type.Object(
          {
            key: Type.Optional(Key),
            format: Type.Optional(oneOf(TIME_FORMATS)),
            epoch: Type.Optional(oneOf(['utc', 'local'])),
            utcOffsetMinutes: Type.Optional(UtcOffset),
          },
          { additionalProperties: false, description: 'where the measured time stands, and how it is written' },
        ),
      ),
      lists: Type.Optional(
        Type.Array(Key, { maxItems: MAPPING_LIMITS.lists, description: 'lists whose elements are readings' }),
      ),
      polls: Type.Optional(
        Type.Array(Poll, { maxItems: MAPPING_LIMITS.polls, description: 'registers behind a transparent Modbus DTU' }),
      ),
      utcOffsetMinutes: Type.Optional(UtcOffset),
      sentinels: Type.Optional(Type.Array(Type.Number(), { maxItems: MAPPING_LIMITS.sentinels })),
      acceptStrings: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false, description: "How a device's own keys become fields; see docs/mappings.md" },
  ),
);
