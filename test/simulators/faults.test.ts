import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadKinds } from '../../sensors/kinds.ts';
import type { Message } from '../../simulators/fault.ts';
import type { FaultPlan } from '../../simulators/fault-plan.ts';
import { createFaultsOf, loadFaults } from '../../simulators/faults.ts';
import { encodeMeasurements } from '../../simulators/json-format.ts';
import type { Measurement } from '../../simulators/measurement.ts';
import { createSignal } from '../../simulators/signal.ts';

const kinds = await loadKinds();
const faults = await loadFaults();
const START = Date.UTC(2026, 5, 20, 16);
const HOUR = 3_600_000;
const MINUTE = 60_000;

function kindNamed(name: string) {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
}

const pond = kindNamed('aquaculture_pond');
const node = { park: 'daoyu', site: 'pond-1', device: 'probe', kind: pond.name };

/** A healthy pond, a reading every ten minutes. */
function healthy(count: number, seed = 'pond'): readonly Measurement[] {
  const signal = createSignal(pond, seed);
  return Array.from({ length: count }, (_, seq) => {
    const at = START + seq * 10 * MINUTE;
    return { at, time: at, seq, values: signal.sample(at) };
  });
}

function faulty(plans: readonly FaultPlan[], seed = 'seed') {
  return createFaultsOf({ faults, plans, fleet: [node], start: START, seed })(node, pond);
}

const alterAll = (plan: FaultPlan, readings: readonly Measurement[], seed?: string) => {
  const { alter } = faulty([plan], seed);
  return readings.map((reading) => alter(reading));
};

const only = (name: string, more: Partial<FaultPlan> = {}): FaultPlan => ({
  fault: name,
  fromHour: 1,
  toHour: 3,
  ...more,
});
const inside = ({ at }: Measurement, { fromHour, toHour }: FaultPlan) =>
  at >= START + fromHour * HOUR && at < START + toHour * HOUR;

const anyFault = fc.constantFrom(
  ...[...faults.values()].filter(({ readings }) => readings !== undefined).map(({ name }) => name),
);
const anyPlan = fc
  .record({
    fault: anyFault,
    fromHour: fc.double({ min: 0, max: 10, noNaN: true }),
    length: fc.double({ min: 0.1, max: 20, noNaN: true }),
  })
  .map(({ fault, fromHour, length }): FaultPlan => ({ fault, fromHour, toHour: fromHour + length }));

describe('any fault', () => {
  it('never touches a reading outside of its window', () => {
    fc.assert(
      fc.property(anyPlan, fc.string(), (plan, seed) => {
        const readings = healthy(120);
        const after = alterAll(plan, readings, seed);
        for (const [index, reading] of readings.entries()) {
          if (!inside(reading, plan)) {
            expect(after[index]).toHaveLength(1);
            expect(after[index]?.[0]).toBe(reading);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is the same for the same seed, and names itself on what it altered', () => {
    fc.assert(
      fc.property(anyPlan, fc.string(), (plan, seed) => {
        const readings = healthy(120);
        const once = alterAll(plan, readings, seed);
        expect(alterAll(plan, readings, seed)).toEqual(once);
        for (const list of once) {
          for (const { values, seq, time, faults: names } of list) {
            const before = readings.find((each) => each.seq === seq && each.time === time);
            if (before === undefined || JSON.stringify(before.values) !== JSON.stringify(values))
              expect(names).toEqual([plan.fault]);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('keeps what was real of each value that it altered', () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const readings = healthy(60);
        for (const [index, list] of alterAll(plan, readings).entries()) {
          for (const { real = {} } of list) {
            for (const [name, value] of Object.entries(real)) expect(value).toBe(readings[index]?.values[name]);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('has labels and words in both languages, a source, options with defaults, and one effect', () => {
    for (const fault of faults.values()) {
      for (const label of [fault.label, fault.about])
        expect(label.zh.length * label.en.length, fault.name).toBeGreaterThan(1);
      expect(fault.source, fault.name).not.toBe('');
      for (const [name, option] of Object.entries(fault.options.properties))
        expect((option as { default?: unknown }).default, `${fault.name}.${name}`).toBeDefined();
      const effects = [fault.readings, fault.messages, fault.link, fault.replies].filter((each) => each !== undefined);
      expect(effects, fault.name).toHaveLength(1);
    }
  });
});

describe('windows thrown by the seed', () => {
  const plan = only('dropout', { fromHour: 0, toHour: 240, timesADay: 6, minutes: 30, options: { share: 1 } });

  it('are as many and as long as told, never overlap, and differ from seed to seed', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.double({ min: 0.5, max: 40, noNaN: true }),
        fc.double({ min: 1, max: 60, noNaN: true }),
        (seed, timesADay, minutes) => {
          const [planned] = faulty([{ ...plan, timesADay, minutes }], seed).planned;
          const windows = planned?.windows ?? [];
          expect(windows.length).toBeGreaterThanOrEqual(Math.floor(timesADay * 10) - 1);
          expect(windows.length).toBeLessThanOrEqual(Math.ceil(timesADay * 10) + 1);
          for (const [index, { from, to }] of windows.entries()) {
            expect(from).toBeGreaterThanOrEqual(windows[index - 1]?.to ?? START);
            expect(to - from).toBeLessThanOrEqual(minutes * MINUTE + 1);
            expect(to).toBeLessThanOrEqual(START + 240 * HOUR);
          }
        },
      ),
    );
    expect(faulty([plan], 'one').planned).not.toEqual(faulty([plan], 'other').planned);
  });

  it('are each device’s own, or the same for all when the cell itself fails', () => {
    const other = { ...node, device: 'other' };
    const windows = (together: boolean) => {
      const of = createFaultsOf({
        faults,
        plans: [{ ...plan, together }],
        fleet: [node, other],
        start: START,
        seed: 's',
      });
      return [of(node, pond).planned[0]?.windows, of(other, pond).planned[0]?.windows];
    };
    const [one, two] = windows(true);
    expect(one).toEqual(two);
    const [mine, others] = windows(false);
    expect(mine).not.toEqual(others);
  });
});

describe('a share of the fleet', () => {
  const fleet = Array.from({ length: 40 }, (_, index) => ({ ...node, device: `probe-${index}` }));
  const struck = (share: number, seed = 's') => {
    const of = createFaultsOf({ faults, plans: [only('stuck', { on: { share } })], fleet, start: START, seed });
    return fleet.filter((device) => of(device, pond).planned.length > 0).map(({ device }) => device);
  };

  it('is that many devices, the same for the same seed, and one at least', () => {
    expect(struck(0.25)).toHaveLength(10);
    expect(struck(0.25)).toEqual(struck(0.25));
    expect(struck(0.25)).not.toEqual(struck(0.25, 'other'));
    expect(struck(0.001)).toHaveLength(1);
  });
});

describe('a fault of a sensor', () => {
  const readings = healthy(60);
  const values = (plan: FaultPlan, field: string) =>
    alterAll(plan, readings)
      .flatMap((list) => list.map((each) => (inside(each, plan) ? each.values[field] : undefined)))
      .filter((each) => each !== undefined);
  const oxygen = readings
    .filter((each) => inside(each, only('stuck')))
    .map((each) => Number(each.values.dissolved_oxygen));

  it('stuck repeats the last healthy value', () => {
    const before = readings.filter(({ at }) => at < START + HOUR).at(-1)?.values.dissolved_oxygen;
    expect(new Set(values(only('stuck'), 'dissolved_oxygen'))).toEqual(new Set([before]));
  });

  it('drift grows with time', () => {
    const drifted = values(only('drift', { options: { percentADay: 0, unitsADay: 24 } }), 'dissolved_oxygen');
    expect(drifted.map((value, index) => Math.round(Number(value) - (oxygen[index] ?? 0)))).toEqual([
      0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2,
    ]);
  });

  it('fouling is slow and low: the swing shrinks and the mean falls', () => {
    const plan = only('fouling', { fromHour: 0, toHour: 10, options: { biasADay: -2, slowestMinutes: 240 } });
    const fouled = values(plan, 'dissolved_oxygen').map(Number);
    const clean = readings.map((each) => Number(each.values.dissolved_oxygen));
    const swing = (list: readonly number[]) => Math.max(...list) - Math.min(...list);
    const steps = (list: readonly number[]) =>
      list.slice(1).reduce((sum, each, index) => sum + Math.abs(each - (list[index] ?? 0)), 0);
    expect(swing(fouled)).toBeLessThan(swing(clean) + 1);
    expect(steps(fouled)).toBeLessThan(steps(clean));
    expect(fouled.at(-1)).toBeLessThan(clean.at(-1) ?? 0);
  });

  it('a silted probe slides to almost nothing while the temperature stands', () => {
    const plan = only('silted-probe', { fromHour: 0, toHour: 10, options: { hours: 5 } });
    const last = alterAll(plan, readings)[50]?.[0]?.values;
    expect(Number(last?.dissolved_oxygen)).toBeLessThan(0.2);
    expect(last?.water_temperature).toBe(readings[0]?.values.water_temperature);
  });

  it('out of water is air: its temperature, oxygen at saturation, no conductivity', () => {
    const [first] = alterAll(only('out-of-water', { options: { airTemperature: 25 } }), readings)
      .slice(6)
      .flat();
    expect(first?.values.water_temperature).toBe(25);
    expect(Number(first?.values.dissolved_oxygen)).toBeCloseTo(8.26, 1);
    expect(Number(first?.values.specific_conductance)).toBeLessThan(100);
  });

  it('a spike is a share of the samples, several times too large', () => {
    const plan = only('spike', { fromHour: 0, toHour: 1000, fields: ['turbidity'], options: { share: 0.1 } });
    const many = healthy(2000);
    const spikes = alterAll(plan, many)
      .flat()
      .filter((each) => each.faults !== undefined);
    expect(spikes.length).toBeGreaterThan(140);
    expect(spikes.length).toBeLessThan(260);
    for (const { values: shown, real } of spikes)
      expect(Number(shown.turbidity)).toBeGreaterThan(2.9 * (real?.turbidity ?? 0));
  });

  it('a low battery sags and is silent at night', () => {
    const plan = only('low-battery', { fromHour: 0, toHour: 48 });
    const after = alterAll(plan, healthy(288));
    const hours = after.flatMap((list, index) => (list.length > 0 ? [] : [index]));
    expect(hours.length).toBe(108); // Nine hours of two nights, six readings an hour.
    expect(after.flat().every(({ values: shown }) => Number(shown.battery_level) <= 26)).toBe(true);
  });

  it('a reset clock counts from 1970 and numbers from 0', () => {
    const [first, second] = alterAll(only('clock-reset'), readings).slice(6, 8).flat();
    expect([first?.time, first?.seq, second?.time, second?.seq]).toEqual([0, 0, 10 * MINUTE, 1]);
  });
});

describe('a fault of messages', () => {
  const message: Message = { payload: encodeMeasurements(healthy(5)), isResend: false };
  const sent = (plan: FaultPlan, newest: Measurement) => faulty([plan]).send(message, newest);
  const [early, late] = [healthy(1)[0], healthy(10)[9]];
  if (early === undefined || late === undefined) throw new Error('unreachable');

  it('truncated is a beginning that is no JSON, whatever the place of the cut', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), (seq, seed) => {
        const [cut] = faulty([only('truncated-payload')], seed).send(message, { ...late, seq });
        expect(message.payload.startsWith(cut?.payload ?? '?')).toBe(true);
        expect(() => JSON.parse(cut?.payload ?? '') as unknown).toThrow();
      }),
    );
  });

  it('a duplicate and a lost acknowledgement send the same bytes twice, the second time with DUP', () => {
    for (const name of ['duplicate', 'lost-ack']) {
      const twice = sent(only(name, { options: { share: 1 } }), late);
      expect(twice.map(({ payload, isResend }) => [payload, isResend])).toEqual([
        [message.payload, false],
        [message.payload, true],
      ]);
    }
  });

  it('leaves messages alone whose newest reading lies outside of its window', () => {
    for (const name of ['truncated-payload', 'duplicate', 'lost-ack'])
      expect(sent(only(name), early)).toEqual([message]);
  });
});

describe('numbers that are not finite', () => {
  it('stand bare, as printf writes them, so that the message is no JSON', () => {
    const [first] = alterAll(only('non-finite', { fields: ['ph'], options: { value: 'inf', as: 'bare' } }), healthy(10))
      .slice(6)
      .flat();
    const text = first === undefined ? '' : encodeMeasurements([first]);
    expect(text).toContain('"ph":inf,');
    expect(() => JSON.parse(text) as unknown).toThrow();
  });
});
