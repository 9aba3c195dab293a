/** Zoom and pan by wheel, trackpad and touch. A plain wheel scrolls the page until the chart was clicked. */
import type uPlot from 'uplot';

type Window = readonly [from: number, to: number];

const SHORTEST_MS = 60_000;
const LONGEST_MS = 2 * 366 * 86_400_000;
/** How often a gesture updates the address: browsers refuse a hundred changes in half a minute. */
const NOTIFY_MS = 350;
/** A smaller movement of a finger counts as none. */
const REST_PX = 6;

export function zoomed([from, to]: Window, factor: number, around: number): Window {
  const span = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (to - from) * factor));
  const share = to === from ? 0.5 : (around - from) / (to - from);
  return [around - span * share, around + span * (1 - share)];
}

export interface Gestures {
  /** Whether the chart shows a range that has not been reported yet. */
  isMoving(): boolean;
  stop(): void;
}

export function installGestures(made: uPlot, onWindow: (window: Window | undefined) => void): Gestures {
  const { over } = made;
  const stopping = new AbortController();
  const { signal } = stopping;
  let isActive = false;
  let started: { readonly window: Window; readonly at: readonly Position[] } | undefined;
  let shown: Window | undefined;
  let notifyTimer: ReturnType<typeof setTimeout> | undefined;
  const now = (): Window => [(made.scales.x?.min ?? 0) * 1000, (made.scales.x?.max ?? 0) * 1000];
  // The chart moves at once; the address, the other charts and the finer series follow.
  const show = (window: Window) => {
    made.setScale('x', { min: window[0] / 1000, max: window[1] / 1000 });
    shown = window;
    notifyTimer ??= setTimeout(notify, NOTIFY_MS);
  };
  const notify = () => {
    clearTimeout(notifyTimer);
    notifyTimer = undefined;
    if (shown !== undefined) onWindow(shown);
    shown = undefined;
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
  over.addEventListener('touchstart', (event) => (started = { window: now(), at: positionsOf(event) }), {
    signal,
    passive: true,
  });
  over.addEventListener(
    'touchmove',
    (event) => {
      if (started === undefined) return;
      const { left, width } = over.getBoundingClientRect();
      const [first, second] = started.at;
      const [one, other] = positionsOf(event);
      if (first === undefined || one === undefined) return;
      const span = started.window[1] - started.window[0];
      if (second === undefined || other === undefined) {
        // A vertical movement scrolls the page; the browser then ends the touch.
        const isAside = Math.abs(first.x - one.x) > Math.max(REST_PX, Math.abs(first.y - one.y));
        if (!isAside && shown === undefined) return;
        const moved = ((first.x - one.x) / width) * span;
        return show([started.window[0] + moved, started.window[1] + moved]);
      }
      event.preventDefault();
      const factor = Math.abs(second.x - first.x) / Math.max(10, Math.abs(other.x - one.x));
      const middle = (first.x + second.x) / 2;
      show(zoomed(started.window, factor, started.window[0] + ((middle - left) / width) * span));
    },
    { signal, passive: false },
  );
  const end = () => {
    started = undefined;
    notify();
  };
  over.addEventListener('touchend', end, { signal });
  over.addEventListener('touchcancel', end, { signal });
  over.addEventListener('dblclick', () => onWindow(undefined), { signal });
  return {
    isMoving: () => shown !== undefined || started !== undefined,
    stop() {
      stopping.abort();
      clearTimeout(notifyTimer);
    },
  };
}

interface Position {
  readonly x: number;
  readonly y: number;
}

const positionsOf = (event: TouchEvent): readonly Position[] =>
  [...event.touches].map(({ clientX, clientY }) => ({ x: clientX, y: clientY }));
