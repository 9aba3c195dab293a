/** An alarm and its transitions: the form on the log, in the shared state and in the API. */
import type { Label } from '../sensors/label.ts';

export const ALARM_CLASSES = ['process', 'sensor', 'communication', 'platform'] as const;
/** What is wrong: the process (water, cargo), a probe, the data link, or the platform itself. Each class has its own receivers. */
export type AlarmClass = (typeof ALARM_CLASSES)[number];

export const SEVERITIES = ['warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const ALARM_STATES = ['open', 'acknowledged', 'returned', 'shelved', 'closed'] as const;
/** `returned`: a critical alarm whose cause ended before anybody acknowledged it; it stays until somebody does. */
export type AlarmState = (typeof ALARM_STATES)[number];

export const END_REASONS = ['recovered', 'unobserved', 'rule_removed', 'device_removed'] as const;
/** `unobserved`: an alarm of the past, without a reading that shows when it ended. */
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
  /** Empty for the whole park or the platform. */
  readonly site: string;
  readonly device?: string;
  readonly field?: string;
  /** `dissolved_oxygen_low`, `device_silent`, `aerator_without_power`… */
  readonly rule: string;
  readonly class: AlarmClass;
  readonly severity: Severity;
  readonly state: AlarmState;
  /** The values it depends on are missing or doubtful: it neither clears nor gets worse until they are back. */
  readonly isBlind: boolean;
  /** Measured time of the first reading beyond the limit, epoch ms. */
  readonly openedAt: number;
  /** When the platform had enough readings to raise it. */
  readonly raisedAt: number;
  /** Measured time at which the value had been clear for long enough. */
  readonly clearedAt?: number;
  readonly acknowledgedBy?: string;
  readonly acknowledgedAt?: number;
  readonly note?: string;
  readonly shelved?: Shelving;
  /** Id of the alarm that explains this one: for a silent device, the outage of its park. */
  readonly suppressedBy?: string;
  /** The site or device is under maintenance until then: nobody is notified. */
  readonly maintenanceUntil?: number;
  /** It was already over when the platform learned of it: recorded, but nobody is notified. */
  readonly isHistoric?: true;
  /** Raised by late readings, and still open. */
  readonly isLate?: true;
  /** Opened five times or more within an hour. */
  readonly isChattering?: true;
  readonly endReason?: EndReason;
  /** The worst value so far, and when it was measured. */
  readonly worst?: { readonly value: number; readonly at: number };
  /** Of an outage: the devices, `site/device`. */
  readonly children?: readonly string[];
  /** The profile applied. */
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
  'worsened',
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

/** The log position that caused a transition. Grows with every transition; the same entry read again gives the same origin. */
export interface Origin {
  readonly position: number;
  readonly ordinal: number;
}

/** Subject `daoyu.alarms.{park}`. May be on the log twice after a crash, with the same origin: readers skip origins that are not above the last one taken. */
export interface Transition {
  readonly version: 1;
  /** 1, 2, 3… within the alarm, without gaps. */
  readonly seq: number;
  readonly change: ChangeName;
  /** Measured time, or a deadline that passed. */
  readonly at: number;
  /** When the platform noticed. */
  readonly noticedAt: number;
  readonly origin: Origin;
  readonly by?: string;
  /** The alarm after the transition. */
  readonly alarm: Alarm;
}

/** Whether the transition may notify people: not if it is historic, shelved, under maintenance, or explained by another alarm. */
export function isQuiet({ isHistoric, shelved, suppressedBy, maintenanceUntil }: Alarm): boolean {
  return isHistoric === true || shelved !== undefined || suppressedBy !== undefined || maintenanceUntil !== undefined;
}
