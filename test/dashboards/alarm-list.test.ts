/** How the page ranks, counts, pins and reports alarms, and when it sounds. */
import { describe, expect, it } from 'vitest';
import {
  type Alarm,
  type Alarms,
  bySite,
  isSounding,
  isUnacknowledged,
  ranked,
  withAlarm,
} from '../../dashboards/page/feed/alarm-list.ts';
import { pinnedOf } from '../../dashboards/page/feed/pinned.ts';
import { formatRoute, parseRoute } from '../../dashboards/page/feed/route.ts';
import { reportOf, shiftAt, shiftBefore } from '../../dashboards/page/feed/shifts.ts';
import { createAlarmSound } from '../../dashboards/page/feed/sound.ts';
import { holderWords, sinceWords } from '../../dashboards/page/tiles/alarm-words.ts';

const MINUTE = 60_000;
/** 04:00 in Beijing. */
const NOW = Date.parse('2026-07-10T04:00:00+08:00');

function alarm(change: Partial<Alarm> = {}): Alarm {
  return {
    id: '1783627200000-abcd',
    park: 'daoyu',
    site: 'pond-1',
    rule: 'dissolved_oxygen_low',
    class: 'process',
    severity: 'critical',
    state: 'open',
    isBlind: false,
    openedAt: NOW - 48 * MINUTE,
    raisedAt: NOW - 45 * MINUTE,
    text: { zh: '溶解氧 2.7 mg/L，低于 3.0', en: 'dissolved oxygen 2.7 mg/L, below 3.0' },
    action: { zh: '开增氧机', en: 'run the aerators' },
    seq: 1,
    ...change,
  };
}

describe('the list of alarms', () => {
  it('puts what nobody has before what somebody has, critical before warning, and the longest first', () => {
    const list = [
      alarm({ id: 'acknowledged', state: 'acknowledged', acknowledgedBy: 'Li' }),
      alarm({ id: 'warning', severity: 'warning', openedAt: NOW - 300 * MINUTE }),
      alarm({ id: 'newer', openedAt: NOW - 5 * MINUTE }),
      alarm({ id: 'silent', class: 'communication', openedAt: NOW - 500 * MINUTE }),
      alarm({ id: 'older', openedAt: NOW - 90 * MINUTE }),
    ];
    expect(ranked(list).map(({ id }) => id)).toEqual(['older', 'newer', 'silent', 'warning', 'acknowledged']);
  });

  it('counts what waits for somebody, and nothing that is explained, shelved, under maintenance or long over', () => {
    expect(isUnacknowledged(alarm())).toBe(true);
    expect(isUnacknowledged(alarm({ state: 'returned' }))).toBe(true);
    for (const quiet of [
      { state: 'acknowledged' },
      { state: 'shelved', shelved: { until: NOW, by: 'Li', reason: 'probe' } },
      { suppressedBy: 'outage' },
      { maintenanceUntil: NOW },
      { isHistoric: true },
    ] as const)
      expect(isUnacknowledged(alarm(quiet)), JSON.stringify(quiet)).toBe(false);
    expect(isSounding(alarm({ severity: 'warning' }))).toBe(false);
  });

  it('takes a newer state, and neither an older nor a repeated one', () => {
    const first: Alarms = withAlarm(new Map(), alarm({ seq: 3, state: 'acknowledged' }));
    expect(withAlarm(first, alarm({ seq: 2 }))).toBe(first);
    expect(withAlarm(first, alarm({ seq: 3 }))).toBe(first);
    expect(withAlarm(first, alarm({ seq: 4, state: 'closed' })).size).toBe(0);
  });

  it('gives each site its pressing alarms, worst first', () => {
    const worst = alarm({ id: 'a' });
    const other = alarm({ id: 'b', severity: 'warning' });
    const sites = bySite(new Map([other, worst, alarm({ id: 'c', suppressedBy: 'x' })].map((each) => [each.id, each])));
    expect(sites.get('daoyu/pond-1')).toEqual([worst, other]);
  });

  it('says since when by the clock, for how long, and who has it', () => {
    expect(sinceWords(alarm(), NOW, 'zh')).toBe('自 03:12 · 48 分钟');
    expect(sinceWords(alarm({ openedAt: NOW - 26 * 60 * MINUTE }), NOW, 'en')).toBe('since 9 Jul 02:00 · 26 h');
    expect(sinceWords(alarm({ clearedAt: NOW - 8 * MINUTE }), NOW, 'zh')).toBe('03:12–03:52 · 40 分钟');
    expect(holderWords(alarm(), NOW, 'zh')).toBe('无人确认');
    expect(holderWords(alarm({ acknowledgedBy: '李建国', acknowledgedAt: NOW - MINUTE }), NOW, 'zh')).toBe(
      '李建国 已确认 03:59',
    );
    expect(holderWords(alarm({ acknowledgedBy: 'operator' }), NOW, 'zh')).toBe('值班员 已确认');
  });

  it('is in the address', () => {
    const route = parseRoute('#/alarms?list=history&park=daoyu&lang=en', 'zh');
    expect(route).toMatchObject({ view: 'alarms', list: 'history', park: 'daoyu', language: 'en' });
    expect(parseRoute(formatRoute(route), 'zh')).toEqual(route);
    const sheet = parseRoute('#/handover?from=1000&to=2000&lang=zh', 'zh');
    expect(parseRoute(formatRoute(sheet), 'zh')).toEqual(sheet);
  });
});

describe('the wall', () => {
  const site = (id: string, state: string) => ({ site: { park: 'daoyu', id }, state });

  it('pins every site with a critical alarm, whatever its values say now; those that nobody has first', () => {
    const cards = [site('a', 'critical'), site('b', 'unknown'), site('c', 'good'), site('d', 'warning')];
    const alarms = new Map([
      ['daoyu/a', [alarm({ site: 'a', state: 'acknowledged', acknowledgedBy: 'Li' })]],
      ['daoyu/b', [alarm({ site: 'b', isBlind: true })]],
      ['daoyu/c', [alarm({ site: 'c', state: 'returned' })]],
      ['daoyu/d', [alarm({ site: 'd', severity: 'warning' })]],
    ]);
    const { pinned, others } = pinnedOf(cards, alarms);
    expect(pinned.map((card) => card.site.id)).toEqual(['b', 'c', 'a']);
    expect(others.map((card) => card.site.id)).toEqual(['d']);
  });
});

describe('the sheet of a shift', () => {
  it('shifts change at 08:00 and 20:00 in Beijing', () => {
    const night = shiftAt(NOW);
    expect(night).toEqual({
      kind: 'night',
      from: Date.parse('2026-07-09T20:00:00+08:00'),
      to: Date.parse('2026-07-10T08:00:00+08:00'),
    });
    expect(shiftBefore(night)).toEqual({ kind: 'day', from: Date.parse('2026-07-09T08:00:00+08:00'), to: night.from });
  });

  it('tells what is open, what happened and what was done in it', () => {
    const { from, to } = shiftAt(NOW);
    const before = alarm({
      id: 'before',
      openedAt: from - MINUTE,
      raisedAt: from - MINUTE,
      state: 'acknowledged',
      acknowledgedBy: 'Li',
      acknowledgedAt: from + 9 * MINUTE,
    });
    const closed = alarm({
      id: 'closed',
      state: 'closed',
      openedAt: from + MINUTE,
      raisedAt: from + 2 * MINUTE,
      acknowledgedBy: 'Li',
      acknowledgedAt: from + 4 * MINUTE,
    });
    const later = alarm({ id: 'later', openedAt: to, raisedAt: to });
    const storm = [0, 3, 9, 11].map((minutes) =>
      alarm({
        id: `storm${minutes}`,
        severity: 'warning',
        openedAt: NOW + minutes * MINUTE,
        raisedAt: NOW + minutes * MINUTE,
      }),
    );
    const report = reportOf([before, closed, later, ...storm], from, to);
    expect(report.happened.map(({ id }) => id)).toEqual(['closed', 'storm0', 'storm3', 'storm9', 'storm11']);
    expect(report.done.map(({ id }) => id)).toEqual(['closed', 'before']);
    expect(report.open.map(({ id }) => id)).not.toContain('closed');
    expect(report.open).toHaveLength(6);
    expect(report).toMatchObject({ criticalCount: 1, medianAcknowledgeMs: 2 * MINUTE, busiest: 3 });
  });
});

describe('the sound', () => {
  function open(kept: string | null, canPlay: boolean) {
    const storage = new Map<string, string>(kept === null ? [] : [['sound', kept]]);
    const target = new EventTarget();
    const notes: number[] = [];
    let state = canPlay ? 'running' : 'suspended';
    const node = { connect: (other: object) => other };
    const ramp = { setValueAtTime() {}, linearRampToValueAtTime() {} };
    const context = {
      get state() {
        return state;
      },
      currentTime: 0,
      destination: {},
      // A browser leaves the promise open until somebody touches the page.
      resume: () => (state === 'running' ? Promise.resolve() : new Promise(() => {})),
      createOscillator: () => ({ ...node, frequency: { value: 0 }, start: (at: number) => notes.push(at), stop() {} }),
      createGain: () => ({ ...node, gain: ramp }),
    };
    const sound = createAlarmSound({
      storage: { getItem: (key) => storage.get(key) ?? null, setItem: (key, value) => void storage.set(key, value) },
      open: () => context as unknown as AudioContext,
      target,
    });
    return { sound, notes, storage, allow: () => (state = 'running') };
  }

  it('is silent until somebody chose it, and keeps the choice', () => {
    const { sound, notes, storage } = open(null, true);
    sound.set(true);
    expect(notes).toHaveLength(0);
    expect(sound.state().choice).toBe('unasked');
    sound.choose(true);
    expect(notes.length).toBeGreaterThan(0);
    expect(storage.get('sound')).toBe('on');
    sound.set(false);
  });

  it('says so when the browser holds it back', () => {
    const { sound, notes } = open('on', false);
    sound.set(true);
    expect(notes).toHaveLength(0);
    expect(sound.state()).toEqual({ choice: 'on', isHeld: true });
    sound.set(false);
  });
});
