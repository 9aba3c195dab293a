/** Batches of one writer follow each other without gap or overlap. */
import { DaoyuError } from '../base/errors.ts';

/** Throws `STORE_CONFLICT` if a batch does not follow the last one of its writer; without `after` nothing is checked. */
export function refuseGap(after: number | undefined, recorded: number): void {
  if (after === undefined || after === recorded) return;
  throw new DaoyuError(
    'STORE_CONFLICT',
    `the batch begins after position ${after}, but its writer is at ${recorded}: another process has taken over`,
  );
}
