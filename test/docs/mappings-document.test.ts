/** docs/mappings.md holds examples: each becomes what the page says. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DECODERS } from '../../ingest/decoders/table.ts';
import { tryMapping } from '../../ingest/try-mapping.ts';
import type { Mapping } from '../../registry/registry.ts';
import { validateMapping } from '../../registry/validate-mapping.ts';
import { loadKinds } from '../../sensors/kinds.ts';

const document = readFileSync(new URL('../../docs/mappings.md', import.meta.url), 'utf8');
const kinds = await loadKinds();

interface Example {
  readonly kind: string;
  readonly mapping?: Mapping;
  readonly channel?: string;
  readonly payload?: unknown;
  readonly hex?: string;
  readonly stored: readonly { readonly time?: string; readonly values: Readonly<Record<string, number>> }[];
  readonly told: readonly string[];
}

const examples = [...document.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => JSON.parse(text) as Example);

describe('docs/mappings.md', () => {
  it('names every payload format', () => {
    for (const { name } of DECODERS) expect(document).toContain(`| \`${name}\``);
  });

  it.each(examples.map((example, index) => [index + 1, example] as const))('example %i', (_index, example) => {
    const { mapping, channel = 'telemetry', payload, hex } = example;
    const kind = kinds.get(example.kind);
    if (kind === undefined) throw new Error(`no kind ${example.kind}`);
    if (mapping !== undefined) validateMapping(mapping, kind);
    const { readings, told } = tryMapping({
      device: { park: 'tianyu', id: 'probe', site: 'pond-1', kind: kind.name },
      kind,
      mapping,
      channel,
      payload: hex === undefined ? Buffer.from(JSON.stringify(payload)) : Buffer.from(hex, 'hex'),
      receivedAt: Date.UTC(2026, 10, 28, 12),
    });
    const values = readings.map((reading) => ({ time: new Date(reading.time).toISOString(), values: reading.values }));
    expect(told.map(({ code }) => code)).toEqual(example.told);
    expect(values).toEqual(
      example.stored.map((wanted, index) => ({
        time: values[index]?.time,
        ...wanted,
        values: derivedToo(values[index]?.values, wanted.values),
      })),
    );
  });
});

/** What is worked out of the values is not written into the examples. */
function derivedToo(found: Readonly<Record<string, number>> | undefined, wanted: Readonly<Record<string, number>>) {
  const { unionised_ammonia: ammonia, oxygen_saturation: saturation } = found ?? {};
  return {
    ...(ammonia !== undefined && { unionised_ammonia: ammonia }),
    ...(saturation !== undefined && wanted.dissolved_oxygen !== undefined && { oxygen_saturation: saturation }),
    ...wanted,
  };
}
