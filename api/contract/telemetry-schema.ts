/** JSON Schema of the telemetry of a kind in the platform's own names and units: a payload that matches it is accepted without refusals. */
import type { Field, Kind } from '../../sensors/kind.ts';
import { REGISTER_SENTINELS } from '../../sensors/sentinel.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** As `ingest/` holds them. */
const MOST_READINGS = 5000;
const EARLIEST = Date.UTC(2001, 0, 1);
const LONGEST_AGE_SECONDS = 10 * 365 * 86_400;

const TIME: JsonSchema = {
  description:
    'When it was measured: epoch milliseconds, or RFC 3339 with an offset. Without it the time of receipt is taken.',
  oneOf: [
    { type: 'integer', minimum: EARLIEST, examples: [1795873561000] },
    { type: 'string', format: 'date-time', examples: ['2026-11-28T23:46:01+08:00'] },
  ],
};

const AGE: JsonSchema = {
  description: 'Instead of `time`, for a device without a clock: seconds since the measurement.',
  type: 'number',
  minimum: 0,
  maximum: LONGEST_AGE_SECONDS,
};

const SEQUENCE: JsonSchema = { description: 'Your own counter, if you have one.', type: 'integer', minimum: 0 };

/** What a position receiver sends without a fix. */
const NO_FIX: JsonSchema = {
  properties: { latitude: { const: 0 }, longitude: { const: 0 } },
  required: ['latitude', 'longitude'],
};

/** One reading. */
export function readingSchema(kind: Kind): JsonSchema {
  const fields = kind.fields.map((field) => [field.name, fieldSchema(field)] as const);
  const attributes = (kind.attributes ?? []).map(
    (name) => [name, { type: 'string', minLength: 1, maxLength: 64 }] as const,
  );
  return {
    title: kind.label.en,
    description: `${kind.label.zh}. Leave out values that were not measured. A device with other names or units sends those, and has a mapping in the registry.`,
    type: 'object',
    properties: { time: TIME, age: AGE, seq: SEQUENCE, ...Object.fromEntries([...fields, ...attributes]) },
    additionalProperties: false,
    anyOf: kind.fields.map(({ name }) => ({ required: [name] })),
    not: {
      anyOf: [{ required: ['time', 'age'] }, ...(kind.fields.some(({ name }) => name === 'latitude') ? [NO_FIX] : [])],
    },
  };
}

/** A message: one reading, or a backlog of them. */
export function telemetrySchema(kind: Kind): JsonSchema {
  const { title, description, ...reading } = readingSchema(kind);
  const backlog = { type: 'array', minItems: 1, maxItems: MOST_READINGS, items: reading };
  return { title, description, oneOf: [reading, backlog] };
}

function fieldSchema(field: Field): JsonSchema {
  const { label, symbol, unit, shape, choices } = field;
  const description = `${label.en}, ${label.zh}${symbol === '' ? '' : `, ${symbol}`}`;
  if (shape === 'boolean') return { description, enum: [true, false, 0, 1] };
  if (shape === 'enum') {
    const meanings = Object.entries(choices ?? {}).map(([value, meaning]) => `${value} ${meaning.en}`);
    return { description: `${description}: ${meanings.join(', ')}`, enum: Object.keys(choices ?? {}).map(Number) };
  }
  const [minimum, maximum] = field.physical;
  const sentinels = [...REGISTER_SENTINELS, ...(field.sentinels ?? [])].filter(
    (each) => each >= minimum && each <= maximum,
  );
  return {
    ...{ description, type: 'number', minimum, maximum, 'x-unit': unit },
    ...(sentinels.length > 0 && { not: { enum: sentinels } }),
  };
}
