/** What is kept of a site out of sight: name, state and sentence, to be found by a search of the page and read aloud. */
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { HealthState } from '../../../sensors/health.ts';
import { StateMark } from './state-mark.tsx';

interface Outlined {
  readonly name: string;
  readonly state: HealthState;
  readonly sentence: string;
  /** By its place on the page: below the view, or below a kind of it. */
  readonly heading: 'h2' | 'h3';
}

/** The same node while nothing of it changes: hundreds of them cost nothing each second. */
export function useOutline({ name, state, sentence, heading: Heading }: Outlined): VNode {
  return useMemo(
    () => (
      <>
        <div class="tile-head">
          <Heading>{name}</Heading>
          <StateMark state={state} />
        </div>
        <p class="tile-words">
          <span class="sentence">{sentence}</span>
        </p>
      </>
    ),
    [name, state, sentence, Heading],
  );
}
