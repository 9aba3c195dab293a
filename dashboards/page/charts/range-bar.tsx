/** The shown range: named ranges that follow the clock, or a zoomed window. */

import { useAppContext } from '../feed/app-context.ts';
import { RANGE_MS, RANGES } from '../feed/route.ts';
import { formatMoment } from '../language/format-time.ts';
import { Icon } from '../tiles/icon.tsx';
import { zoomed } from './gestures.ts';

const LABELS = { '6h': '6 h', '24h': '24 h', '7d': '7 d', '30d': '30 d' } as const;
const LABELS_ZH = { '6h': '6 小时', '24h': '24 小时', '7d': '7 天', '30d': '30 天' } as const;

/** `isPlain`: for charts that cannot be zoomed. */
export function RangeBar({ isPlain = false }: { readonly isPlain?: boolean }) {
  const { route, go, word, language, now } = useAppContext();
  const window = route.window ?? ([now - RANGE_MS[route.range], now] as const);
  // A single Back undoes all zooming.
  const step = (next: readonly [number, number]) => go({ window: next }, route.window && 'replace');
  const move = (share: number) => {
    const by = (window[1] - window[0]) * share;
    step([window[0] + by, window[1] + by]);
  };
  const zoom = (factor: number) => step(zoomed(window, factor, (window[0] + window[1]) / 2));
  return (
    <fieldset class="range" aria-label={word('range')}>
      <div class="segments">
        {RANGES.map((range) => (
          <button
            key={range}
            type="button"
            aria-pressed={route.window === undefined && route.range === range}
            onClick={() => go({ range })}
          >
            {range === 'season' ? word('season') : (language === 'zh' ? LABELS_ZH : LABELS)[range]}
          </button>
        ))}
      </div>
      <div class={isPlain ? 'segments steps plain' : 'segments steps'}>
        <button type="button" aria-label={word('earlier')} onClick={() => move(-0.5)}>
          <Icon name="back" />
        </button>
        <button type="button" aria-label={word('zoomOut')} onClick={() => zoom(2)}>
          <Icon name="minus" />
        </button>
        <button type="button" aria-label={word('zoomIn')} onClick={() => zoom(0.5)}>
          <Icon name="plus" />
        </button>
        <button type="button" aria-label={word('later')} onClick={() => move(0.5)}>
          <Icon name="forward" />
        </button>
      </div>
      {route.window ? (
        <button type="button" class="button" onClick={() => go({})}>
          {formatMoment(window[0], language)} – {formatMoment(window[1], language)} · {word('now')}
        </button>
      ) : (
        !isPlain && <span class="note hint">{word('zoomHint')}</span>
      )}
    </fieldset>
  );
}
