/** The contract for firmware: valid by the specification of AsyncAPI, and true: what fits it is taken, and what is refused for its shape does not fit. */
import specs from '@asyncapi/specs';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asyncApi, VIEWS } from '../../api/contract/asyncapi.ts';
import { telemetrySchema } from '../../api/contract/telemetry-schema.ts';
import type { Field, Kind } from '../../sensors/kind.ts';
import { kinds, NOW, openParts } from '../ingest/parts.ts';
import { runApi } from './running-api.ts';

const all = [...kinds.values()];
const documents = VIEWS.map((view) => asyncApi({ kinds: all, view, maxPacketBytes: 262_144 }));

/** Whatever a `$ref` names within the document. */
function resolve(document: unknown, ref: string): unknown {
  return ref
    .split('/')
    .slice(1)
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document);
}

function refsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [String(inner)] : refsOf(inner)));
}

describe('the AsyncAPI document', () => {
  it.each(documents.map((document, index) => [VIEWS[index], document] as const))(
    'of the %s is valid, and each reference leads somewhere',
    (_, document) => {
      const ajv = new Ajv({
        strict: false,
        allErrors: true,
        validateFormats: false,
        meta: false,
        validateSchema: false,
      });
      const isValid = ajv.compile(specs.schemas['3.0.0'] as object);
      expect([isValid(document), isValid.errors]).toEqual([true, null]);
      const refs = refsOf(document);
      expect(refs.length).toBeGreaterThan(30);
      for (const ref of refs) expect(resolve(document, ref), ref).toBeDefined();
    },
  );

  it('is turned round between the two views, and nothing else', () => {
    const [device, platform] = documents.map((document) => document.operations as Record<string, { action: string }>);
    for (const [name, { action }] of Object.entries(platform ?? {}))
      expect(device?.[name]?.action, name).toBe(action === 'send' ? 'receive' : 'send');
    expect(documents[0]?.channels).toEqual(documents[1]?.channels);
  });

  it('is served beside the schemas, to those who may read the API', async () => {
    const { app, get } = await runApi();
    const answer = await get('/docs/asyncapi');
    expect(answer.json()).toEqual(JSON.parse(JSON.stringify(documents[0])));
    expect((await get('/docs/asyncapi?view=platform')).json()).toEqual(JSON.parse(JSON.stringify(documents[1])));
    const schema = (await get('/docs/schemas/paddy_water')).json();
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: '/docs/schemas/paddy_water',
    });
    expect((await get('/docs/asyncapi?view=cloud')).json().code).toBe('REQUEST_INVALID');
    expect((await get('/docs/schemas/moon')).json().code).toBe('KIND_UNKNOWN');
    expect((await app.inject('/docs/asyncapi')).statusCode).toBe(401);
  });
});

function measured({ shape, choices, physical: [min, max], decimals }: Field): fc.Arbitrary<number | boolean> {
  if (shape === 'boolean') return fc.constantFrom(true, false, 0, 1);
  if (shape === 'enum') return fc.constantFrom(...Object.keys(choices ?? {}).map(Number));
  return fc.oneof(
    fc.constantFrom(min, max),
    fc.double({ min, max, noNaN: true }).map((value) => Math.min(max, Math.max(min, Number(value.toFixed(decimals))))),
  );
}

const when = fc.oneof(
  fc.integer({ min: NOW - 86_400_000, max: NOW }).map((time) => ({ time })),
  fc.integer({ min: NOW - 86_400_000, max: NOW }).map((time) => ({ time: new Date(time).toISOString() })),
  fc.nat(86_400).map((age) => ({ age })),
);

function readingOf(kind: Kind): fc.Arbitrary<object> {
  const values = fc.record(Object.fromEntries(kind.fields.map((field) => [field.name, measured(field)])), {
    requiredKeys: [],
  });
  return fc.tuple(when, values).map(([at, own]) => ({ ...at, ...own }));
}

/** One thing about a reading that must not be. */
const slip = (kind: Kind): fc.Arbitrary<object> =>
  fc
    .constantFrom(...kind.fields)
    .chain(({ name, physical: [min, max] }) =>
      fc.constantFrom<object>(
        ...[{ [name]: 'x' }, { [name]: [1] }, { [name]: max + Math.max(1, max - min) }, { unheard_of: 1 }],
        ...[{ time: 'yesterday' }, { time: 12 }, { age: -1 }],
      ),
    );

describe.each(all.map((kind) => [kind.name, kind] as const))('the schema of %s', (name, kind) => {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, keywords: ['x-unit'] });
  formats.default(ajv);
  const fits = ajv.compile({ ...telemetrySchema(kind) });

  it('fits a reading exactly when intake has nothing against it', async () => {
    const { addDevice, publish, told, close } = await openParts();
    let count = 0;
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(readingOf(kind), fc.option(slip(kind), { freq: 1 }), async (reading, wrong) => {
        count += 1;
        const device = `probe-${count}`;
        await addDevice(device, { kind: name });
        told.length = 0;
        const payload = { ...reading, ...wrong };
        await publish(device, payload);
        if (told.length === 0) taken += 1;
        expect(fits(payload), JSON.stringify([payload, told, fits.errors])).toBe(told.length === 0);
      }),
      { numRuns: 60 },
    );
    expect(taken).toBeGreaterThan(5);
    await close();
  });

  it('fits a backlog of them', () => {
    const reading = { age: 5, [kind.fields[0]?.name ?? '']: kind.fields[0]?.physical[1] };
    expect(fits([reading, reading])).toBe(true);
    expect(fits([])).toBe(false);
    expect(fits([reading, 5])).toBe(false);
  });
});
