/** A ledger for the lifetime of the process: waits for a store that is not there yet, and restarts when the store has gone back. */
import { type Account, type LedgerOptions, type LedgerRun, type OpenLedger, openLedger } from './ledger.ts';

export interface LastingLedgerOptions extends LedgerOptions {
  /** Whether the store still holds what it had taken; otherwise no account is complete. */
  readonly isWhole?: () => boolean;
}

/** Until the store answers, an account rejects as the store does. */
export async function openLastingLedger({
  isWhole = () => true,
  ...options
}: LastingLedgerOptions): Promise<OpenLedger> {
  let run: LedgerRun | undefined = await openLedger(options).catch(() => undefined);
  let opening: Promise<LedgerRun> | undefined;
  let isClosed = false;

  function current(): Promise<LedgerRun> {
    opening ??= renewed().finally(() => {
      opening = undefined;
    });
    return opening;
  }

  async function renewed(): Promise<LedgerRun> {
    if (run !== undefined && !(await run.isOutdated())) return run;
    const outdated = run;
    run = undefined;
    await outdated?.close();
    run = await openLedger(options);
    if (isClosed) await run.close();
    return run;
  }

  async function account(...filter: Parameters<OpenLedger['account']>): Promise<Account> {
    const { rows, isComplete } = await (await current()).account(...filter);
    return { rows, isComplete: isComplete && isWhole() };
  }

  return {
    account,
    rows: async (filter) => (await account(filter)).rows,
    async close() {
      isClosed = true;
      await opening?.catch(() => undefined);
      await run?.close();
    },
  };
}
