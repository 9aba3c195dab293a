/** Placeholder of a site out of view: name, state and sentence, for page search and screen readers. */
import type { HealthState } from '../../../sensors/health.ts';
import { memo } from './memo.ts';
import { StateMark } from './state-mark.tsx';

interface Props {
  readonly name: string;
  readonly state: HealthState;
  readonly sentence: string;
  /** By its place on the page: below the view, or below a kind of it. */
  readonly heading: 'h2' | 'h3';
}

export const Outline = memo(({ name, state, sentence, heading: Heading }: Props) => (
  <>
    <div class="tile-head">
      <Heading>{name}</Heading>
      <StateMark state={state} />
    </div>
    <p class="tile-words">
      <span class="sentence">{sentence}</span>
    </p>
  </>
));
