/**
 * The alarm load on the people on duty over a period: the figures of ISA-18.2 and EEMUA 191, counted per operating position, here a park. The limits
 * are theirs: one announcement in ten minutes is acceptable, two are manageable, more than ten are a flood.
 */
import { isBetweenHours } from '../base/beijing-time.ts';
import { type Alarm, type EndReason, isQuiet, type Transition } from './alarm.ts';
import type { NoticeOutcome } from './notify/notice-outcome.ts';

export const TEN_MINUTES_MS = 600_000;
/** More announcements than this in ten minutes are a flood. */
export const FLOOD_ABOVE = 10;
const FLEETING_MS = 5 * 60_000;
const STALE_MS = 24 * 3_600_000;
const TOP = 10;

export interface AlarmReport {
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly opened: number;
  /** By highest severity reached. */
  readonly critical: number;
  /** Between 20:00 and 08:00, Beijing. */
  readonly atNight: number;
  readonly byClass: Readonly<Record<string, number>>;
  /** Announcements: opened, reopened, became critical, or no longer shelved; not those that are over, shelved or explained by another alarm. */
  readonly announcements: number;
  readonly load: {
    readonly perTenMinutes: number;
    /** The worst ten minutes, starting at `at`. */
    readonly most: number;
    readonly at?: number;
    /** Minutes in floods, and their share of the period, 0…1. */
    readonly floodMinutes: number;
    readonly floodShare: number;
  };
  /** The alarms that opened most often, and their share of all, 0…1. */
  readonly top: readonly { readonly what: string; readonly count: number; readonly share: number }[];
  /** Opened five times or more within an hour. */
  readonly chattering: number;
  /** Closed within five minutes. */
  readonly fleeting: number;
  /** Open for longer than a day, or still open. */
  readonly stale: number;
  readonly acknowledged: { readonly count: number; readonly medianMs?: number; readonly p95Ms?: number };
  /** Critical ones that nobody acknowledged. */
  readonly unacknowledged: number;
  readonly shelved: number;
  readonly ended: Readonly<Partial<Record<EndReason, number>>>;
  readonly channels: readonly {
    readonly name: string;
    readonly delivered: number;
    readonly failed: number;
    readonly expired: number;
    /** From decided to delivered. */
    readonly p95Ms?: number;
  }[];
  /** Each who was told something or acknowledged something, by name. */
  readonly people: readonly {
    readonly name: string;
    /** Messages about alarms that reached them, repeats included. */
    readonly messages: number;
    readonly perTenMinutes: number;
    /** In the worst ten minutes. */
    readonly most: number;
    readonly acknowledged: number;
    /** From raised to acknowledged. */
    readonly medianMs?: number;
  }[];
}

export interface ReportInput {
  readonly from: number;
  readonly to: number;
  /** Opened in the period, drills left out. */
  readonly alarms: readonly Alarm[];
  readonly transitions: readonly Transition[];
  readonly notices: readonly NoticeOutcome[];
}

export function reportOf({ from, to, alarms, transitions, notices }: ReportInput): AlarmReport {
  const told = transitions.filter(isAnnouncement).map(({ noticedAt }) => noticedAt);
  const wasCritical = new Set(
    transitions.filter(({ alarm }) => alarm.severity === 'critical').map(({ alarm }) => alarm.id),
  );
  const waits = alarms.flatMap(({ raisedAt, acknowledgedAt }) =>
    acknowledgedAt === undefined ? [] : [acknowledgedAt - raisedAt],
  );
  const lasting = (alarm: Alarm) => (alarm.clearedAt ?? to) - alarm.openedAt;
  return {
    from,
    to,
    opened: alarms.length,
    critical: alarms.filter(({ id }) => wasCritical.has(id)).length,
    atNight: alarms.filter(({ openedAt }) => isBetweenHours(openedAt, 20, 8)).length,
    byClass: countBy(alarms, (alarm) => alarm.class),
    announcements: told.length,
    load: loadOf(told, from, to),
    top: topOf(alarms),
    chattering: alarms.filter(({ isChattering }) => isChattering === true).length,
    fleeting: alarms.filter((alarm) => alarm.clearedAt !== undefined && lasting(alarm) < FLEETING_MS).length,
    stale: alarms.filter((alarm) => lasting(alarm) > STALE_MS).length,
    acknowledged: { count: waits.length, ...quantilesOf(waits) },
    unacknowledged: alarms.filter(({ id, acknowledgedAt }) => wasCritical.has(id) && acknowledgedAt === undefined)
      .length,
    shelved: new Set(transitions.filter(({ change }) => change === 'shelved').map(({ alarm }) => alarm.id)).size,
    ended: countBy(alarms, ({ endReason }) => endReason),
    channels: channelsOf(notices),
    people: peopleOf(notices, alarms, from, to),
  };
}

function isAnnouncement({ change, alarm }: Transition): boolean {
  const isNews = ['opened', 'reopened', 'escalated', 'worsened', 'unshelved', 'unsuppressed'].includes(change);
  return isNews && alarm.state === 'open' && !isQuiet(alarm);
}

function loadOf(told: readonly number[], from: number, to: number): AlarmReport['load'] {
  const windows = Math.max(1, Math.ceil((to - from) / TEN_MINUTES_MS));
  const counts = new Map<number, number>();
  for (const at of told) {
    const window = Math.floor((at - from) / TEN_MINUTES_MS);
    counts.set(window, (counts.get(window) ?? 0) + 1);
  }
  const [worst] = [...counts].sort(([, one], [, other]) => other - one);
  const floods = [...counts.values()].filter((count) => count > FLOOD_ABOVE).length;
  return {
    perTenMinutes: told.length / windows,
    most: worst?.[1] ?? 0,
    ...(worst && { at: from + worst[0] * TEN_MINUTES_MS }),
    floodMinutes: floods * 10,
    floodShare: floods / windows,
  };
}

function topOf(alarms: readonly Alarm[]): AlarmReport['top'] {
  const counts = countBy(alarms, ({ park, site, device, rule }) =>
    [park, site, device, rule].filter(Boolean).join('/'),
  );
  return Object.entries(counts)
    .sort(([, one], [, other]) => other - one)
    .slice(0, TOP)
    .map(([what, count]) => ({ what, count, share: count / alarms.length }));
}

function channelsOf(notices: readonly NoticeOutcome[]): AlarmReport['channels'] {
  return [...new Set(notices.map(({ channel }) => channel))].sort().map((name) => {
    const own = notices.filter(({ channel }) => channel === name);
    const countOf = (result: NoticeOutcome['result']) => own.filter((each) => each.result === result).length;
    const waits = own
      .filter(({ result }) => result === 'delivered')
      .map(({ endedAt, decidedAt }) => endedAt - decidedAt);
    const { p95Ms } = quantilesOf(waits);
    const counts = { delivered: countOf('delivered'), failed: countOf('failed'), expired: countOf('expired') };
    return { name, ...counts, ...(p95Ms !== undefined && { p95Ms }) };
  });
}

/** A group chat reaches everybody whom the plan names for it. */
function peopleOf(
  notices: readonly NoticeOutcome[],
  alarms: readonly Alarm[],
  from: number,
  to: number,
): AlarmReport['people'] {
  const reached = notices.filter(
    ({ result, about }) => result === 'delivered' && (about === 'open' || about === 'digest'),
  );
  const names = [
    ...reached.flatMap(({ people = [] }) => people),
    ...alarms.flatMap(({ acknowledgedBy }) => acknowledgedBy ?? []),
  ];
  return [...new Set(names)].sort().map((name) => {
    const told = reached.filter(({ people = [] }) => people.includes(name)).map(({ endedAt }) => endedAt);
    const { perTenMinutes, most } = loadOf(told, from, to);
    const waits = alarms.flatMap(({ acknowledgedBy, acknowledgedAt, raisedAt }) =>
      acknowledgedBy === name && acknowledgedAt !== undefined ? [acknowledgedAt - raisedAt] : [],
    );
    const { medianMs } = quantilesOf(waits);
    return {
      ...{ name, messages: told.length, perTenMinutes, most, acknowledged: waits.length },
      ...(medianMs !== undefined && { medianMs }),
    };
  });
}

function countBy<T, K extends string>(items: readonly T[], keyOf: (item: T) => K | undefined): Record<K, number> {
  const counts = {} as Record<K, number>;
  for (const item of items) {
    const key = keyOf(item);
    if (key !== undefined) counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** The smallest value that half (or 95 %) do not exceed. */
function quantilesOf(values: readonly number[]): { readonly medianMs?: number; readonly p95Ms?: number } {
  const sorted = [...values].sort((one, other) => one - other);
  const [medianMs, p95Ms] = [0.5, 0.95].map((share) => sorted[Math.ceil(share * sorted.length) - 1]);
  return medianMs === undefined || p95Ms === undefined ? {} : { medianMs, p95Ms };
}
