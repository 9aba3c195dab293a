/**
 * Values that belong to no field, of plain telemetry: of one device in one group of appends they become one quarantine record, so that a key that
 * nobody mapped does not cost a record a message. A replay recovers each of them, as from records of the long way.
 */
import type { DeviceTopic } from '../../base/topics.ts';
import type { CreateRecord } from '../../bus/quarantine-record.ts';
import type { Unplaced } from '../evaluate.ts';
import { keptPayload, type Part } from '../reading-payload.ts';
import { reasonOfUnplaced } from '../unplaced.ts';
import type { Scan } from './scan.ts';

/** Of the first message. */
interface Origin extends DeviceTopic {
  readonly topic: string;
  readonly receivedAt: number;
}

/** A record larger than this is closed; characters, about. */
const MAX_SIZE = 64 * 1024;
/** Of a reading beside its values. */
const PART_SIZE = 48;

export class Aside {
  readonly #parts: (Part & { readonly values: Record<string, number> })[] = [];
  /** The first value of each key. */
  readonly #first = new Map<string, Unplaced & { readonly position: number }>();
  readonly #kind: string;
  readonly #origin: Origin;
  #size = 0;

  constructor(kind: string, origin: Origin) {
    this.#kind = kind;
    this.#origin = origin;
  }

  get isFull(): boolean {
    return this.#size > MAX_SIZE;
  }

  add(found: Scan): void {
    let reading = -1;
    for (let index = 0; index < found.asides; index++) {
      const because = found.asideKeys[index]?.because;
      const value = found.asideValues[index];
      const position = found.asideOf[index];
      if (because === undefined || value === undefined || position === undefined) break;
      if (position !== reading) {
        const seq = found.seqs[position] ?? Number.NaN;
        const raw = { age: undefined, seq: Number.isNaN(seq) ? undefined : seq, isVendors: false };
        this.#parts.push({ raw, time: found.times[position], values: {} });
        this.#size += PART_SIZE;
        reading = position;
      }
      const { key, code, messageOf } = because;
      const part = this.#parts.at(-1);
      if (part !== undefined) part.values[key] = value;
      this.#size += key.length + String(value).length;
      if (this.#first.has(key)) continue;
      this.#first.set(key, { key, value, code, position, ...(messageOf && { message: messageOf(value) }) });
    }
  }

  record(create: CreateRecord): string {
    const reason = reasonOfUnplaced(this.#kind, [...this.#first.values()]);
    if (reason === undefined) throw new Error('there is nothing to keep aside');
    return JSON.stringify(create(this.#origin, 'field', reason, keptPayload(this.#parts)));
  }
}
