/** What a store holds of a device, against what the device itself knows that it sent. */
import type { LedgerView } from '../../consumers/ledger.ts';
import { type CountingDevice, valueAt } from './counting-device.ts';

export type StoredPoint = readonly [time: number, value: number];

export interface Comparison {
  readonly acknowledged: number;
  readonly stored: number;
  /** Acknowledged, but not stored. */
  readonly missing: number;
  /** Stored more than once. */
  readonly doubled: number;
  /** Stored, but never sent. */
  readonly phantom: number;
  /** Stored with another value than was measured. */
  readonly wrong: number;
}

export function compare(
  points: readonly StoredPoint[],
  { sent, acknowledged }: { readonly sent: ReadonlySet<number>; readonly acknowledged: ReadonlySet<number> },
): Comparison {
  const times = new Set(points.map(([time]) => time));
  return {
    acknowledged: acknowledged.size,
    stored: points.length,
    missing: [...acknowledged].filter((time) => !times.has(time)).length,
    doubled: points.length - times.size,
    phantom: [...times].filter((time) => !sent.has(time)).length,
    wrong: points.filter(([time, value]) => Math.abs(value - valueAt(time)) > 1e-9).length,
  };
}

export function sumOf(comparisons: readonly Comparison[]): Comparison {
  const sum = (name: keyof Comparison) => comparisons.reduce((total, each) => total + each[name], 0);
  return {
    acknowledged: sum('acknowledged'),
    stored: sum('stored'),
    missing: sum('missing'),
    doubled: sum('doubled'),
    phantom: sum('phantom'),
    wrong: sum('wrong'),
  };
}

interface Answer {
  readonly series: readonly { readonly points: readonly StoredPoint[] }[];
}

/** Whether a row of the ledger counts what the device published: its own equation holds as well when something counts twice. */
export function countsWhatWasSent(
  { received }: Pick<LedgerView, 'received'>,
  { published, acknowledged }: Pick<CountingDevice, 'published' | 'acknowledged'>,
): boolean {
  return received >= acknowledged.size && received <= published;
}

/** All that the API gives of a device since then. */
export async function storedOf(
  get: <T>(path: string) => Promise<T>,
  { device }: CountingDevice,
  since: number,
): Promise<readonly StoredPoint[]> {
  const from = new Date(since).toISOString();
  const { series } = await get<Answer>(
    `/api/v1/series?kind=aquaculture_pond&park=daoyu&device=${device}&fields=dissolved_oxygen&from=${from}`,
  );
  return series.flatMap(({ points }) => points);
}
