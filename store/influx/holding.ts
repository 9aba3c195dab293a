/** What InfluxDB holds of one device, and its removal. */
import type { Kind } from '../../sensors/kind.ts';
import type { Holding, OneDevice } from '../store.ts';
import type { InfluxHttp } from './http.ts';
import { name, text } from './influxql.ts';
import { RECEIVED } from './lines.ts';

const where = ({ park, device }: OneDevice) => `WHERE "park" = ${text(park)} AND "device" = ${text(device)}`;

export async function holdingOf(
  http: InfluxHttp,
  kinds: ReadonlyMap<string, Kind>,
  device: OneDevice,
): Promise<Holding> {
  const statements = [...kinds.keys()].flatMap((kind) =>
    // The time of receipt is on every point; an aggregate beside others has no time of its own.
    ['count', 'first', 'last'].map((of) => `SELECT ${of}(${name(RECEIVED)}) FROM ${name(kind)} ${where(device)}`),
  );
  let readings = 0;
  const times: number[] = [];
  for await (const { statement, values } of http.query(statements.join(';'))) {
    const [time, value] = values[0] ?? [];
    if (statement % 3 === 0) readings += Number(value ?? 0);
    else times.push(Number(time));
  }
  return readings === 0 ? { readings } : { readings, first: Math.min(...times), last: Math.max(...times) };
}

export async function removeDevice(
  http: InfluxHttp,
  kinds: ReadonlyMap<string, Kind>,
  device: OneDevice,
): Promise<void> {
  for (const kind of kinds.keys()) for await (const _ of http.query(`DELETE FROM ${name(kind)} ${where(device)}`));
}
