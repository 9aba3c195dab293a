/** What log entries contain: canonical readings or quarantined messages, each with the counts of what was received to make it. */
import type { Reading } from '../sensors/reading.ts';
import type { Tally } from '../sensors/tally.ts';
import type { QuarantineRecord } from './rejection.ts';

/** Subject `daoyu.readings.{park}.{kind}.{partition}`. */
export interface ReadingsEntry {
  readonly version: 1;
  readonly readings: readonly Reading[];
  readonly tallies: readonly Tally[];
}

/** Subject `daoyu.quarantine.{park}.{partition}`. */
export interface QuarantineEntry {
  readonly version: 1;
  readonly records: readonly QuarantineRecord[];
  readonly tallies: readonly Tally[];
}

/** Subject `daoyu.devices.{park}`. */
export interface DeviceEntry {
  readonly version: 1;
  readonly park: string;
  readonly device: string;
  readonly status: 'online' | 'offline';
  /** Epoch ms. */
  readonly at: number;
}

export const REPLY_STATES = ['received', 'done', 'failed'] as const;

/** A device's answer to a command. */
export interface CommandReply {
  readonly state: (typeof REPLY_STATES)[number];
  readonly message?: string;
  readonly value?: unknown;
}

/** Common to all entries about a command. */
interface OfCommand {
  readonly version: 1;
  readonly park: string;
  readonly device: string;
  /** Of the command. */
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
}

/** Subject `daoyu.commands.{park}`. If a reply and the expiry coincide, the order of the log decides. */
export type CommandEntry =
  | (OfCommand & {
      readonly is: 'sent';
      readonly name: string;
      readonly value: unknown;
      readonly by: string;
      /** Epoch ms. */
      readonly expires: number;
    })
  | (OfCommand & CommandReply & { readonly is: 'reply' })
  | (OfCommand & { readonly is: 'expired' });

/** What people and programs do, and what is refused to them. */
export const AUDIT_ACTIONS = [
  ...['sign-in', 'sign-in.fail', 'sign-out', 'session.end', 'access.refuse'],
  ...['account.add', 'account.change', 'account.remove', 'account.password', 'account.sign-out'],
  'account.second-factor',
  ...['invitation.make', 'invitation.withdraw', 'token.make', 'token.revoke'],
  ...['screen.make', 'screen.link', 'screen.remove', 'share.make', 'share.revoke'],
  ...['park.add', 'park.change', 'park.remove', 'site.add', 'site.change', 'site.remove', 'demo.remove'],
  ...['device.add', 'device.change', 'device.password', 'device.mapping', 'device.remove', 'profile.change'],
  ...['channel.change', 'channel.remove', 'channel.test', 'plan.change'],
  ...['alarm.acknowledge', 'alarm.shelve', 'alarm.drill', 'maintenance.set', 'command.send', 'quarantine.replay'],
  ...['automation.change', 'automation.resume'],
  ...['doctor.start', 'doctor.stop'],
  ...['event.record', 'correction.record', 'readings.import'],
  ...['series.export', 'alarm.export', 'audit.export'],
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Subject `daoyu.audit.{park}`, or `daoyu.audit` for what belongs to no park. Never a secret. */
export interface AuditEntry {
  readonly version: 1;
  /** Sorts by time. */
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly who: {
    /** `person`, `program`, `screen`, `installation`, `link`; `message` for the link in a message, `stranger` for whoever did not get in. */
    readonly kind: string;
    readonly id: string;
    readonly name: string;
  };
  /** Network address. */
  readonly from?: string;
  readonly what: AuditAction;
  readonly park?: string;
  /** What it was done to, e.g. `tianyu/probe`. */
  readonly where?: string;
  /** Members that differ; `after` alone holds what was asked where nothing was there before. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  /** Why it was refused. */
  readonly code?: string;
  /** Of the same sort that were not written down, lest whoever tries doors fill the log. */
  readonly more?: number;
}

/** Subject `daoyu.clock`: time is an event on the log, so that what happens without a message (silence, the end of a shelving) is the same in every replay. */
export interface ClockEntry {
  readonly version: 1;
  /** Epoch ms. */
  readonly at: number;
  /** The state of the platform, as the clock writer sees it. */
  readonly platform?: PlatformReport;
}

export interface PlatformReport {
  /** Why the log accepts no readings: it is full of entries that a consumer still needs. */
  readonly logFull?: string;
  readonly isStoreWritable?: boolean;
  readonly storeProblem?: string;
  /** Consumers that lag behind the log more than they should. */
  readonly behind?: readonly { readonly name: string; readonly pending: number }[];
  /** Share of the data folder's disk that is free, 0…1. */
  readonly freeDisk?: number;
  /** Evidence against the clock of the machine, ms: it is behind its own earlier time, or it jumped within the last minutes. */
  readonly clockDoubt?: { readonly behindMs?: number; readonly steppedMs?: number };
  /** Absent where the machine cannot say. */
  readonly isClockSetFromNetwork?: boolean;
  /** Channels that cannot deliver, and why. */
  readonly failingChannels?: readonly { readonly name: string; readonly why: string }[];
  /** Epoch ms from which on the plan has shifts but nobody on duty, within the next day. */
  readonly unmannedFrom?: number;
  /** Epoch ms at which the first certificate that the platform shows expires. */
  readonly certificateUntil?: number;
}

/**
 * Subject `daoyu.registry`: what the registry holds, for consumers that judge by it: in parts when the writer begins (`part` of `parts`; what is in none of them
 * is gone), else single changes. Never a password.
 */
export interface RegistryEntry {
  readonly version: 1;
  readonly part?: number;
  readonly parts?: number;
  readonly parks?: readonly object[];
  readonly sites?: readonly object[];
  readonly devices?: readonly object[];
  readonly profiles?: readonly object[];
}
