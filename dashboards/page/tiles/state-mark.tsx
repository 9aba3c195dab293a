/** A state by shape and word, never by colour alone; `label` says it in other words than those of a site's health. */
import type { HealthState } from '../../../sensors/health.ts';
import { useLanguage } from '../feed/app-context.ts';

const SHAPES: Readonly<Record<HealthState, string>> = {
  good: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1z',
  warning: 'M8 1l7.500 13.500H.5z',
  critical: 'M5 1h6l4 4v6l-4 4H5l-4-4V5z',
  unknown: 'M8 1l7 7-7 7-7-7z',
};
const SIGNS: Readonly<Record<HealthState, string>> = {
  good: 'M4.800 8.200l2.200 2.200 4.200-4.600',
  warning: 'M8 6v4M8 12v.2',
  critical: 'M8 4.500v4.500M8 11.300v.2',
  unknown: 'M6.300 6.600a1.800 1.800 0 1 1 2.600 1.600q-.9.4-.9 1.200M8 11.300v.2',
};

export function StateMark({ state, label }: { readonly state: HealthState; readonly label?: string }) {
  const { word } = useLanguage();
  return (
    <span class={`mark ${state}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path class="shape" d={SHAPES[state]} />
        <path class="sign" d={SIGNS[state]} />
      </svg>
      {label ?? word(state)}
    </span>
  );
}
