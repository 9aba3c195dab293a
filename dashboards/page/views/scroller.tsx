/** A scroll container for wide or long tables, reachable by keyboard. */
import type { ComponentChildren } from 'preact';

interface Props {
  readonly label: string;
  readonly children: ComponentChildren;
}

export function Scroller({ label, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section class="scroller" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
