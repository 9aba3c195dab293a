/** The farm log of the page without a browser: what waits on a phone, the words, what a calibration proposes. */
import { describe, expect, it } from 'vitest';
import { RequestFailed } from '../../dashboards/page/feed/api.ts';
import { OutboxFull, openEventOutbox } from '../../dashboards/page/feed/event-outbox.ts';
import type { Correction, EventKind, FarmEvent, NewEvent } from '../../dashboards/page/feed/journal.ts';
import {
  dayOfSeason,
  heldBackUntil,
  kindsFor,
  unitWords,
  valuesWords,
} from '../../dashboards/page/journal/event-words.ts';
import { fieldOf, timeOf } from '../../dashboards/page/journal/moments.ts';
import { proposalsOf } from '../../dashboards/page/journal/proposals.ts';
import { EVENT_KINDS } from '../../journal/events.ts';

const DAY = 86_400_000;
const NOON = Date.parse('2026-07-14T12:00:00+08:00');
const KINDS = [...EVENT_KINDS.values()] as unknown as readonly EventKind[];
const kindOf = (name: string) => KINDS.find((each) => each.name === name);

const newEvent = (id: string): NewEvent => ({
  id,
  park: 'park',
  site: 'pond',
  kind: 'feeding',
  at: '2026-07-14T12:00:00+08:00',
  values: { kg: 5 },
});

function logged(event: Partial<FarmEvent>): FarmEvent {
  const place = { park: 'park', site: 'pond', by: '李师傅' };
  return { ...place, id: 'event-1', kind: 'feeding', at: NOON, recordedAt: NOON, values: {}, ...event };
}

/** Keeps texts like a browser does, and answers as the platform would. */
function phone(answers: (event: NewEvent) => Error | undefined, kept = new Map<string, string>()) {
  const taken: string[] = [];
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  const send = async (event: NewEvent) => {
    const error = answers(event);
    if (error !== undefined) throw error;
    taken.push(event.id);
    return logged({ id: event.id });
  };
  return { taken, kept, outbox: openEventOutbox({ storage, send, retryMs: 1_000_000 }) };
}

describe('events that wait on a phone', () => {
  it('survive a closed page, keep their order and go out once the network is back', async () => {
    const offline = phone(() => new RequestFailed(0, 'no network'));
    offline.outbox.add(newEvent('first-event'));
    offline.outbox.add(newEvent('second-event'));
    await offline.outbox.send();
    offline.outbox.close();
    expect(offline.taken).toEqual([]);

    const online = phone(() => undefined, offline.kept);
    expect(online.outbox.state().map(({ event }) => event.id)).toEqual(['first-event', 'second-event']);
    await online.outbox.send();
    expect(online.taken).toEqual(['first-event', 'second-event']);
    expect(phone(() => undefined, offline.kept).outbox.state()).toEqual([]);
  });

  it.each([401, 429, 500, 503])('wait on after an answer of %i', async (status) => {
    const { outbox } = phone(() => new RequestFailed(status, 'not now'));
    outbox.add(newEvent('some-event'));
    await outbox.send();
    outbox.close();
    expect(outbox.state()).toEqual([{ event: newEvent('some-event') }]);
  });

  it('hold up no other when one is refused, which stays with its reason until it is discarded', async () => {
    const isBad = ({ id }: NewEvent) =>
      id === 'bad-event' ? new RequestFailed(400, 'values.kg must be a number') : undefined;
    const { outbox, taken } = phone(isBad);
    outbox.add(newEvent('bad-event'));
    outbox.add(newEvent('good-event'));
    await outbox.send();
    expect(taken).toEqual(['good-event']);
    expect(outbox.state()).toMatchObject([{ event: { id: 'bad-event' }, refusal: 'values.kg must be a number' }]);
    outbox.discard('bad-event');
    expect(outbox.state()).toEqual([]);
  });

  it('are bounded, and damaged ones are left behind', async () => {
    const { outbox } = phone(() => new RequestFailed(0, 'no network'));
    for (let index = 0; index < 200; index++) outbox.add(newEvent(`event-${index}`));
    expect(() => outbox.add(newEvent('one-too-many'))).toThrow(OutboxFull);
    outbox.close();
    const damaged = new Map([['events-waiting', '[{"event":{"id":"whole-event"}},{"event":5},null]']]);
    expect(
      phone(() => undefined, damaged)
        .outbox.state()
        .map(({ event }) => event.id),
    ).toEqual(['whole-event']);
    expect(phone(() => undefined, new Map([['events-waiting', '{']])).outbox.state()).toEqual([]);
  });
});

describe('events in words', () => {
  it('name values with their units, in both languages', () => {
    const { values } = logged({ values: { count: 12000, gram_each: 4.5, species: '中华绒螯蟹' } });
    expect(valuesWords({ values }, kindOf('stocking'), 'zh')).toBe('12000 只 · 规格 4.5 g/只 · 中华绒螯蟹');
    expect(valuesWords({ values }, kindOf('stocking'), 'en')).toBe('12000 · size 4.5 g each · 中华绒螯蟹');
    expect(valuesWords({ values: {} }, kindOf('cleaning'), 'zh')).toBe('');
  });

  it('leave no Chinese unit in English', () => {
    const units = KINDS.flatMap(({ fields }) => fields.map((field) => unitWords(field, 'en')));
    expect(units.filter((unit) => /[^\x20-\x7e°]/.test(unit))).toEqual([]);
  });

  it('tell how long a medication keeps a pond from harvest', () => {
    const event = logged({ kind: 'medication', values: { withdrawal_days: 7 } });
    expect(heldBackUntil(event, NOON + 6 * DAY)).toBe(NOON + 7 * DAY);
    expect(heldBackUntil(event, NOON + 7 * DAY)).toBeUndefined();
    expect(heldBackUntil(logged({}), NOON)).toBeUndefined();
  });

  it('count the day of the season that goes on', () => {
    const seasons = [{ from: NOON - 100 * DAY, to: NOON - 60 * DAY }, { from: NOON - 9 * DAY }];
    expect(dayOfSeason(seasons, NOON)).toBe(10);
    expect(dayOfSeason(seasons, NOON - 20 * DAY)).toBeUndefined();
  });

  it('offer what fits the place, what was done last first', () => {
    const names = (type: string, lately: readonly FarmEvent[] = []) =>
      kindsFor(KINDS, type, true, lately).map(({ name }) => name);
    expect(names('pond')[0]).toBe('feeding');
    expect(names('pond')).not.toContain('sowing');
    expect(names('pond')).toContain('calibration');
    expect(names('pond', [logged({ kind: 'liming' })])[0]).toBe('liming');
    expect(kindsFor(KINDS, 'pond', false, []).map(({ name }) => name)).not.toContain('calibration');
  });
});

describe('times in a field', () => {
  it('are Beijing time there and back', () => {
    expect(fieldOf(NOON)).toBe('2026-07-14T12:00');
    expect(timeOf('2026-07-14T12:00')).toBe(NOON);
    expect(timeOf('')).toBeUndefined();
    expect(timeOf('2026-13-40T12:00')).toBeUndefined();
  });
});

describe('a calibration', () => {
  const calibration = logged({
    kind: 'calibration',
    device: 'probe',
    values: { standard: 8.2, reading: 7.4, field: 'dissolved_oxygen' },
  });

  it('proposes the drift since the probe was last set right', () => {
    const cleaning = logged({ id: 'event-0', kind: 'cleaning', device: 'probe', at: NOON - 13 * DAY });
    expect(proposalsOf([cleaning, calibration], [])).toEqual([
      { device: 'probe', field: 'dissolved_oxygen', from: NOON - 13 * DAY, to: NOON, endError: -0.8 },
    ]);
    expect(proposalsOf([calibration], [])).toEqual([
      { device: 'probe', field: 'dissolved_oxygen', to: NOON, endError: -0.8 },
    ]);
  });

  it('proposes nothing once it was followed, or when nothing was off', () => {
    const followed = { device: 'probe', field: 'dissolved_oxygen', at: NOON - DAY, until: NOON } as Correction;
    expect(proposalsOf([calibration], [followed])).toEqual([]);
    expect(proposalsOf([calibration], [{ ...followed, field: 'ph' }])).toHaveLength(1);
    const exact = { ...calibration, values: { ...calibration.values, reading: 8.2 } };
    expect(proposalsOf([exact], [])).toEqual([]);
  });
});
