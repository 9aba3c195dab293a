/** Zoom and pan by wheel, trackpad and touch. A plain wheel scrolls the page until the chart was clicked. */
import type uPlot from 'uplot';

type Window = readonly [from: number, to: number];

const SHORTEST_MS = 60_000;

export function zoomed([from, to]: Window, factor: number, around: number): Window {
  const span = Math.max(SHORTEST_MS, (to - from) * factor);
  const share = to === from ? 0.5 : (around - from) / (to - from);
  return [around - span * share, around + span * (1 - share)];
}

export function installGestures(made: uPlot, onWindow: (window: Window | undefined) => void): () => void {
  const { over } = made;
  const stopping = new AbortController();
  const { signal } = stopping;
  let isActive = false;
  let started: { readonly window: Window; readonly xs: readonly number[] } | undefined;
  const now = (): Window => [(made.scales.x?.min ?? 0) * 1000, (made.scales.x?.max ?? 0) * 1000];
  // Moves at once; the address and the finer series follow.
  const show = (window: Window) => {
    made.setScale('x', { min: window[0] / 1000, max: window[1] / 1000 });
    onWindow(window);
  };
  over.addEventListener('pointerdown', () => (isActive = true), { signal });
  over.addEventListener('pointerleave', () => (isActive = false), { signal });
  over.addEventListener(
    'wheel',
    (event) => {
      const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
      if (!isSideways && !event.ctrlKey && !event.metaKey && !isActive) return;
      event.preventDefault();
      const window = now();
      const { left, width } = over.getBoundingClientRect();
      if (isSideways) {
        const moved = ((event.deltaX || event.deltaY) / width) * (window[1] - window[0]);
        return show([window[0] + moved, window[1] + moved]);
      }
      const around = window[0] + ((event.clientX - left) / width) * (window[1] - window[0]);
      show(zoomed(window, Math.exp(Math.max(-100, Math.min(100, event.deltaY)) * 0.004), around));
    },
    { signal, passive: false },
  );
  const positions = (event: TouchEvent) => [...event.touches].map(({ clientX }) => clientX);
  over.addEventListener('touchstart', (event) => (started = { window: now(), xs: positions(event) }), {
    signal,
    passive: true,
  });
  over.addEventListener(
    'touchmove',
    (event) => {
      if (started === undefined) return;
      const xs = positions(event);
      const { left, width } = over.getBoundingClientRect();
      const [first = 0, second] = started.xs;
      const [x = 0, other] = xs;
      const span = started.window[1] - started.window[0];
      if (second === undefined || other === undefined) {
        const moved = ((first - x) / width) * span;
        if (Math.abs(first - x) > 6) show([started.window[0] + moved, started.window[1] + moved]);
        return;
      }
      event.preventDefault();
      const factor = Math.abs(second - first) / Math.max(10, Math.abs(other - x));
      show(zoomed(started.window, factor, started.window[0] + (((first + second) / 2 - left) / width) * span));
    },
    { signal, passive: false },
  );
  over.addEventListener('touchend', () => (started = undefined), { signal });
  over.addEventListener('dblclick', () => onWindow(undefined), { signal });
  return () => stopping.abort();
}
