/** Holds what the devices know against what InfluxDB holds, asked directly, and against the ledger. */
import type { LedgerView } from '../../consumers/ledger.ts';
import { type Comparison, compare, type StoredPoint, sumOf } from '../kill/comparison.ts';
import type { FleetTimes, Stage } from './stage.ts';

/** Here missing is what lies in quarantine neither, and doubled what the ledger counts twice, too. */
export interface Verdict extends Comparison {
  readonly quarantined: number;
  /** Devices whose row does not add up, or says other than InfluxDB. */
  readonly unbalanced: number;
  /** Devices of which the ledger received more than they published, or less than was acknowledged to them: its own equation does not show that. */
  readonly miscounted: number;
}

/** All that was sent since the stage was opened, by index of the device. */
export class Account {
  readonly #sent: Set<number>[] = [];
  readonly #acknowledged: Set<number>[] = [];
  readonly #published: number[] = [];

  add(times: readonly FleetTimes[]): void {
    for (const [index, { sent, acknowledged, published }] of times.entries()) {
      this.#published[index] = (this.#published[index] ?? 0) + published;
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
    const comparisons: Comparison[] = [];
    let quarantined = 0;
    let unbalanced = 0;
    let miscounted = 0;
    for (const [index, device] of deviceIds.entries()) {
      const [sent, acknowledged] = [this.#sent[index] ?? NONE, this.#acknowledged[index] ?? NONE];
      const found = compare(points.get(device) ?? [], { sent, acknowledged });
      const distinct = found.stored - found.doubled;
      const row = ledger.find((each) => each.device === device);
      comparisons.push({
        ...found,
        missing: Math.max(0, found.missing - (row?.quarantined ?? 0)),
        doubled: found.doubled + Math.max(0, (row?.stored ?? 0) - distinct),
      });
      quarantined += row?.quarantined ?? 0;
      const addsUp =
        row?.stored === distinct && row.received === row.stored + row.duplicate + row.quarantined + row.pending;
      if (!addsUp) unbalanced += 1;
      const received = row?.received ?? 0;
      if (received > (this.#published[index] ?? 0) || received < acknowledged.size) miscounted += 1;
    }
    return { ...sumOf(comparisons), quarantined, unbalanced, miscounted };
  }
}

const NONE: ReadonlySet<number> = new Set();

function addAll(sets: Set<number>[], index: number, times: readonly number[]): void {
  const set = sets[index] ?? new Set();
  sets[index] = set;
  for (const time of times) set.add(time);
}

type Row = readonly [time: number, good: number | null, doubted: number | null];

/** A value stands in its field, or in the one for doubted values; in both it would be there twice. */
async function storedPoints(http: string): Promise<Map<string, readonly StoredPoint[]>> {
  const fields = '"dissolved_oxygen", "dissolved_oxygen:doubted"';
  const statement = `SELECT ${fields} FROM "aquaculture_pond" WHERE "site" = 'fault-site' GROUP BY "device"`;
  const body = new URLSearchParams({ q: statement, db: 'daoyu', epoch: 'ms' });
  const response = await fetch(`${http}/query`, { method: 'POST', body });
  const { results } = (await response.json()) as {
    results: { series?: { tags: { device: string }; values: Row[] }[] }[];
  };
  const pointsOf = ([time, ...values]: Row) =>
    values.flatMap((value): StoredPoint[] => (value === null ? [] : [[time, value]]));
  return new Map(
    (results[0]?.series ?? []).map(({ tags, values }) => [tags.device, values.flatMap((row) => pointsOf(row))]),
  );
}
