/** Does what changes something, one at a time, with what went wrong in words. */
import { useCallback, useState } from 'preact/hooks';
import type { RequestFailed } from '../feed/api.ts';
import { useLanguage } from '../feed/app-context.ts';

export interface Action {
  readonly isBusy: boolean;
  readonly problem: string | undefined;
  /** The answer, or undefined when it failed; `afterwards` has run by then. The same function as long as `afterwards` is. */
  readonly run: <R>(action: () => Promise<R>) => Promise<R | undefined>;
  readonly tell: (error: unknown) => void;
}

/** `afterwards` loads anew what the action changed. */
export function useAction(afterwards: () => Promise<void>): Action {
  const { word } = useLanguage();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const tell = useCallback(
    (error: unknown) => {
      const { status, message } = error as RequestFailed;
      setProblem(status === 0 ? word('notReached') : message);
    },
    [word],
  );
  const run = useCallback(
    async <R>(action: () => Promise<R>): Promise<R | undefined> => {
      setBusy(true);
      setProblem(undefined);
      try {
        const answer = await action();
        await afterwards();
        return answer;
      } catch (error) {
        tell(error);
        return undefined;
      } finally {
        setBusy(false);
      }
    },
    [afterwards, tell],
  );
  return { isBusy, problem, run, tell };
}
