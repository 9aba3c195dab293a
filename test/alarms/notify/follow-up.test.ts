/** Who is told what and when, as a pure function of transitions and the clock. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alarm, Transition } from '../../../alarms/alarm.ts';
import {
  type FollowUpState,
  type Intent,
  NOTHING_FOLLOWED,
  onClock,
  onTransition,
  type Setup,
} from '../../../alarms/notify/follow-up.ts';
import { DEFAULT_PLAN, onDuty, type Plan, problemsOfPlan } from '../../../alarms/notify/plan.ts';

/** Saturday, 20:00 in Beijing. */
const NIGHT = Date.parse('2026-11-28T20:00:00+08:00');
const MINUTE = 60_000;
const plan: Plan = {
  people: [
    { name: '王工', mobile: '13800000001', channels: ['night-group', 'phone'] },
    { name: '李工', mobile: '13800000002', channels: ['night-group'] },
    { name: '站长', channels: ['chief'] },
  ],
  shifts: [
    { days: [1, 2, 3, 4, 5, 6, 7], from: '20:00', to: '08:00', people: ['王工'] },
    { days: [1, 2, 3, 4, 5], from: '08:00', to: '20:00', people: ['李工'] },
  ],
  exceptions: [{ date: '2026-11-29', from: '20:00', to: '08:00', people: ['李工'] }],
  steps: [
    { afterMinutes: 0, who: 'on-duty' },
    { afterMinutes: 10, who: ['王工', '李工'] },
    { afterMinutes: 20, who: ['站长'] },
  ],
  quietHours: { from: '22:00', to: '07:00' },
  repeatMinutes: { critical: 10, warning: 240 },
};
const setup: Setup = { plan, channels: ['night-group', 'phone', 'chief'] };

function alarmOf(id: string, more: Partial<Alarm> = {}): Alarm {
  return {
    ...{ id, park: 'tianyu', site: 'pond-1', rule: 'dissolved_oxygen_low', class: 'process', severity: 'critical' },
    ...{ state: 'open', isBlind: false, openedAt: NIGHT, raisedAt: NIGHT, seq: 1 },
    ...{ text: { zh: '缺氧', en: 'low oxygen' }, action: { zh: '开增氧机', en: 'switch the aerator on' } },
    ...more,
  } as Alarm;
}

function transitionOf(alarm: Alarm, noticedAt: number, change: Transition['change'] = 'opened'): Transition {
  return {
    version: 1,
    seq: alarm.seq,
    change,
    at: noticedAt,
    noticedAt,
    origin: { position: noticedAt, ordinal: 0 },
    alarm,
  };
}

/** Runs events in order; a number is the clock. */
function run(events: readonly (Transition | number)[], given: Setup = setup, from: FollowUpState = NOTHING_FOLLOWED) {
  let state = from;
  const intents: Intent[] = [];
  for (const event of events) {
    const [next, made] = typeof event === 'number' ? onClock(state, event, given) : onTransition(state, event, given);
    state = next;
    intents.push(...made);
  }
  return { state, intents };
}
const clocks = (from: number, minutes: number) =>
  Array.from({ length: minutes }, (_, index) => from + (index + 1) * MINUTE);
const brief = ({ channel, about, decidedAt }: Intent) => `${(decidedAt - NIGHT) / MINUTE} ${about} ${channel}`;

describe('a critical alarm', () => {
  it('is told at once to whoever is on duty, then to more people step by step, then again and again', () => {
    const { intents } = run([transitionOf(alarmOf('a'), NIGHT), ...clocks(NIGHT, 41)]);
    expect(intents.map(brief)).toEqual([
      '0 open night-group',
      '10 open night-group',
      '20 open chief',
      '30 open chief',
      '40 open chief',
    ]);
    expect(intents[0]).toMatchObject({
      people: ['王工'],
      mobiles: ['13800000001'],
      standIns: ['phone'],
      severity: 'critical',
    });
    expect(intents[1]?.people).toEqual(['王工', '李工']);
  });

  it('is left alone once somebody has it; whoever was told hears who', () => {
    const taken = alarmOf('a', { seq: 2, state: 'acknowledged', acknowledgedBy: '王工' });
    const { intents, state } = run([
      transitionOf(alarmOf('a'), NIGHT),
      transitionOf(taken, NIGHT + 3 * MINUTE, 'acknowledged'),
      ...clocks(NIGHT, 60),
    ]);
    expect(intents.map(brief)).toEqual(['0 open night-group', '3 acknowledged night-group']);
    expect(state.following).toEqual({});
  });

  it('stops calling when it is over by itself, and says so', () => {
    const back = alarmOf('a', { seq: 2, state: 'returned' });
    const { intents } = run([
      transitionOf(alarmOf('a'), NIGHT),
      transitionOf(back, NIGHT + 5 * MINUTE, 'returned'),
      ...clocks(NIGHT, 60),
    ]);
    expect(intents.map(brief)).toEqual(['0 open night-group', '5 returned night-group']);
  });

  it.each<[string, Partial<Alarm>]>([
    ['of the past', { isHistoric: true }],
    ['shelved', { shelved: { until: NIGHT * 2, by: 'x', reason: 'y' }, state: 'shelved' }],
    ['explained by an outage', { suppressedBy: 'outage' }],
    ['under maintenance', { maintenanceUntil: NIGHT * 2 }],
  ])('that is %s wakes nobody', (_what, more) => {
    expect(run([transitionOf(alarmOf('a', more), NIGHT), ...clocks(NIGHT, 60)]).intents).toEqual([]);
  });

  it('is repeated at most twelve times', () => {
    const { intents } = run([transitionOf(alarmOf('a'), NIGHT), ...clocks(NIGHT, 600)]);
    expect(intents).toHaveLength(3 + 12);
  });
});

describe('an alarm that gets worse', () => {
  it('takes the next step at once, and whoever was told of it hears that; the steps behind it keep their time', () => {
    const worse = alarmOf('a', { seq: 2, text: { zh: '溶解氧 1.9', en: 'oxygen 1.9' } });
    const { intents } = run([
      transitionOf(alarmOf('a'), NIGHT),
      ...clocks(NIGHT, 3),
      transitionOf(worse, NIGHT + 3 * MINUTE, 'worsened'),
      ...clocks(NIGHT + 3 * MINUTE, 18),
    ]);
    expect(intents.map(brief)).toEqual(['0 open night-group', '3 open night-group', '20 open chief']);
    expect(intents[1]).toMatchObject({ people: ['王工', '李工'] });
    expect(intents[1]?.alarms[0]?.text.zh).toBe('溶解氧 1.9');
  });

  it('is told again when somebody had it already', () => {
    const taken = alarmOf('a', { seq: 2, state: 'acknowledged' });
    const worse = alarmOf('a', { seq: 3 });
    const { intents } = run([
      transitionOf(alarmOf('a'), NIGHT),
      transitionOf(taken, NIGHT + MINUTE, 'acknowledged'),
      transitionOf(worse, NIGHT + 30 * MINUTE, 'worsened'),
    ]);
    expect(intents.map(brief)).toEqual(['0 open night-group', '1 acknowledged night-group', '30 open night-group']);
  });
});

describe('what opens again and again', () => {
  const again = (index: number, more: Partial<Alarm> = {}) => alarmOf(`a${index}`, { isChattering: true, ...more });
  /** Opened and over again, every ten minutes. */
  const openings = (severity: Alarm['severity'], count: number, from: number) =>
    Array.from({ length: count }, (_, index) => from + index * 10 * MINUTE).flatMap((at) => [
      transitionOf(again(at, { severity }), at),
      at + 2 * MINUTE,
      transitionOf(again(at, { severity, seq: 2, state: 'closed' }), at + 3 * MINUTE, 'closed'),
    ]);
  const opened = (events: readonly (Transition | number)[]) =>
    run(events)
      .intents.filter(({ about }) => about === 'open')
      .map(({ decidedAt }) => (decidedAt - NIGHT) / MINUTE);

  it('is told once an hour', () => {
    expect(opened(openings('critical', 13, NIGHT))).toEqual([0, 60, 120]);
  });

  it('is told at once when it is critical after warnings', () => {
    const events = [...openings('warning', 2, NIGHT), ...openings('critical', 2, NIGHT + 20 * MINUTE)];
    expect(opened(events)).toEqual([2, 20]);
  });
});

describe('a warning', () => {
  const warning = (id: string, more: Partial<Alarm> = {}) => alarmOf(id, { severity: 'warning', ...more });

  it('that is gone within a minute is told to nobody', () => {
    const gone = warning('w', { seq: 2, state: 'closed' });
    expect(
      run([transitionOf(warning('w'), NIGHT), transitionOf(gone, NIGHT + 40_000, 'closed'), ...clocks(NIGHT, 10)])
        .intents,
    ).toEqual([]);
  });

  it('becomes urgent at once when it gets worse', () => {
    const worse = alarmOf('w', { seq: 2, severity: 'critical' });
    const { intents } = run([
      transitionOf(warning('w'), NIGHT),
      NIGHT + MINUTE,
      transitionOf(worse, NIGHT + 2 * MINUTE, 'escalated'),
    ]);
    expect(intents.map(brief)).toEqual(['1 open night-group', '2 open night-group']);
    expect(intents[1]?.severity).toBe('critical');
  });

  it('waits through the quiet hours and comes in one digest; what is over by then does not', () => {
    const late = NIGHT + 3 * 60 * MINUTE;
    const over = warning('gone', { seq: 2, state: 'closed' });
    const { intents } = run([
      transitionOf(warning('one'), late),
      transitionOf(warning('gone'), late),
      transitionOf(warning('two'), late + MINUTE),
      ...clocks(late, 30),
      transitionOf(over, late + 31 * MINUTE, 'closed'),
      ...clocks(late + 31 * MINUTE, 8 * 60),
    ]);
    expect(intents).toHaveLength(1);
    expect(intents[0]).toMatchObject({ about: 'digest', channel: 'night-group' });
    expect(intents[0]?.alarms.map(({ id }) => id).sort()).toEqual(['one', 'two']);
    expect(intents[0]?.decidedAt).toBe(Date.parse('2026-11-29T07:00:00+08:00'));
  });

  it('in a flood of them comes in a digest, while a critical alarm passes', () => {
    const many = Array.from({ length: 40 }, (_, index) => transitionOf(warning(`w${index}`), NIGHT));
    const { intents } = run([...many, NIGHT + MINUTE, transitionOf(alarmOf('c'), NIGHT + 2 * MINUTE)]);
    expect(intents.filter(({ about }) => about === 'open')).toHaveLength(10 + 1);
    expect(intents.filter(({ about }) => about === 'digest').map(({ alarms }) => alarms.length)).toEqual([30]);
    expect(intents.at(-1)).toMatchObject({ severity: 'critical', about: 'open' });
  });
});

it('without a plan every channel is told, so that an alarm has somewhere to go from the start', () => {
  const { intents } = run([transitionOf(alarmOf('a'), NIGHT)], { plan: DEFAULT_PLAN, channels: ['one', 'two'] });
  expect(intents.map(({ channel }) => channel)).toEqual(['one', 'two']);
});

it('any crash and repetition of the log gives the same notices: nothing twice, nothing lost', () => {
  const change = fc.constantFrom<Transition['change']>('opened', 'acknowledged', 'closed');
  const steps = fc.array(
    fc.record({ id: fc.constantFrom('a', 'b', 'c'), change, wait: fc.integer({ min: 0, max: 9 }) }),
    { maxLength: 30 },
  );
  const STATES = { opened: 'open', acknowledged: 'acknowledged', closed: 'closed' } as const;
  fc.assert(
    fc.property(steps, fc.infiniteStream(fc.boolean()), (list, repeats) => {
      let now = NIGHT;
      const seqs: Record<string, number> = {};
      const events: (Transition | number)[] = [];
      for (const { id, change: what, wait } of list) {
        const seq = (seqs[id] ?? 0) + 1;
        seqs[id] = seq;
        const state = STATES[what as keyof typeof STATES];
        now += wait * MINUTE;
        events.push(transitionOf(alarmOf(id, { seq, state }), now, what), now + 1);
      }
      const once = run(events).intents.map(({ id }) => id);
      const again = events.flatMap((event) =>
        repeats.next().value && typeof event !== 'number' ? [event, event] : [event],
      );
      expect(run(again).intents.map(({ id }) => id)).toEqual(once);
      expect(new Set(once).size).toBe(once.length);
    }),
  );
});

describe('the roster', () => {
  const at = (text: string) => onDuty(plan, Date.parse(`${text}+08:00`)).map(({ name }) => name);

  it('knows shifts over midnight, exceptions, and falls back to everyone where nobody is on duty', () => {
    expect(at('2026-11-28T20:00:00')).toEqual(['王工']);
    expect(at('2026-11-29T07:59:00')).toEqual(['王工']);
    expect(at('2026-11-29T12:00:00')).toEqual(['王工', '李工', '站长']);
    expect(at('2026-11-29T23:00:00')).toEqual(['李工']);
    expect(at('2026-11-30T03:00:00')).toEqual(['李工']);
    expect(at('2026-11-30T09:00:00')).toEqual(['李工']);
    expect(at('2026-11-30T21:00:00')).toEqual(['王工']);
  });

  it.each<[string, Partial<Plan>, RegExp]>([
    ['a channel that is not there', { people: [{ name: 'x', channels: ['pigeon'] }] }, /no channel pigeon/],
    [
      'a name nobody has',
      { shifts: [{ days: [1], from: '20:00', to: '08:00', people: ['谁'] }] },
      /there is no person named 谁/,
    ],
    ['a time that is none', { shifts: [{ days: [1], from: '24:00', to: '08:00', people: [] }] }, /times such as 20:00/],
    [
      'steps out of order',
      {
        steps: [
          { afterMinutes: 0, who: 'everyone' },
          { afterMinutes: 0, who: 'everyone' },
        ],
      },
      /later than the one before/,
    ],
    ['a first step that waits', { steps: [{ afterMinutes: 5, who: 'everyone' }] }, /after 0 minutes/],
  ])('refuses %s', (_what, change, problem) => {
    expect([...problemsOfPlan({ ...plan, ...change }, new Set(setup.channels))].join('; ')).toMatch(problem);
    expect([...problemsOfPlan(plan, new Set(setup.channels))]).toEqual([]);
  });
});
