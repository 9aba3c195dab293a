/** The live stream of readings. */
import type { Reading } from '../../../sensors/reading.ts';
import { type EventListener, followEvents } from './follow-events.ts';

export interface LiveListener extends Omit<EventListener, 'onEvent'> {
  readonly onReadings: (readings: readonly Reading[]) => void;
}

/** Resolves when the signal ends it. */
export function followLive(
  { onReadings, ...listener }: LiveListener,
  signal: AbortSignal,
  clock: () => number,
): Promise<void> {
  return followEvents('/live', { ...listener, onEvent: (data) => onReadings(readingsIn(data)) }, signal, clock);
}

function readingsIn(data: string): readonly Reading[] {
  const parsed = JSON.parse(data) as Reading | { readonly readings: readonly Reading[] };
  return 'readings' in parsed ? parsed.readings : [parsed];
}
