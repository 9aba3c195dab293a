/** What the quality checks say of a value that comes without others. */
import { flagsOfDoubts, type Suspicion } from '../ingest/quality-checks.ts';
import type { Flag } from '../sensors/flag.ts';
import type { Field } from '../sensors/kind.ts';

export const loneDoubts = (checks: Suspicion, field: Field, value: number, time: number): readonly Flag[] =>
  flagsOfDoubts(checks.watch(field)?.doubts(value, time) ?? 0);
