/** Makes the records of refused messages, readings and values: ids that sort by time of receipt, payloads that can be decoded again. */
import { isUtf8 } from 'node:buffer';
import type { Reading } from '../sensors/reading.ts';
import type { QuarantineRecord, Rejection, RejectionScope } from './rejection.ts';

export interface Origin {
  readonly park: string;
  readonly device: string;
  readonly topic: string;
  readonly receivedAt: number;
}

export type CreateRecord = (
  origin: Origin,
  scope: RejectionScope,
  reason: Rejection,
  payload: Pick<QuarantineRecord, 'payload' | 'payloadEncoding'>,
) => QuarantineRecord;

/** `run` tells this process from others that make ids in the same millisecond. */
export function createRecords(run: string): CreateRecord {
  let counter = 0;
  return ({ park, device, topic, receivedAt }, scope, reason, payload) => {
    counter += 1;
    const time = Math.max(0, receivedAt).toString(36).padStart(9, '0');
    const id = `${time}-${counter.toString(36).padStart(7, '0')}-${run}`;
    return { id, park, device, topic, receivedAt, scope, reason, ...payload };
  };
}

/** For `createRecords`: differs from process to process. */
export const randomRun = () => Math.random().toString(36).slice(2, 8).padEnd(6, '0');

/** The bytes of a message: as text where that is the shorter form, so that an entry of the log stays bounded by 4/3 of the packet. */
export function payloadOf(bytes: Uint8Array): Pick<QuarantineRecord, 'payload' | 'payloadEncoding'> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) {
    const text = buffer.toString('utf8');
    if (Buffer.byteLength(JSON.stringify(text)) <= Math.max(1024, buffer.length * 1.34)) {
      return { payload: text, payloadEncoding: 'utf8' };
    }
  }
  return { payload: buffer.toString('base64'), payloadEncoding: 'base64' };
}

/** A canonical reading as a message of its own, so that a replay can take it in again. */
export function storedPayload(reading: Reading): Pick<QuarantineRecord, 'payload' | 'payloadEncoding'> {
  const { time, seq, values, attributes } = reading;
  const object = { time, ...(seq !== undefined && { seq }), ...attributes, ...values };
  return { payload: JSON.stringify(object), payloadEncoding: 'utf8' };
}

export function bytesOf({ payload, payloadEncoding }: QuarantineRecord): Uint8Array {
  return Buffer.from(payload, payloadEncoding);
}
