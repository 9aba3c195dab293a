/** Batches of one writer follow each other without a gap and without an overlap. */
import { DaoyuError } from '../base/errors.ts';

/** Throws `STORE_CONFLICT` when a batch does not begin where the last one of its writer ended; without `after`, nobody asked. */
export function refuseGap(after: number | undefined, recorded: number): void {
  if (after === undefined || after === recorded) return;
  throw new DaoyuError(
    'STORE_CONFLICT',
    `the batch begins behind position ${after}, but its writer stands at ${recorded}: another process went on in its place`,
  );
}
