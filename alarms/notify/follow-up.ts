/**
 * Decides who is notified of alarms, step by step: a pure reducer over transitions and the clock of the log. The same inputs give the same notices
 * with the same ids, so that a crash repeats none and loses none.
 */
import { type Alarm, isQuiet, type Transition } from '../alarm.ts';
import { isQuietHour, type Person, type Plan, peopleOf, type Step } from './plan.ts';

/** One message on one channel. */
export interface Intent {
  /** The same after a crash. */
  readonly id: string;
  readonly about: 'open' | 'acknowledged' | 'returned' | 'recovered' | 'digest';
  /** The alarm, or the alarms of a digest. */
  readonly alarms: readonly Alarm[];
  readonly channel: string;
  /** Tried in this order if the channel is broken. */
  readonly standIns: readonly string[];
  readonly mobiles: readonly string[];
  readonly people: readonly string[];
  readonly severity: Alarm['severity'];
  /** Epoch ms. */
  readonly decidedAt: number;
  /** Too late to be of use after this. */
  readonly notAfter: number;
}

interface Following {
  readonly alarm: Alarm;
  readonly since: number;
  readonly step: number;
  readonly repeats: number;
  readonly nextAt: number;
  /** It got worse: everybody notified so far hears that, together with the next step. */
  readonly isWorse?: true;
  /** Channels already notified: they also learn how it ends. */
  readonly told: readonly string[];
}

export interface FollowUpState {
  readonly following: Readonly<Record<string, Following>>;
  /** Last transition processed of each alarm: the log may hold one twice. */
  readonly seen: Readonly<Record<string, { readonly seq: number; readonly at: number }>>;
  /** Chattering alarms, by place and rule: when people were last notified, and how severe it was. */
  readonly chattering?: Readonly<Record<string, { readonly at: number; readonly severity: Alarm['severity'] }>>;
  /** When warnings were announced in the last ten minutes. */
  readonly announced: readonly number[];
  /** Held back for the next digest. */
  readonly held: readonly Alarm[];
  readonly digestAt: number;
}

export const NOTHING_FOLLOWED: FollowUpState = { following: {}, seen: {}, announced: [], held: [], digestAt: 0 };

export interface Setup {
  readonly plan: Plan;
  /** Names of all channels, used when the plan names nobody. */
  readonly channels: readonly string[];
}

type Result = readonly [state: FollowUpState, intents: readonly Intent[]];

const MINUTE = 60_000;
/** A warning that ends within a minute is not announced. */
const WARNING_WAIT_MS = MINUTE;
const USEFUL_MS = { critical: 120 * MINUTE, warning: 30 * MINUTE } as const;
const MAX_REPEATS = 12;
const FLOOD_WINDOW_MS = 10 * MINUTE;
/** Beyond this many warnings in ten minutes, the rest comes as one digest (EEMUA 191: a person can handle about one a minute). */
const FLOOD_AT = 10;
const SEEN_MS = 60 * MINUTE;
/** A chattering alarm is announced once in this time, unless it is more severe than before. */
const CHATTERING_MS = 60 * MINUTE;

export function onTransition(state: FollowUpState, transition: Transition, setup: Setup): Result {
  const { alarm, seq, noticedAt: now } = transition;
  if ((state.seen[alarm.id]?.seq ?? 0) >= seq) return [state, []];
  const seen = { ...state.seen, [alarm.id]: { seq, at: now } };
  const before = state.following[alarm.id];
  const held = state.held.filter(({ id }) => id !== alarm.id);
  const base = { ...state, seen, held };
  const { [alarm.id]: _, ...others } = state.following;
  if (alarm.state !== 'open' || isQuiet(alarm)) {
    return [{ ...base, following: others }, before === undefined ? [] : endingOf(before, alarm, now, setup)];
  }
  const isWorse =
    (before?.alarm.severity === 'warning' && alarm.severity === 'critical') || transition.change === 'worsened';
  const wait = alarm.severity === 'critical' ? 0 : WARNING_WAIT_MS;
  const nextAt = Math.max(now + wait, chatteringUntil(state, alarm));
  const begun = { alarm, since: now, step: 0, repeats: 0, nextAt, told: before?.told ?? [] };
  const isNew = before === undefined || transition.change === 'reopened';
  const worse = before && { ...before, alarm, repeats: 0, nextAt: now, isWorse: true as const };
  const next = isNew ? begun : isWorse && worse ? worse : { ...before, alarm };
  return advance({ ...base, following: { ...others, [alarm.id]: next } }, now, setup);
}

export function onClock(state: FollowUpState, now: number, setup: Setup): Result {
  const isStale = Object.values(state.seen).some(({ at }) => now - at > 2 * SEEN_MS);
  const recent = ([id, { at }]: [string, { readonly at: number }]) =>
    now - at <= SEEN_MS || state.following[id] !== undefined;
  const seen = isStale ? Object.fromEntries(Object.entries(state.seen).filter(recent)) : state.seen;
  return advance(seen === state.seen ? state : { ...state, seen }, now, setup);
}

/** Takes every step that is due, then the digest. */
function advance(state: FollowUpState, now: number, setup: Setup): Result {
  let next = state;
  const intents: Intent[] = [];
  for (const [id, following] of Object.entries(state.following)) {
    if (following.nextAt > now) continue;
    const [taken, made] = takeStep(next, following, now, setup);
    next = { ...taken.state, following: { ...taken.state.following, [id]: taken.following } };
    intents.push(...made);
  }
  const [digested, digest] = digestOf(next, now, setup);
  return [digested, [...intents, ...digest]];
}

function takeStep(
  state: FollowUpState,
  following: Following,
  now: number,
  setup: Setup,
): readonly [{ readonly state: FollowUpState; readonly following: Following }, readonly Intent[]] {
  const { alarm, step } = following;
  const { steps, repeatMinutes } = setup.plan;
  const current = steps[Math.min(step, steps.length - 1)] ?? { afterMinutes: 0, who: 'on-duty' as const };
  const later = steps[step + 1];
  const isRepeat = step >= steps.length;
  const repeats = following.repeats + (isRepeat ? 1 : 0);
  const repeatAt = repeats < MAX_REPEATS ? now + repeatMinutes[alarm.severity] * MINUTE : Number.MAX_SAFE_INTEGER;
  const nextAt = later === undefined ? repeatAt : following.since + later.afterMinutes * MINUTE;
  const { isWorse, ...rest } = following;
  const moved = { ...rest, step: Math.min(step + 1, steps.length), repeats, nextAt };
  const who = isWorse ? steps.slice(0, step + 1).map((each) => each.who) : [current.who];
  const announced = state.announced.filter((at) => now - at < FLOOD_WINDOW_MS);
  const isHeld = alarm.severity === 'warning' && (isQuietHour(setup.plan, now) || announced.length >= FLOOD_AT);
  if (isHeld) {
    const held = [...state.held.filter(({ id }) => id !== alarm.id), alarm];
    return [{ state: { ...state, announced, held }, following: moved }, []];
  }
  const intents = intentsFor(setup, who, now, {
    about: 'open',
    alarms: [alarm],
    key: `${alarm.id}.${alarm.seq}.${step}.${repeats}`,
  });
  const told = [...new Set([...following.told, ...intents.map(({ channel }) => channel)])];
  const counted = alarm.severity === 'warning' ? [...announced, now] : announced;
  const noted = { ...state, announced: counted, chattering: chatteringAfter(state, alarm, now) };
  return [{ state: noted, following: { ...moved, told } }, intents];
}

const placeOf = ({ park, site, device = '', rule }: Alarm) => `${park}/${site}/${device}/${rule}`;

function chatteringUntil({ chattering = {} }: FollowUpState, alarm: Alarm): number {
  const told = chattering[placeOf(alarm)];
  if (told === undefined || !alarm.isChattering) return 0;
  const isWorse = alarm.severity === 'critical' && told.severity === 'warning';
  return isWorse ? 0 : told.at + CHATTERING_MS;
}

/** Bounded by what chatters within an hour. */
function chatteringAfter(
  { chattering = {} }: FollowUpState,
  alarm: Alarm,
  now: number,
): NonNullable<FollowUpState['chattering']> {
  const recent = Object.entries(chattering).filter(([, { at }]) => now - at < CHATTERING_MS);
  if (alarm.isChattering) recent.push([placeOf(alarm), { at: now, severity: alarm.severity }]);
  return Object.fromEntries(recent);
}

/** One message for everything held back, once the quiet hours or the flood are over, or every ten minutes of a flood. */
function digestOf(state: FollowUpState, now: number, setup: Setup): Result {
  if (state.held.length === 0) return [state, []];
  if (isQuietHour(setup.plan, now) || now - state.digestAt < FLOOD_WINDOW_MS) return [state, []];
  const intents = intentsFor(setup, ['on-duty'], now, { about: 'digest', alarms: state.held, key: `digest.${now}` });
  const told = intents.map(({ channel }) => channel);
  // Being in the digest counts as announced: none of them is repeated right after it.
  const following = { ...state.following };
  for (const { id, severity } of state.held) {
    const one = following[id];
    if (one === undefined) continue;
    const nextAt = Math.max(one.nextAt, now + setup.plan.repeatMinutes[severity] * MINUTE);
    following[id] = { ...one, nextAt, told: [...new Set([...one.told, ...told])] };
  }
  return [{ ...state, following, held: [], digestAt: now }, intents];
}

/** Those who were notified also learn that somebody has acknowledged it, or that it is over. */
function endingOf({ told }: Following, alarm: Alarm, now: number, { channels }: Setup): readonly Intent[] {
  const about = ENDINGS[alarm.state];
  if (about === undefined || told.length === 0) return [];
  return told
    .filter((channel) => channels.includes(channel))
    .map((channel) => ({
      ...{
        id: `${alarm.id}.${alarm.seq}.${about}.${channel}`,
        about,
        alarms: [alarm],
        channel,
        standIns: [],
        mobiles: [],
      },
      ...{ people: [], severity: 'warning' as const, decidedAt: now, notAfter: now + USEFUL_MS.warning },
    }));
}

const ENDINGS: Partial<Record<Alarm['state'], 'acknowledged' | 'returned' | 'recovered'>> = {
  acknowledged: 'acknowledged',
  returned: 'returned',
  closed: 'recovered',
};

interface About {
  readonly about: Intent['about'];
  readonly alarms: readonly Alarm[];
  readonly key: string;
}

/** One message per channel, even if several people share it. Without people, every channel is used. */
export function intentsFor(
  { plan, channels }: Setup,
  who: readonly Step['who'][],
  now: number,
  { about, alarms, key }: About,
): readonly Intent[] {
  const severity = alarms.some((alarm) => alarm.severity === 'critical') ? 'critical' : 'warning';
  const people: readonly Person[] =
    plan.people.length === 0
      ? channels.map((name) => ({ name: '', channels: [name] }))
      : [...new Set(who.flatMap((each) => peopleOf(plan, each, now)))];
  const byChannel = new Map<string, Person[]>();
  for (const person of people) {
    const first = person.channels.find((name) => channels.includes(name));
    if (first !== undefined) byChannel.set(first, [...(byChannel.get(first) ?? []), person]);
  }
  return [...byChannel].map(([channel, group]) => ({
    id: `${key}.${channel}`,
    about,
    alarms,
    channel,
    standIns: [...new Set(group.flatMap((person) => person.channels))].filter(
      (name) => name !== channel && channels.includes(name),
    ),
    mobiles: group.flatMap(({ mobile }) => (mobile === undefined ? [] : [mobile])),
    people: group.flatMap(({ name }) => (name === '' ? [] : [name])),
    severity,
    decidedAt: now,
    notAfter: now + USEFUL_MS[severity],
  }));
}
