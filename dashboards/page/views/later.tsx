/** Views that few people open are loaded when they are first shown: they do not delay the pond of whoever looks at it at night. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useLanguage } from '../feed/app-context.ts';
import { Skeleton } from './empty-state.tsx';

/** `load` is called once; when it fails, again with the next visit. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;

  return function Later(props: P) {
    const [View, setView] = useState(() => loaded);
    const [hasFailed, setHasFailed] = useState(false);
    useEffect(() => {
      if (loaded !== undefined) return;
      load().then(
        (found) => {
          loaded = found;
          setView(() => found);
        },
        () => setHasFailed(true),
      );
    }, []);
    if (View !== undefined) return <View {...props} />;
    return hasFailed ? <NotLoaded /> : <Skeleton />;
  };
}

/** No network, or the platform was updated since the page was opened. */
function NotLoaded() {
  const { word } = useLanguage();
  return (
    <section class="nothing">
      <h1>{word('notLoaded')}</h1>
      <button type="button" class="button" onClick={() => location.reload()}>
        {word('retry')}
      </button>
    </section>
  );
}
