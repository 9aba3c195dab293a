/** States what a PUBACK of this installation guarantees, beside the ledger. */
import { useEffect, useState } from 'preact/hooks';
import { type LogPromise, loadPromise } from '../feed/api.ts';
import { useLanguage } from '../feed/app-context.ts';
import type { Word } from '../language/words.ts';

const SENTENCES: Readonly<Record<LogPromise['survives'], Word>> = {
  'power loss': 'survivesPowerLoss',
  'process death': 'survivesProcessDeath',
  nothing: 'survivesNothing',
};

export function DurabilityNote() {
  const { word } = useLanguage();
  const [promise, setPromise] = useState<LogPromise>();
  useEffect(() => {
    let isGone = false;
    loadPromise().then(
      (loaded) => {
        if (!isGone) setPromise(loaded);
      },
      () => undefined, // The view itself reports when nobody answers.
    );
    return () => {
      isGone = true;
    };
  }, []);
  if (promise === undefined) return null;
  return (
    <p class="note" data-survives={promise.survives}>
      {word(SENTENCES[promise.survives])}
      {promise.survives !== 'power loss' && <span lang="en"> {promise.message}</span>}
    </p>
  );
}
