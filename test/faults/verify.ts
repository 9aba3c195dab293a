/** Holds what the devices know against what InfluxDB holds, asked directly, and against the ledger. */
import type { LedgerView } from '../../api/api.ts';
import { valueAt } from '../kill/counting-device.ts';
import type { FleetTimes, Stage } from './stage.ts';

export interface Verdict {
  readonly acknowledged: number;
  readonly stored: number;
  /** Acknowledged, but neither stored nor in quarantine. */
  readonly missing: number;
  /** Counted as stored, or lying in InfluxDB, more than once. */
  readonly doubled: number;
  /** Stored, but never sent. */
  readonly phantom: number;
  /** Stored with another value than was measured. */
  readonly wrong: number;
  readonly quarantined: number;
  /** Devices whose row does not add up, or says other than InfluxDB. */
  readonly unbalanced: number;
}

/** All that was sent since the stage was opened, by index of the device. */
export class Account {
  readonly #sent: Set<number>[] = [];
  readonly #acknowledged: Set<number>[] = [];

  add(times: readonly FleetTimes[]): void {
    for (const [index, { sent, acknowledged }] of times.entries()) {
      addAll(this.#sent, index, sent);
      addAll(this.#acknowledged, index, acknowledged);
    }
  }

  /** Whether a row of the ledger counts all that was acknowledged to its device. */
  isKnown(stage: Stage, { device, received }: LedgerView): boolean {
    return received >= (this.#acknowledged[stage.deviceIds.indexOf(device)] ?? NONE).size;
  }

  async verify({ influx, deviceIds }: Stage, ledger: readonly LedgerView[]): Promise<Verdict> {
    const points = await storedPoints(influx.http);
    const sum = {
      acknowledged: 0,
      stored: 0,
      missing: 0,
      doubled: 0,
      phantom: 0,
      wrong: 0,
      quarantined: 0,
      unbalanced: 0,
    };
    for (const [index, device] of deviceIds.entries()) {
      const [sent, acknowledged] = [this.#sent[index] ?? NONE, this.#acknowledged[index] ?? NONE];
      const stored = points.get(device) ?? [];
      const times = new Set(stored.map(([time]) => time));
      const row = ledger.find((each) => each.device === device);
      const lost = [...acknowledged].filter((time) => !times.has(time)).length;
      const quarantined = row?.quarantined ?? 0;
      sum.acknowledged += acknowledged.size;
      sum.stored += stored.length;
      sum.missing += Math.max(0, lost - quarantined);
      sum.quarantined += quarantined;
      sum.doubled += stored.length - times.size + Math.max(0, (row?.stored ?? 0) - times.size);
      sum.phantom += [...times].filter((time) => !sent.has(time)).length;
      sum.wrong += stored.filter(([time, value]) => Math.abs(value - valueAt(time)) > 1e-9).length;
      const addsUp =
        row !== undefined &&
        row.stored === times.size &&
        row.received === row.stored + row.duplicate + row.quarantined + row.pending;
      if (!addsUp) sum.unbalanced += 1;
    }
    return sum;
  }
}

const NONE: ReadonlySet<number> = new Set();

function addAll(sets: Set<number>[], index: number, times: readonly number[]): void {
  const set = sets[index] ?? new Set();
  sets[index] = set;
  for (const time of times) set.add(time);
}

type Point = readonly [time: number, value: number];

async function storedPoints(http: string): Promise<Map<string, Point[]>> {
  const statement = 'SELECT "dissolved_oxygen" FROM "aquaculture_pond" WHERE "site" = \'fault-site\' GROUP BY "device"';
  const body = new URLSearchParams({ q: statement, db: 'daoyu', epoch: 'ms' });
  const response = await fetch(`${http}/query`, { method: 'POST', body });
  const { results } = (await response.json()) as {
    results: { series?: { tags: { device: string }; values: Point[] }[] }[];
  };
  return new Map((results[0]?.series ?? []).map(({ tags, values }) => [tags.device, values]));
}
