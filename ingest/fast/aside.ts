/** The quarantine record of the values of a message that belong to no field: as the long way writes it when their keys were reported before. */
import type { DeviceTopic } from '../../base/topics.ts';
import type { CreateRecord } from '../../bus/quarantine-record.ts';
import type { Unplaced } from '../evaluate.ts';
import { keptPayload, type Part } from '../reading-payload.ts';
import { reasonOfUnplaced } from '../unplaced.ts';
import type { Scan } from './scan.ts';

interface Origin extends DeviceTopic {
  readonly topic: string;
  readonly receivedAt: number;
}

export function asideRecord(found: Scan, kind: string, message: Origin, record: CreateRecord): string {
  const parts: (Part & { readonly values: Record<string, number> })[] = [];
  /** The first value of each key. */
  const first = new Map<string, Unplaced & { readonly position: number }>();
  let reading = -1;
  for (let index = 0; index < found.asides; index++) {
    const because = found.asideKeys[index]?.because;
    const value = found.asideValues[index];
    const position = found.asideOf[index];
    if (because === undefined || value === undefined || position === undefined) break;
    if (position !== reading) {
      const seq = found.seqs[position] ?? Number.NaN;
      const raw = { age: undefined, seq: Number.isNaN(seq) ? undefined : seq, isVendors: false };
      parts.push({ raw, time: found.times[position], values: {} });
      reading = position;
    }
    const { key, code, messageOf } = because;
    const part = parts.at(-1);
    if (part !== undefined) part.values[key] = value;
    if (!first.has(key))
      first.set(key, { key, value, code, position, ...(messageOf && { message: messageOf(value) }) });
  }
  const reason = reasonOfUnplaced(kind, [...first.values()]);
  if (reason === undefined) throw new Error('there is nothing to keep aside');
  return JSON.stringify(record(message, 'field', reason, keptPayload(parts)));
}
