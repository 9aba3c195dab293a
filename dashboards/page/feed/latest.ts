/** Each device's newest values by measured time; a reading applied twice or out of order changes nothing that is newer. */

import type { LatestRow as Row } from '../../../api/routes/latest.ts';
import { latestKey } from '../../../base/keys.ts';
import type { Flag } from '../../../sensors/flag.ts';
import { isNewer, type Reading } from '../../../sensors/reading.ts';

/** As returned by the API; one created by a live reading has no assessment of the server. */
export type LatestRow = Pick<Row, 'park' | 'site' | 'device' | 'kind' | 'time' | 'receivedAt' | 'values'> &
  Partial<Row>;

export const keyOf = ({
  park,
  device,
  kind,
}: {
  readonly park: string;
  readonly device: string;
  readonly kind: string;
}) => latestKey(park, device, kind);

export function withReading(row: LatestRow | undefined, reading: Reading): LatestRow {
  if (row === undefined || row.time === null) {
    const { park, site, device, kind, time, receivedAt, values, flags = {} } = reading;
    return { park, site, device, kind, time, receivedAt, values, flags };
  }
  const rowTime = row.time;
  const receivedAt = row.receivedAt ?? rowTime;
  const isNewest = !isNewer({ time: rowTime, receivedAt }, reading);
  const newest = isNewest ? reading.time : rowTime;
  const values: Record<string, number> = { ...row.values };
  const flags: Record<string, readonly Flag[]> = { ...row.flags };
  const times: Record<string, number> = {};
  for (const name of Object.keys(values)) times[name] = row.olderFields?.[name] ?? rowTime;
  for (const [name, value] of Object.entries(reading.values)) {
    const known = times[name];
    if (known !== undefined && isNewer({ time: known, receivedAt }, reading)) continue;
    values[name] = value;
    times[name] = reading.time;
    const flagged = reading.flags?.[name];
    if (flagged === undefined) delete flags[name];
    else flags[name] = flagged;
  }
  const olderFields = Object.fromEntries(Object.entries(times).filter(([, time]) => time < newest));
  return {
    ...row,
    time: newest,
    receivedAt: isNewest ? reading.receivedAt : row.receivedAt,
    values,
    flags,
    olderFields,
  };
}

/** Two snapshots of one device: the fields of each that are newer. */
export function mergedRow(known: LatestRow | undefined, fetched: LatestRow): LatestRow {
  if (known === undefined || known.time === null) return fetched;
  if (fetched.time === null) return known;
  const byTime = new Map<number, Record<string, number>>();
  for (const [name, value] of Object.entries(known.values)) {
    const time = known.olderFields?.[name] ?? known.time;
    byTime.set(time, { ...byTime.get(time), [name]: value });
  }
  let row = fetched;
  for (const [time, values] of byTime) {
    const flags = Object.fromEntries(Object.entries(known.flags ?? {}).filter(([name]) => name in values));
    row = withReading(row, { ...fetched, time, receivedAt: known.receivedAt ?? time, values, flags });
  }
  return row;
}
