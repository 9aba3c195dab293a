/** Tracks which of hundreds of tiles are in or near the viewport; only these render in full. */
import { type ComponentChildren, createContext, type RefObject } from 'preact';
import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

/** About one screen ahead, so that tiles are rendered before they scroll into view. */
const MARGIN = '800px 0px';

interface Watch {
  /** Calls back now and at each change; returns the function that stops it. */
  observe(element: Element, tell: (isNear: boolean) => void): () => void;
}

const WatchContext = createContext<Watch | undefined>(undefined);

/** Watches the elements below it. */
export function ViewportProvider({ children }: { readonly children: ComponentChildren }) {
  const watch = useMemo(openWatch, []);
  useEffect(() => watch.close, [watch]);
  return <WatchContext.Provider value={watch}>{children}</WatchContext.Provider>;
}

/** Without an observer, everything counts as near. */
export function useIsNearViewport<E extends Element>(): readonly [isNear: boolean, ref: RefObject<E | null>] {
  const watch = useContext(WatchContext);
  const ref = useRef<E>(null);
  const [isNear, setIsNear] = useState(watch === undefined);
  useLayoutEffect(() => {
    if (watch === undefined || ref.current === null) return;
    return watch.observe(ref.current, setIsNear);
  }, [watch]);
  return [isNear, ref];
}

function openWatch(): Watch & { readonly close: () => void } {
  const told = new Map<Element, (isNear: boolean) => void>();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) told.get(target)?.(isIntersecting);
    },
    { rootMargin: MARGIN },
  );
  return {
    observe(element, tell) {
      told.set(element, tell);
      observer.observe(element);
      return () => {
        told.delete(element);
        observer.unobserve(element);
      };
    },
    close: () => observer.disconnect(),
  };
}
