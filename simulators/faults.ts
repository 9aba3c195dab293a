/** Loads the faults and applies the plans of a scenario to one device: windows, alterations, connection changes. */

import { DaoyuError } from '../base/errors.ts';
import { clientIdOf } from '../base/topics.ts';
import type { Field, Kind } from '../sensors/kind.ts';
import { loadDefinitions } from './definitions.ts';
import type { Fault, LinkFault, Message, ReplyFault } from './fault.ts';
import { type FaultPlan, optionsOf } from './fault-plan.ts';
import type { Measurement } from './measurement.ts';
import { seedOf, uniform } from './random.ts';
import { createWindowLookup, type Window, windowsOf } from './windows.ts';

const OURS = new URL('./faults/', import.meta.url);

export async function loadFaults(): Promise<ReadonlyMap<string, Fault>> {
  const faults = (await loadDefinitions(OURS)) as ReadonlyMap<string, Fault>;
  for (const [file, { name }] of faults) {
    if (file !== name)
      throw new DaoyuError(
        'FAULT_INVALID',
        `simulators/faults/${file}: its name is "${name}" but must equal the file name`,
      );
  }
  return faults;
}

export interface FaultyDevice {
  readonly park: string;
  readonly site: string;
  readonly device: string;
  readonly kind: string;
}

/** One fault on one device, as recorded in the truth file. */
export interface PlannedFault {
  readonly fault: string;
  readonly fields: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly windows: readonly Window[];
}

export interface DeviceFaults {
  readonly planned: readonly PlannedFault[];
  /** Alters readings. Outside all windows it returns the same object. */
  alter(measurement: Measurement): readonly Measurement[];
  /** Alters payloads, by the newest reading of the message. */
  send(message: Message, newest: Measurement): readonly Message[];
  readonly link: readonly { readonly fault: LinkFault; readonly window: Window }[];
  /** How the device answers commands at an instant. */
  replyAt(at: number): ReplyFault | undefined;
}

export interface FaultContext {
  readonly faults: ReadonlyMap<string, Fault>;
  readonly plans: readonly FaultPlan[];
  /** All devices of the run: a share is chosen by rank, so that even a small fleet has a faulty one. */
  readonly fleet: readonly FaultyDevice[];
  readonly start: number;
  readonly seed: string;
}

/** Throws `SCENARIO_INVALID` if a plan names an unknown fault or field. */
export function createFaultsOf(context: FaultContext): (device: FaultyDevice, kind: Kind) => DeviceFaults {
  const chosen = context.plans.map((plan, index) => devicesOf(plan, index, context));
  return (device, kind) => {
    const name = clientIdOf(device);
    const parts = context.plans.flatMap((plan, index) =>
      chosen[index]?.has(name) ? [partOf(plan, index, name, kind, context)] : [],
    );
    return compose(parts);
  };
}

type Step = (measurement: Measurement) => readonly Measurement[];
type Send = (message: Message, newest: Measurement) => readonly Message[];

interface Part {
  readonly planned: PlannedFault;
  readonly step?: Step;
  readonly send?: Send;
  readonly link?: LinkFault;
  readonly replies?: (at: number) => ReplyFault | undefined;
}

function compose(parts: readonly Part[]): DeviceFaults {
  const steps = parts.flatMap(({ step }) => (step === undefined ? [] : [step]));
  const sends = parts.flatMap(({ send }) => (send === undefined ? [] : [send]));
  return {
    planned: parts.map(({ planned }) => planned),
    alter(measurement) {
      let list: readonly Measurement[] = [measurement];
      for (const step of steps) list = list.flatMap(step);
      return list;
    },
    send(message, newest) {
      let list: readonly Message[] = [message];
      for (const send of sends) list = list.flatMap((each) => send(each, newest));
      return list;
    },
    replyAt(at) {
      for (const { replies } of parts) {
        const found = replies?.(at);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    link: parts.flatMap(({ link, planned }) =>
      link === undefined ? [] : planned.windows.map((window) => ({ fault: link, window })),
    ),
  };
}

function partOf(plan: FaultPlan, index: number, device: string, kind: Kind, context: FaultContext): Part {
  const fault = context.faults.get(plan.fault);
  if (fault === undefined) throw unknown(plan, context);
  const seed = `${context.seed}/${index}/${plan.fault}`;
  // A failed cell affects all devices at once; a bad contact affects one.
  const windows = windowsOf(plan, context.start, plan.together ? seed : `${seed}/${device}`);
  const options = optionsOf(fault, plan);
  const fields = fieldsOf(fault, plan, kind);
  const planned = { fault: fault.name, fields: fields.map(({ name }) => name), options, windows };
  const setting = { options, kind, fields, seed: seedOf(`${seed}/${device}/chance`) };
  const windowAt = createWindowLookup(windows);
  const alteration = fault.readings?.(setting);
  const messages = fault.messages?.(setting);
  const replies = fault.replies?.(options);
  return {
    planned,
    ...(alteration && {
      step: (measurement) => {
        const window = windowAt(measurement.at);
        if (window !== undefined) return alteration.alter(measurement, window);
        alteration.watch?.(measurement);
        return [measurement];
      },
    }),
    ...(messages && {
      send: (message, newest) => (windowAt(newest.at) === undefined ? [message] : messages(message, newest)),
    }),
    ...(fault.link && { link: fault.link(options) }),
    ...(replies && { replies: (at) => (windowAt(at) === undefined ? undefined : replies) }),
  };
}

function unknown(plan: FaultPlan, { faults }: FaultContext): DaoyuError {
  return new DaoyuError(
    'SCENARIO_INVALID',
    `there is no fault "${plan.fault}"; known: ${[...faults.keys()].join(', ')}`,
  );
}

function fieldsOf(fault: Fault, plan: FaultPlan, kind: Kind): readonly Field[] {
  if (plan.fields === undefined) {
    return kind.fields.filter((field) =>
      fault.appliesTo === undefined ? field.shape === 'number' : fault.appliesTo(field),
    );
  }
  return plan.fields.flatMap((name) => kind.fields.filter((field) => field.name === name));
}

/** Takes a share by rank of a random draw: the same devices for the same seed, at least one. */
function devicesOf(plan: FaultPlan, index: number, { fleet, seed }: FaultContext): ReadonlySet<string> {
  const { kinds, sites, devices, share = 1 } = plan.on ?? {};
  const candidates = fleet.filter(
    (each) =>
      (kinds?.includes(each.kind) ?? true) &&
      (sites?.includes(each.site) ?? true) &&
      (devices?.includes(each.device) ?? true),
  );
  if (share === 1) return new Set(candidates.map(clientIdOf));
  const throwOf = (each: FaultyDevice) => uniform(seedOf(`${seed}/${index}/chosen/${clientIdOf(each)}`), 0);
  const ranked = candidates
    .map((each) => ({ name: clientIdOf(each), rank: throwOf(each) }))
    .sort((a, b) => a.rank - b.rank);
  return new Set(ranked.slice(0, Math.ceil(share * ranked.length)).map(({ name }) => name));
}
