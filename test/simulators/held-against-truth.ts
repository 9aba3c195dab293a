/** What the platform made of each value that a scenario's devices sent, beside what was put into it. */
import type { Flag } from '../../sensors/flag.ts';
import type { Point } from '../../store/store.ts';
import type { RunningPlatform } from '../running-platform.ts';
import type { ScenarioTruth, Record as TruthOf } from './run-scenario.ts';

export interface Verdict {
  readonly device: string;
  readonly kind: string;
  readonly field: string;
  /** Epoch ms, true. */
  readonly at: number;
  readonly sent: unknown;
  /** What the sensor would have shown. */
  readonly real: unknown;
  /** The fault that altered this value. Absent: it is as it was measured. */
  readonly fault?: string;
  /** What is made of it says nothing: the fault was not alone on this value or on the clock, or would have altered it had it been another, or the whole message was lost for another reason. */
  readonly isMixed: boolean;
  /** Withheld, and in quarantine with its reason; or stored, with these flags. */
  readonly outcome: 'withheld' | readonly Flag[];
}

const CLOCKS = ['clock-step', 'clock-reset', 'clock-drift'];
/** A bare NaN makes the JSON of the message unreadable: what was sent with it is lost as well. */
const BARE = 'non-finite';
/** They touch messages or whole readings, never a value. */
const NO_VALUES = ['dropout', 'duplicate', 'truncated-payload', 'low-battery', 'offline', 'late-batch', 'lost-ack'];

export async function verdictsOf({ get, platform }: RunningPlatform, truth: ScenarioTruth): Promise<Verdict[]> {
  const kinds = new Map(truth.of('device').map(({ device, kind }) => [device, kind]));
  const stored = new Map<string, readonly Flag[]>();
  for (const [device, kind] of kinds) {
    const fields = platform.kinds.get(kind)?.fields.map(({ name }) => name) ?? [];
    const [park, name] = device.split('.');
    const { series } = await get<{ readonly series: readonly { readonly field: string; readonly points: Point[] }[] }>(
      `/api/v1/series?kind=${kind}&park=${park}&device=${name}&fields=${fields.join()}&from=-30d`,
    );
    for (const { field, points } of series)
      for (const [time, , flags = []] of points) stored.set(`${device}/${field}/${time}`, flags);
  }
  const windowsOf = new Map<string, TruthOf<'fault'>[]>();
  for (const window of truth.of('fault'))
    windowsOf.set(window.device, [...(windowsOf.get(window.device) ?? []), window]);
  return truth.of('reading').flatMap((reading) => {
    const { device, at, time, values, faults = [] } = reading;
    const outcomeOf = (field: string) => stored.get(`${device}/${field}/${time}`) ?? ('withheld' as const);
    const isLost = Object.keys(values).every((field) => outcomeOf(field) === 'withheld');
    return Object.entries(values).map(([field, sent]) => {
      const near = windowsNear(reading, field, windowsOf.get(device) ?? []);
      const causes = near.filter((name) => reading.real?.[field] !== undefined && faults.includes(name));
      const [fault] = causes;
      return {
        ...{ device, kind: kinds.get(device) ?? '', field, at, sent },
        real: reading.real?.[field] ?? sent,
        ...(fault !== undefined && { fault }),
        isMixed:
          causes.length > 1 ||
          (fault === undefined && near.some((name) => name !== 'spike')) ||
          faults.some((name) => CLOCKS.includes(name)) ||
          (isLost && fault !== BARE),
        outcome: outcomeOf(field),
      };
    });
  });
}

/** The faults that have this field in hand at that time, whether or not they changed this value. */
function windowsNear(
  { at }: TruthOf<'reading'>,
  field: string,
  windows: readonly TruthOf<'fault'>[],
): readonly string[] {
  const names = windows
    .filter(({ from, to, fields }) => from <= at && at < to && fields.includes(field))
    .map(({ fault }) => fault);
  return [...new Set(names)].filter((name) => !NO_VALUES.includes(name) && !CLOCKS.includes(name));
}
