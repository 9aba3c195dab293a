/** The page's design tokens, resolved for a canvas. */
export interface Colours {
  readonly surface: string;
  readonly ink: string;
  readonly muted: string;
  readonly rule: string;
  readonly night: string;
  readonly target: string;
  readonly warning: string;
  readonly critical: string;
  readonly late: string;
  readonly font: string;
  readonly series: readonly string[];
}

export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    surface: token('surface'),
    ink: token('ink'),
    muted: token('muted'),
    rule: token('rule'),
    night: token('night'),
    target: token('target'),
    warning: token('warning'),
    critical: token('critical'),
    late: token('late'),
    font: `12px ${style.fontFamily}`,
    series: [0, 1, 2, 3, 4, 5].map((order) => token(`series-${order}`)),
  };
}
