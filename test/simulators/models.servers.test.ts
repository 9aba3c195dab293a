/** What holds for every model of every seeded device: fields of its kind, physical values in the sensor's own steps, one answer for one instant, and no alarm of the platform's own checks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createQualityChecks } from '../../ingest/quality-checks.ts';
import { seeds } from '../../seeds/seeds.ts';
import { fieldNamed } from '../../sensors/kinds.ts';
import { createModelOf } from '../../simulators/model-of.ts';
import { loneDoubts } from '../lone-doubts.ts';
import { DAY, JULY, kinds, memberNamed, modelOf, models } from './world.ts';

const devices = seeds.devices.map(({ device }) => device);
const anyDevice = fc.constantFrom(...devices);
const anyInstant = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2028, 0, 1) });

function kindOf(device: string) {
  const kind = kinds.get(memberNamed(device).kind);
  if (kind === undefined) throw new Error(`no kind of ${device}`);
  return kind;
}

describe('every model', () => {
  it('belongs to a kind that exists', () => {
    expect([...models.keys()].filter((name) => !kinds.has(name))).toEqual([]);
    expect(models.size).toBeGreaterThanOrEqual(4);
  });

  it('shows fields of its kind, within what is physical, in steps of their resolution, in any season of any seed', () => {
    fc.assert(
      fc.property(anyDevice, fc.string(), anyInstant, (device, seed, at) => {
        const kind = kindOf(device);
        for (const [name, value] of Object.entries(modelOf(device, { seed }).sample(at))) {
          const field = fieldNamed(kind, name);
          if (field === undefined) throw new Error(`${kind.name} has no field ${name}`);
          expect(value, name).toBeGreaterThanOrEqual(field.physical[0]);
          expect(value, name).toBeLessThanOrEqual(field.physical[1]);
          const steps = value / field.resolution;
          expect(Math.abs(steps - Math.round(steps)), name).toBeLessThan(1e-3);
          if (field.shape === 'enum') expect(Object.keys(field.choices ?? {}).map(Number)).toContain(value);
        }
      }),
      { numRuns: 120 },
    );
  });

  it('gives the same values for the same seed in whatever order instants are asked for', () => {
    fc.assert(
      fc.property(
        anyDevice,
        fc.string(),
        anyInstant,
        fc.array(fc.integer({ min: 0, max: 6 * DAY }), { minLength: 2, maxLength: 8 }),
        (device, seed, base, offsets) => {
          const forwards = modelOf(device, { seed });
          const backwards = modelOf(device, { seed });
          const there = offsets.map((offset) => forwards.sample(base + offset));
          const back = offsets.toReversed().map((offset) => backwards.sample(base + offset));
          expect(back.toReversed()).toEqual(there);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('differs between seeds and between devices', () => {
    const day = (device: string, seed: string) =>
      JSON.stringify(
        Array.from({ length: 24 }, (_, hour) => modelOf(device, { seed }).sample(JULY + hour * 3_600_000)),
      );
    expect(day('zhuxi-pond-1-station', 'a')).not.toEqual(day('zhuxi-pond-1-station', 'b'));
    expect(day('zhuxi-pond-1-station', 'a')).not.toEqual(day('zhuxi-pond-2-station', 'a'));
  });

  it.each(['2026-01-18', '2026-05-10', '2026-07-14', '2026-11-20'])(
    'in healthy operation for a week from %s raises no spike and nothing stuck',
    { timeout: 120_000 },
    (date) => {
      const start = Date.parse(`${date}T00:00:00+08:00`);
      const flagged: string[] = [];
      const modelFor = createModelOf(kinds, models, { seed: 'healthy', start, conditions: [] });
      // One device of each kind of place; a drone is dense, so a day of it is enough.
      for (const device of [
        'zhuxi-pond-1-station',
        'zhuxi-pond-3-deep',
        'gantang-pond-1-station',
        'sanqingmiao-seedling-station',
        'gantang-paddy-1-level',
        'changling-paddy-2-level',
        'logistics-frozen-1-logger',
        'logistics-chilled-1-logger',
        'reefer-1-logger',
        'reefer-2-logger',
        'renshi-drone-ground',
      ]) {
        const member = memberNamed(device);
        const kind = kindOf(device);
        const model = modelFor(member);
        const checks = createQualityChecks();
        const isDrone = kind.name === 'drone_seeding';
        const everyMs = isDrone ? 1000 : member.intervalMs;
        for (let at = start; at < start + (isDrone ? 1 : 7) * DAY; at += everyMs)
          for (const [name, value] of Object.entries(model.sample(at))) {
            const field = fieldNamed(kind, name);
            const flags = field === undefined ? ['unknown'] : loneDoubts(checks, field, value, at);
            if (flags.length > 0)
              flagged.push(`${device} ${name} ${flags.join()} ${value} ${new Date(at).toISOString()}`);
          }
      }
      expect(flagged.slice(0, 5)).toEqual([]);
    },
  );
});

describe('a kind without a model', () => {
  it('falls back to the generic signal', () => {
    const [pond] = kinds.values();
    if (pond === undefined) throw new Error('no kind');
    const bare = createModelOf(kinds, new Map(), { seed: 'x', start: 0, conditions: [] })(
      memberNamed('zhuxi-pond-1-station'),
    );
    expect(Object.keys(bare.sample(JULY))).toEqual(pond.fields.map(({ name }) => name));
  });
});
