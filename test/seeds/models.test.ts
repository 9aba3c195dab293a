/** Each device model does what its examples say, by the way that a payload goes through intake. */
import { describe, expect, it } from 'vitest';
import { tryMapping } from '../../ingest/try-mapping.ts';
import { validateMapping } from '../../registry/validate-mapping.ts';
import { deviceModels } from '../../seeds/models/models.ts';
import { loadKinds } from '../../sensors/kinds.ts';

const kinds = await loadKinds();
const receivedAt = Date.UTC(2026, 10, 28, 12);

describe.each([...deviceModels.values()].map((model) => [model.model, model] as const))(
  'the model %s',
  (name, model) => {
    const kind = kinds.get(model.kind);

    it('is of a kind, maps to its fields, and says things in both languages', () => {
      expect(name).toMatch(/^[a-z0-9-]{1,64}$/);
      if (kind === undefined) throw new Error(`no kind ${model.kind}`);
      if (model.mapping !== undefined) validateMapping(model.mapping, kind);
      const calibrated = Object.entries(model.calibration ?? {});
      for (const [field] of calibrated) expect(kind.fields.map((each) => each.name)).toContain(field);
      const texts = [model.label, ...model.notes, ...calibrated.map(([, { method }]) => method)];
      for (const { zh, en } of texts) expect([/\p{Script=Han}/u.test(zh), en.length > 0]).toEqual([true, true]);
      expect(model.notes.length).toBeGreaterThan(0);
    });

    it.each(model.examples.map((example, index) => [index + 1, example] as const))('example %i', (_, example) => {
      const { channel = 'telemetry', payload, hex } = example;
      if (kind === undefined) throw new Error(`no kind ${model.kind}`);
      const { readings, told } = tryMapping({
        device: { park: 'tianyu', id: 'probe', site: 'site-1', kind: kind.name },
        ...{ kind, mapping: model.mapping, channel, receivedAt },
        payload: hex === undefined ? Buffer.from(JSON.stringify(payload)) : Buffer.from(hex, 'hex'),
      });
      expect(told.map(({ code }) => code)).toEqual(example.told);
      expect(readings.length).toBe(example.stored.length);
      for (const [index, { time, values }] of example.stored.entries()) {
        expect(new Date(readings[index]?.time ?? 0).toISOString()).toBe(time ?? new Date(receivedAt).toISOString());
        // Saturation is worked out where it is not sent.
        const { oxygen_saturation: worked, ...found } = readings[index]?.values ?? {};
        expect(values.oxygen_saturation === undefined ? found : { ...found, oxygen_saturation: worked }).toEqual(
          values,
        );
      }
    });
  },
);
