/** Values of windows as bars: hollow where a window is incomplete, nothing where it is unknown. */
import type { DerivedWindow } from '../feed/analysis.ts';

interface Props {
  readonly windows: readonly DerivedWindow[];
  readonly label: string;
}

const WIDTH = 720;
const HEIGHT = 120;

export function Bars({ windows, label }: Props) {
  const values = windows.flatMap(({ value }) => value ?? []);
  if (values.length === 0) return null;
  const high = Math.max(0, ...values);
  const low = Math.min(0, ...values);
  const step = WIDTH / windows.length;
  const y = (value: number) => ((high - value) / (high - low || 1)) * HEIGHT;
  return (
    <svg class="bars" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} preserveAspectRatio="none">
      {windows.map(({ from, value, isComplete }, index) =>
        value === null ? null : (
          <rect
            key={from}
            class={isComplete === false ? 'incomplete' : undefined}
            x={index * step + step * 0.1}
            width={step * 0.8}
            y={Math.min(y(value), y(0))}
            height={Math.max(1, Math.abs(y(value) - y(0)))}
          />
        ),
      )}
    </svg>
  );
}
