/** An alarm and what happens to it: the form on the log, in the shared state and in the API. */
import type { Label } from '../sensors/label.ts';

export const ALARM_CLASSES = ['process', 'sensor', 'communication', 'platform'] as const;
/** What is wrong: the water or the cargo, a probe, the way of the data, or the platform itself. Each has its own receivers. */
export type AlarmClass = (typeof ALARM_CLASSES)[number];

export const SEVERITIES = ['warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const ALARM_STATES = ['open', 'acknowledged', 'returned', 'shelved', 'closed'] as const;
/** `returned`: a critical alarm whose cause is gone before anybody acknowledged it; it stays until somebody does. */
export type AlarmState = (typeof ALARM_STATES)[number];

export const END_REASONS = ['recovered', 'unobserved', 'rule_removed', 'device_removed'] as const;
/** `unobserved`: of the past, and no reading tells when it ended. */
export type EndReason = (typeof END_REASONS)[number];

export interface Shelving {
  /** Epoch ms. */
  readonly until: number;
  readonly by: string;
  readonly reason: string;
}

export interface Alarm {
  /** `{openedAt}-{hash of park, device and rule}`: sorts by time, the same after any replay. */
  readonly id: string;
  readonly park: string;
  /** Empty where the whole park or the platform is meant. */
  readonly site: string;
  readonly device?: string;
  readonly field?: string;
  /** `dissolved_oxygen_low`, `device_silent`, `aerator_without_power`… */
  readonly rule: string;
  readonly class: AlarmClass;
  readonly severity: Severity;
  readonly state: AlarmState;
  /** The values that would tell how it stands are missing or doubtful: it neither clears nor gets worse until they are back. */
  readonly isBlind: boolean;
  /** Measured time of the first reading beyond the limit, epoch ms. */
  readonly openedAt: number;
  /** When the platform learned enough to raise it. */
  readonly raisedAt: number;
  /** Measured time at which the value had been good for long enough. */
  readonly clearedAt?: number;
  readonly acknowledgedBy?: string;
  readonly acknowledgedAt?: number;
  readonly note?: string;
  readonly shelved?: Shelving;
  /** Id of the alarm that explains this one: an outage of the park, for a device that is silent. */
  readonly suppressedBy?: string;
  /** The site or device is under maintenance until then: nobody is to be called. */
  readonly maintenanceUntil?: number;
  /** It lay wholly in the past when the platform learned of it: recorded, but nobody is to be woken. */
  readonly isHistoric?: true;
  /** Raised from readings that came late, and still going on. */
  readonly isLate?: true;
  /** Opened five times or more within an hour. */
  readonly isChattering?: true;
  readonly endReason?: EndReason;
  /** The worst value so far, and when it was measured. */
  readonly worst?: { readonly value: number; readonly at: number };
  /** Of an outage: the devices, `site/device`. */
  readonly children?: readonly string[];
  /** What it was judged by. */
  readonly profile?: { readonly name: string; readonly version: number };
  readonly source?: string;
  /** What is wrong, with the value and its limit. */
  readonly text: Label;
  /** What to do. */
  readonly action: Label;
  /** Of the last transition. */
  readonly seq: number;
}

export const CHANGES = [
  'opened',
  'escalated',
  'eased',
  'acknowledged',
  'returned',
  'reopened',
  'closed',
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
  'updated',
] as const;
export type ChangeName = (typeof CHANGES)[number];

/** Where on the log a transition comes from. Grows with every transition; the same entry read again gives the same. */
export interface Origin {
  readonly position: number;
  readonly ordinal: number;
}

/** Subject `daoyu.alarms.{park}`. May stand on the log twice after a crash, with the same origin: readers skip what is not above the last origin they took. */
export interface Transition {
  readonly version: 1;
  /** 1, 2, 3… of the alarm, without a gap. */
  readonly seq: number;
  readonly change: ChangeName;
  /** Measured time, or the deadline that passed. */
  readonly at: number;
  /** When the platform noticed. */
  readonly noticedAt: number;
  readonly origin: Origin;
  readonly by?: string;
  /** The alarm as it is after it. */
  readonly alarm: Alarm;
}

/** Whether the transition may call people: not what is past, shelved, under maintenance, or explained by another alarm. */
export function isQuiet({ isHistoric, shelved, suppressedBy, maintenanceUntil }: Alarm): boolean {
  return isHistoric === true || shelved !== undefined || suppressedBy !== undefined || maintenanceUntil !== undefined;
}
