/** A raw reading as a quarantine payload, so that a replay decodes it again. */
import type { QuarantineRecord } from '../bus/rejection.ts';
import type { RawReading } from './decode.ts';

/** One reading as an object of its own. `time` is given where the device sent none, so that a replay meets the same identity. */
export function readingPayload(
  { values, time, age, seq }: RawReading,
  assigned?: number,
): Pick<QuarantineRecord, 'payload' | 'payloadEncoding'> {
  const isPlain =
    (time === undefined || time === values.time || time === values.ts || time === values.timestamp) &&
    age === values.age;
  const stamp = time ?? assigned;
  const object = isPlain
    ? { ...(time === undefined && assigned !== undefined && { time: assigned }), ...values }
    : { ts: stamp, age: stamp === undefined ? age : undefined, seq, values };
  return { payload: JSON.stringify(object), payloadEncoding: 'utf8' };
}
