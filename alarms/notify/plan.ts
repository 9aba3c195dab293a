/** Who is notified of an alarm, when and on which channels: people, shifts with exceptions, and the steps until somebody acknowledges. */
import { dayOf, isDay, startOfDay } from '../../base/beijing-time.ts';

export interface Person {
  readonly name: string;
  /** For mentions in group chats that support them. */
  readonly mobile?: string;
  /** Names of channels in order; the others replace the first if it is broken. */
  readonly channels: readonly string[];
}

/** Weekly, in Beijing time. A shift whose end is not after its start ends on the next day. */
export interface Shift {
  /** 1 Monday … 7 Sunday: the day on which it starts. */
  readonly days: readonly number[];
  /** `20:00` */
  readonly from: string;
  readonly to: string;
  readonly people: readonly string[];
}

/** Replaces all shifts that start on that day: a holiday, a swap. */
export interface ShiftException extends Omit<Shift, 'days'> {
  /** `2026-10-01`, Beijing. */
  readonly date: string;
}

export interface Step {
  /** Minutes without acknowledgement after which the step is taken. */
  readonly afterMinutes: number;
  readonly who: 'on-duty' | 'everyone' | readonly string[];
}

export interface Plan {
  readonly people: readonly Person[];
  readonly shifts: readonly Shift[];
  readonly exceptions: readonly ShiftException[];
  readonly steps: readonly Step[];
  /** Warnings wait until these hours are over and come as one digest; critical alarms never wait. Beijing time. */
  readonly quietHours?: { readonly from: string; readonly to: string };
  /** Minutes between repeats after the last step, until somebody acknowledges. */
  readonly repeatMinutes: { readonly critical: number; readonly warning: number };
  /** Public address of the page, for links in messages: `https://ponds.example.com`. */
  readonly publicUrl?: string;
}

/** The default plan: notifies every channel at once, and again until somebody acknowledges. */
export const DEFAULT_PLAN: Plan = {
  people: [],
  shifts: [],
  exceptions: [],
  steps: [{ afterMinutes: 0, who: 'on-duty' }],
  repeatMinutes: { critical: 10, warning: 240 },
};

const DAY = 86_400_000;
const GAP_STEP_MS = 5 * 60_000;
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;

const minutesOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

/** Everyone if nobody is on duty: an empty shift must not mean that nobody is notified. */
export function onDuty(plan: Plan, at: number): readonly Person[] {
  const names = new Set([at, at - DAY].flatMap((time) => namesOn(plan, dayOf(time), at)));
  const found = plan.people.filter(({ name }) => names.has(name));
  return found.length > 0 ? found : plan.people;
}

/**
 * Since when, or from when on within a day, nobody is on duty although the plan has shifts; undefined when somebody always is. To five minutes: a shorter
 * gap is a hand-over. What has been so for a day is so since midnight.
 */
export function unmannedFrom(plan: Plan, now: number): number | undefined {
  if (plan.people.length === 0 || plan.shifts.length === 0) return undefined;
  const isManned = (at: number) => {
    const names = [at, at - DAY].flatMap((time) => namesOn(plan, dayOf(time), at));
    return plan.people.some(({ name }) => names.includes(name));
  };
  const start = Math.floor(now / GAP_STEP_MS) * GAP_STEP_MS;
  if (isManned(start)) {
    for (let at = start; at <= now + DAY; at += GAP_STEP_MS) if (!isManned(at)) return at;
    return undefined;
  }
  for (let at = start; at > now - DAY; at -= GAP_STEP_MS) if (isManned(at)) return at + GAP_STEP_MS;
  return startOfDay(dayOf(now));
}

/** People of the shifts that start on a day and cover the time. */
function namesOn({ shifts, exceptions }: Plan, day: string, at: number): readonly string[] {
  const replaced = exceptions.filter(({ date }) => date === day);
  const start = startOfDay(day);
  const weekday = new Date(start + DAY / 2).getUTCDay() || 7;
  const standing = replaced.length > 0 ? replaced : shifts.filter(({ days }) => days.includes(weekday));
  return standing.flatMap(({ from, to, people }) => (isWithin(start, from, to, at) ? people : []));
}

function isWithin(startOfItsDay: number, from: string, to: string, at: number): boolean {
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  const minute = (at - startOfItsDay) / 60_000;
  return minute >= begin && minute < (end <= begin ? end + 24 * 60 : end);
}

export function isQuietHour({ quietHours }: Plan, at: number): boolean {
  if (quietHours === undefined) return false;
  return [at, at - DAY].some((time) => isWithin(startOfDay(dayOf(time)), quietHours.from, quietHours.to, at));
}

export function peopleOf(plan: Plan, who: Step['who'], at: number): readonly Person[] {
  if (who === 'everyone') return plan.people;
  if (who === 'on-duty') return onDuty(plan, at);
  return plan.people.filter(({ name }) => who.includes(name));
}

/** Everything wrong with a plan, in sentences that say what would be right. */
export function* problemsOfPlan(plan: Plan, channels: ReadonlySet<string>): Generator<string> {
  const names = plan.people.map(({ name }) => name);
  const known = new Set(names);
  if (known.size < names.length) yield 'two people have the same name';
  for (const { name, channels: own } of plan.people) {
    if (own.length === 0) yield `${name} has no channel`;
    for (const each of own)
      if (!channels.has(each))
        yield `${name}: there is no channel ${each}; there are ${[...channels].join(', ') || 'none'}`;
  }
  for (const [index, shift] of [...plan.shifts, ...plan.exceptions].entries()) {
    if (!CLOCK.test(shift.from) || !CLOCK.test(shift.to))
      yield `shift ${index + 1}: from and to must be times such as 20:00`;
    for (const each of shift.people) if (!known.has(each)) yield `shift ${index + 1}: there is no person named ${each}`;
    if ('date' in shift && !isDay(shift.date)) yield `${shift.date} must be a day such as 2026-10-01`;
    if ('days' in shift && !shift.days.every((day) => Number.isInteger(day) && day >= 1 && day <= 7))
      yield `shift ${index + 1}: days must be 1 (Monday) to 7 (Sunday)`;
  }
  if (plan.steps.length === 0 || plan.steps[0]?.afterMinutes !== 0) yield 'the first step must come after 0 minutes';
  for (const [index, { afterMinutes, who }] of plan.steps.entries()) {
    if (index > 0 && afterMinutes <= (plan.steps[index - 1]?.afterMinutes ?? 0))
      yield `step ${index + 1} must come later than the one before it`;
    if (typeof who !== 'string')
      for (const each of who) if (!known.has(each)) yield `step ${index + 1}: there is no person named ${each}`;
  }
  const { quietHours } = plan;
  if (quietHours && !(CLOCK.test(quietHours.from) && CLOCK.test(quietHours.to)))
    yield 'quietHours must be times such as 22:00 and 07:00';
  if (plan.publicUrl !== undefined && !/^https?:\/\/[^\s/]+(\/\S*)?$/.test(plan.publicUrl))
    yield 'publicUrl must be an address such as https://ponds.example.com';
}
