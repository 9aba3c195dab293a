/** A list that a view shows and changes: loaded, loaded anew after each change, with what went wrong in words. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import { type Action, useAction } from './use-action.ts';

export interface Loaded<T> extends Pick<Action, 'isBusy' | 'problem' | 'run'> {
  /** Undefined until it is there. */
  readonly value: T | undefined;
}

/** `load` must stay the same function. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [value, setValue] = useState<T>();
  const reload = useCallback(async () => {
    const found = await load();
    setValue(() => found);
  }, [load]);
  const { isBusy, problem, run, tell } = useAction(reload);
  // Words in another language are no reason to ask again.
  useEffect(() => {
    let isGone = false;
    load().then(
      (found) => isGone || setValue(() => found),
      (error: unknown) => isGone || tell(error),
    );
    return () => {
      isGone = true;
    };
  }, [load]);
  return { value, isBusy, problem, run };
}
