/** A list that a view shows and changes: loaded, loaded anew after each change, with what went wrong in words. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { RequestFailed } from '../feed/api.ts';
import { useLanguage } from '../feed/app-context.ts';

export interface Loaded<T> {
  /** Undefined until it is there. */
  readonly value: T | undefined;
  readonly isBusy: boolean;
  readonly problem: string | undefined;
  /** Does something, then loads anew; the answer, or undefined when it failed. */
  readonly run: <R>(action: () => Promise<R>) => Promise<R | undefined>;
}

/** `load` must stay the same function. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const { word } = useLanguage();
  const [value, setValue] = useState<T>();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const tell = useCallback(
    (error: unknown) => {
      const { status, message } = error as RequestFailed;
      setProblem(status === 0 ? word('notReached') : message);
    },
    [word],
  );
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

  const run = async <R>(action: () => Promise<R>): Promise<R | undefined> => {
    setBusy(true);
    setProblem(undefined);
    try {
      const answer = await action();
      const found = await load();
      setValue(() => found);
      return answer;
    } catch (error) {
      tell(error);
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { value, isBusy, problem, run };
}
