/** Complete readings from InfluxDB: the newest of each device, and exports in order of time. */
import { type Flag, isDoubtful } from '../../sensors/flag.ts';
import type { Kind } from '../../sensors/kind.ts';
import type { Reading } from '../../sensors/reading.ts';
import { type LatestState, mergeLatest } from '../latest.ts';
import type { Store } from '../store.ts';
import type { InfluxHttp } from './http.ts';
import { instant, name } from './influxql.ts';
import { ATTRIBUTES, doubtedField, FLAG_NAMES, flagField, RECEIVED, SEQUENCE } from './lines.ts';
import { flagsIn, valueIn, where } from './series.ts';

/** Newest readings measured since a time, by `park/device`. One stamped ahead of the clock does not hide the newest of those that are not. */
export async function latestStates(
  http: InfluxHttp,
  kind: Kind,
  since: number,
  now: number,
): Promise<Map<string, LatestState>> {
  const states = await lastStates(http, kind, `time >= ${instant(since)}`);
  if (![...states.values()].some(({ newest }) => newest.time > now)) return states;
  const past = await lastStates(http, kind, `time >= ${instant(since)} AND time <= ${instant(now)}`);
  for (const [key, state] of past) states.set(key, mergeLatest(states.get(key), state));
  return states;
}

/** One statement for the newest reading of each series, then two per field. */
async function lastStates(http: InfluxHttp, kind: Kind, span: string): Promise<Map<string, LatestState>> {
  const fields = kind.fields.map((field) => field.name);
  const tail = `FROM ${name(kind.name)} WHERE ${span} GROUP BY "park", "site", "device"`;
  const statements = [
    `SELECT last(${name(RECEIVED)}), ${name(SEQUENCE)}, ${name(ATTRIBUTES)} ${tail}`,
    ...fields.flatMap((field) =>
      [field, doubtedField(field)].map((column) => `SELECT last(${name(column)}), ${flagColumns(field)} ${tail}`),
    ),
  ];
  const states = new Map<string, LatestState>();
  for await (const { statement, tags, values } of http.query(statements.join(';'))) {
    const { park = '', site = '', device = '' } = tags;
    const key = `${park}/${device}`;
    const [row] = values;
    if (row === undefined) continue;
    const [time, value, ...rest] = row;
    const known = states.get(key);
    if (statement === 0) {
      // A device that was moved has a series at each of its sites.
      if (known !== undefined && known.newest.time >= Number(time)) continue;
      const [seq, attributes] = rest;
      const newest = {
        ...{ park, site, device, kind: kind.name, time: Number(time), receivedAt: Number(value) },
        ...(seq !== null && seq !== undefined && { seq: Number(seq) }),
        ...(typeof attributes === 'string' && { attributes: JSON.parse(attributes) as Record<string, string> }),
      };
      states.set(key, { newest, fields: known?.fields ?? {} });
      continue;
    }
    // Two statements per field: its good values, and its doubtful ones.
    const field = fields[Math.floor((statement - 1) / 2)];
    const earlier = field === undefined ? undefined : known?.fields[field];
    if (known === undefined || field === undefined || typeof value !== 'number') continue;
    if (earlier !== undefined && earlier.time >= Number(time)) continue;
    const flags = flagsIn(row, 2);
    const { receivedAt } = known.newest;
    const isAhead = Number(time) > receivedAt;
    const cell = { time: Number(time), value, ...(flags.length > 0 && { flags }), ...(isAhead && { receivedAt }) };
    states.set(key, { ...known, fields: { ...known.fields, [field]: cell } });
  }
  return states;
}

export async function* exportOf(http: InfluxHttp, query: Parameters<Store['export']>[0]): AsyncGenerator<Reading> {
  const { kind, fields, quality, signal } = query;
  const columns = ['"park"::tag', '"site"::tag', '"device"::tag', name(RECEIVED), name(SEQUENCE), name(ATTRIBUTES)];
  for (const field of fields) columns.push(name(field), name(doubtedField(field)), flagColumns(field));
  const statement = `SELECT ${columns.join(', ')} FROM ${name(kind)} ${where(query, query)}`;
  for await (const rows of http.query(statement, signal)) {
    for (const row of rows.values) {
      const [time, park, site, device, receivedAt, seq, attributes, ...cells] = row;
      const values: Record<string, number> = {};
      const flags: Record<string, readonly Flag[]> = {};
      for (const [index, field] of fields.entries()) {
        const first = index * (2 + FLAG_NAMES.length);
        const value = valueIn(cells, first);
        const found = flagsIn(cells, first + 2);
        if (value === undefined || (quality === 'good' && isDoubtful(found))) continue;
        values[field] = value;
        if (found.length > 0) flags[field] = found;
      }
      if (Object.keys(values).length === 0) continue;
      yield {
        ...{ park: String(park), site: String(site), device: String(device), kind },
        ...{ time: Number(time), receivedAt: Number(receivedAt), values },
        ...(typeof seq === 'number' && { seq }),
        ...(Object.keys(flags).length > 0 && { flags }),
        ...(typeof attributes === 'string' && { attributes: JSON.parse(attributes) as Record<string, string> }),
      };
    }
  }
}

function flagColumns(field: string): string {
  return FLAG_NAMES.map((flag) => name(flagField(field, flag))).join(', ');
}
