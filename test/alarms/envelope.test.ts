import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Measured } from '../../alarms/rule.ts';
import { rulesAt } from '../../alarms/rules.ts';
import { seeds } from '../../seeds/seeds.ts';
import { loadKinds } from '../../sensors/kinds.ts';

const kinds = await loadKinds();

/** The rules of every kind with every profile made for it, and with none. */
const cases = [...kinds.values()].flatMap((kind) =>
  [undefined, ...seeds.profiles.filter(({ kinds: fitting }) => fitting.includes(kind.name))].map((profile) => {
    const season = profile === undefined ? {} : { profile: profile.name };
    const profileNamed = (name: string) => (name === profile?.name ? profile : undefined);
    return { kind, ...rulesAt({ kind, intervalMs: 60_000, season, profileNamed }, Date.parse('2026-07-20')) };
  }),
);

/** Close to the limits on either side, on them, and far away. */
function valuesOf({ kind, rules }: (typeof cases)[number]): fc.Arbitrary<Record<string, number>> {
  const limits = rules.flatMap(({ quiet }) => quiet ?? []);
  const model = Object.fromEntries(
    kind.fields.map(({ name, physical }) => {
      const near = limits
        .filter(({ field }) => field === name)
        .flatMap(({ low, high }) => [low, high].filter(Number.isFinite).flatMap((at) => [at, at - 0.01, at + 0.01]));
      const anywhere = fc.double({ min: physical[0], max: physical[1], noNaN: true });
      return [name, near.length === 0 ? anywhere : fc.oneof(fc.constantFrom(...near), anywhere)];
    }),
  );
  return fc.record(model, { requiredKeys: [] }) as fc.Arbitrary<Record<string, number>>;
}

const measuredOf = (
  values: Readonly<Record<string, number>>,
  hasSent: Measured['hasSent'],
  flags?: Measured['flags'],
): Measured => ({
  value: (field) => values[field],
  hasSent,
  flags,
  expectedLow: () => undefined,
  movedBy: () => undefined,
});

describe('the envelope of a set of rules', () => {
  it('holds only where each rule that declares bounds gives code 0 or does not apply', () => {
    let held = 0;
    for (const given of cases) {
      const never = fc.subarray(given.kind.fields.map(({ name }) => name));
      fc.assert(
        fc.property(valuesOf(given), never, (values, unsent) => {
          const hasSent = (field: string) => values[field] !== undefined || !unsent.includes(field);
          const measured = measuredOf(values, hasSent);
          if (!given.envelope.holds(measured)) return;
          held += 1;
          for (const rule of given.rules) {
            if (given.envelope.others.includes(rule)) continue;
            expect([0, undefined], rule.id).toContain(rule.codeOf(measured));
          }
        }),
        { numRuns: 300 },
      );
    }
    expect(held).toBeGreaterThan(500);
  });

  it('holds for the middle of the good range, and not for a flagged value or one that is missing', () => {
    const pond = cases.find(
      ({ kind, rules }) =>
        kind.name === 'aquaculture_pond' && rules.some(({ profile }) => profile?.name === 'crab_pond'),
    );
    const values = { dissolved_oxygen: 7, water_temperature: 24, ph: 7.9 };
    const hasSent = (field: string) => field in values;
    expect(pond?.envelope.holds(measuredOf(values, hasSent))).toBe(true);
    expect(pond?.envelope.holds(measuredOf(values, hasSent, { ph: ['stuck'] }))).toBe(false);
    expect(pond?.envelope.holds(measuredOf({ ...values, dissolved_oxygen: 2 }, hasSent))).toBe(false);
    expect(pond?.envelope.holds(measuredOf(values, (field) => field in values || field === 'ammonia_nitrogen'))).toBe(
      !pond?.rules.some(({ field }) => field === 'ammonia_nitrogen'),
    );
  });
});
