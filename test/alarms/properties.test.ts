import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Transition } from '../../alarms/alarm.ts';
import { unpacked } from '../../sensors/packed-reading.ts';
import { type Plan, readOnce, runCrashing } from './crashing.ts';
import { MINUTE, runAll, START } from './log.ts';
import { logOf, type Measured, measurementsOf, type Step, steps } from './random-log.ts';

const RUNS = { numRuns: 30, seed: 20_260_720 };

const plans: fc.Arbitrary<Plan> = fc.record({
  groups: fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 7 }),
  deaths: fc
    .array(
      fc.option(
        fc.oneof(
          fc.record({ at: fc.constant('append' as const), after: fc.nat(3) }),
          fc.record({ at: fc.constantFrom('keep' as const, 'acknowledge' as const) }),
        ),
        { nil: undefined, freq: 3 },
      ),
      { minLength: 2, maxLength: 9 },
    )
    // It lives long enough to get on.
    .map((deaths) => [...deaths, undefined]),
});

/** What the alarms say of the water, without what covers them. */
const OF_THE_WATER = ['opened', 'escalated', 'eased', 'returned', 'reopened', 'closed', 'revised'];
const oxygen = (all: readonly Transition[]) => all.filter(({ alarm }) => alarm.rule === 'dissolved_oxygen_low');

/** Whether a property holds, for controls that must break it. */
function holds(property: fc.IRawProperty<unknown>, numRuns = 100): boolean {
  return !fc.check(property as fc.IProperty<unknown>, { ...RUNS, numRuns, endOnFailure: true }).failed;
}

type Run = typeof runAll;

const sameThroughCrashes = (faults: Parameters<typeof runCrashing>[2] = {}, hasHighWaterMark = true) =>
  fc.property(steps, plans, (given, plan) => {
    const entries = logOf(measurementsOf(given));
    const expected = runAll(entries).map((each) => JSON.stringify(each));
    const read = readOnce(runCrashing(entries, plan, faults), hasHighWaterMark).map((each) => JSON.stringify(each));
    expect(read).toEqual(expected);
  });

describe('the engine', () => {
  it('gives the same transitions for any batching and any crashes, none twice and none missing', () => {
    fc.assert(sameThroughCrashes(), RUNS);
  });

  it('would be caught: state before the append loses, no high-water mark doubles', () => {
    expect(holds(sameThroughCrashes({ isStateFirst: true }))).toBe(false);
    expect(holds(sameThroughCrashes({}, false))).toBe(false);
  });

  it('numbers the transitions of each alarm without a gap, each legal behind the one before', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const byAlarm = new Map<string, Transition[]>();
        for (const each of runAll(logOf(measurementsOf(given), actsOn(given))))
          byAlarm.set(each.alarm.id, [...(byAlarm.get(each.alarm.id) ?? []), each]);
        for (const transitions of byAlarm.values()) checkLegal(transitions);
      }),
      RUNS,
    );
  });

  it('says recovered only behind a run of trusted readings that were clear for long enough', () => {
    fc.assert(recoversByEvidence(runAll), RUNS);
  });

  it('finds the same episodes whichever order late readings come in', () => {
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.nat(1000)), (given, dice) => {
        const measured = measurementsOf(given);
        const end = Math.max(...measured.map(({ receivedAt }) => receivedAt));
        const newest = newestOnArrival(measured);
        // All late ones at the end, in their order and in another.
        const late = measured.filter((each) => !newest.has(each));
        const inTime = measured.filter((each) => newest.has(each));
        const arriving = (order: readonly Measured[]) => [
          ...inTime,
          ...order.map((each, index) => ({ ...each, receivedAt: end + index + 1 })),
        ];
        const shuffled = late.map((each) => [dice.next().value ?? 0, each] as const).sort(([a], [b]) => a - b);
        const one = episodesOf(runAll(logOf(arriving(late))));
        const other = episodesOf(runAll(logOf(arriving(shuffled.map(([, each]) => each)))));
        expect(other).toEqual(one);
      }),
      RUNS,
    );
  });

  it('tells of an episode what it would have told in time, when its readings come in one backlog', () => {
    fc.assert(sameInBacklog(runAll), RUNS);
  });

  it('never forgets by what covers an alarm: shelved, or under maintenance, it goes on', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const measured = measurementsOf(given);
        const about = (acts: Parameters<typeof logOf>[1]) =>
          oxygen(runAll(logOf(measured, acts)))
            .filter(({ change }) => OF_THE_WATER.includes(change))
            .map(({ change, at, alarm }) => `${change} ${at} ${alarm.id} ${alarm.severity}`);
        expect(about(coversOn(given))).toEqual(about([]));
      }),
      RUNS,
    );
  });
});

describe('would be caught', () => {
  afterEach(() => {
    vi.doUnmock('../../sensors/flag.ts');
    vi.doUnmock('../../alarms/lifecycle.ts');
    vi.doUnmock('../../alarms/readings.ts');
    vi.resetModules();
  });

  /** The same test over an engine with one part replaced. */
  async function mutated(part: string, change: (original: never) => object): Promise<Run> {
    vi.resetModules();
    vi.doMock(part, async (importOriginal) => {
      const original = await importOriginal<object>();
      return { ...original, ...change(original as never) };
    });
    const { runAll: run } = await import('./log.ts');
    return run;
  }

  it('an engine that believes what is in doubt', async () => {
    const run = await mutated('../../sensors/flag.ts', () => ({ isDoubtful: () => false }));
    expect(holds(recoversByEvidence(run))).toBe(false);
  });

  it('an engine that clears on silence', async () => {
    type Lifecycle = typeof import('../../alarms/lifecycle.ts');
    const run = await mutated('../../alarms/lifecycle.ts', ({ clear }: Lifecycle) => ({
      setBlind: (...[slot, isBlind, at, , to]: Parameters<Lifecycle['setBlind']>) => {
        if (isBlind) clear(slot, at, 'recovered', to);
      },
    }));
    expect(holds(recoversByEvidence(run))).toBe(false);
  });

  it('an engine that goes by the wall clock', async () => {
    type Readings = typeof import('../../alarms/readings.ts');
    const run = await mutated('../../alarms/readings.ts', ({ takeReading }: Readings) => ({
      takeReading: (...[device, reading, judging]: Parameters<Readings['takeReading']>) =>
        takeReading(device, { ...unpacked(reading), time: reading.receivedAt }, judging),
    }));
    expect(holds(sameInBacklog(run))).toBe(false);
  });
});

const CLEAR = 4.25;
const GAP = 15 * MINUTE;

/** An oracle of its own: the trusted readings up to then, in order of measurement, end in a clear run of 15 minutes less the jitter of an interval. */
const recoversByEvidence = (run: Run) =>
  fc.property(steps, (given) => {
    const measured = measurementsOf(given);
    for (const { change, at, alarm, noticedAt } of oxygen(run(logOf(measured)))) {
      if (change !== 'returned' && change !== 'closed') continue;
      if (alarm.endReason !== 'recovered') continue;
      const trusted = measured
        .filter(({ time, receivedAt, isDoubtful }) => !isDoubtful && time <= at && receivedAt <= noticedAt)
        .sort((one, other) => one.time - other.time);
      let begin = at;
      let next = at;
      for (const { time, value } of trusted.reverse()) {
        if (value < CLEAR || next - time > GAP) break;
        begin = time;
        next = time;
      }
      expect(trusted[0]?.time).toBe(at);
      expect(at - begin).toBeGreaterThanOrEqual(14.5 * MINUTE);
    }
  });

/** Its readings in order, all at once and at the end, against each in time. */
const sameInBacklog = (run: Run) =>
  fc.property(steps, (given) => {
    const inTime = measurementsOf(given).map((each) => ({ ...each, receivedAt: each.time }));
    const end = Math.max(...inTime.map(({ time }) => time));
    const backlog = inTime.map((each, index) => ({ ...each, receivedAt: end + index }));
    expect(episodesOf(run(logOf(backlog)))).toEqual(episodesOf(run(logOf(inTime))));
  });

/** When each began to be bad and when it was clear again; an alarm that opens again has several. */
function episodesOf(transitions: readonly Transition[]): readonly string[] {
  const episodes: string[] = [];
  const starts = new Map<string, number>();
  for (const { change, at, alarm } of oxygen(transitions)) {
    if (change === 'opened') starts.set(alarm.id, alarm.openedAt);
    if (change === 'reopened') starts.set(alarm.id, at);
    const start = starts.get(alarm.id);
    if ((change === 'returned' || change === 'closed') && start !== undefined && alarm.clearedAt !== undefined) {
      episodes.push(`until ${alarm.clearedAt}`);
      starts.delete(alarm.id);
    }
  }
  return [...episodes.sort(), ...[...starts.values()].map(() => 'open')];
}

function newestOnArrival(measured: readonly Measured[]): ReadonlySet<Measured> {
  let newest = 0;
  const found = new Set<Measured>();
  for (const each of [...measured].sort((one, other) => one.receivedAt - other.receivedAt)) {
    if (each.time <= newest) continue;
    newest = each.time;
    found.add(each);
  }
  return found;
}

const idOf = (given: readonly Step[]) =>
  oxygen(runAll(logOf(measurementsOf(given)))).find(({ alarm }) => !alarm.isHistoric);

function actsOn(given: readonly Step[]): Parameters<typeof logOf>[1] {
  const first = idOf(given);
  if (first === undefined) return [];
  const at = first.noticedAt + 4 * MINUTE;
  return [
    ...(coversOn(given) ?? []),
    [at, { version: 1, action: 'acknowledge', alarm: first.alarm.id, by: 'Li' }],
    [at + 1, { version: 1, action: 'acknowledge', alarm: first.alarm.id, by: 'Wang', note: 'me too' }],
  ];
}

function coversOn(given: readonly Step[]): Parameters<typeof logOf>[1] {
  const first = idOf(given);
  const at = first?.noticedAt ?? START;
  const maintenance = { version: 1, action: 'maintenance', park: 'park', site: 'pond', by: 'Li', reason: 'cleaning' };
  return [
    [START, { ...maintenance, from: START, until: START + 30 * MINUTE }],
    [
      at + MINUTE,
      {
        version: 1,
        action: 'shelve',
        alarm: first?.alarm.id ?? '',
        by: 'Li',
        until: at + 20 * MINUTE,
        reason: 'probe',
      },
    ],
  ];
}

/** By the state before: what may come next. */
const LEGAL: Readonly<Record<string, readonly string[]>> = {
  '': ['opened'],
  open: ['escalated', 'worsened', 'eased', 'acknowledged', 'returned', 'closed'],
  acknowledged: ['escalated', 'worsened', 'eased', 'closed', 'updated'],
  returned: ['reopened', 'closed'],
  closed: [],
};
const ANYWHERE = [
  'blind',
  'sighted',
  'shelved',
  'unshelved',
  'suppressed',
  'unsuppressed',
  'maintenance',
  'maintenance_ended',
  'revised',
  'chattering',
];

function checkLegal(transitions: readonly Transition[]): void {
  let phase = '';
  for (const [index, { change, seq, alarm }] of transitions.entries()) {
    expect(seq).toBe(index + 1);
    expect(phase === '' || phase === 'closed' ? LEGAL[phase] : [...(LEGAL[phase] ?? []), ...ANYWHERE]).toContain(
      change,
    );
    if (alarm.state !== 'shelved') phase = alarm.state;
    else if (change === 'acknowledged') phase = 'acknowledged';
    else if (change === 'returned') phase = 'returned';
    else if (change === 'escalated' || change === 'worsened' || change === 'reopened') phase = 'open';
  }
}
