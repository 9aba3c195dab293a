/** Data quality: ledger, device health, quarantine with reasons and payloads. */
import { useEffect, useState } from 'preact/hooks';
import type { LedgerRow } from '../../../api/routes/ledger.ts';
import { loadDevices, loadLedger } from '../feed/api.ts';
import { useLanguage } from '../feed/app-context.ts';
import type { DeviceInfo } from '../feed/catalog.ts';
import { DurabilityNote } from './durability-note.tsx';
import { Failed, Skeleton } from './empty-state.tsx';
import { Ledger } from './ledger.tsx';
import { Quarantine } from './quarantine.tsx';

const REFRESH_MS = 5000;

interface Loaded {
  readonly ledger: readonly LedgerRow[];
  readonly isComplete: boolean;
  readonly devices: readonly DeviceInfo[];
}

export function Quality() {
  const { word } = useLanguage();
  const [loaded, setLoaded] = useState<Loaded>();
  const [hasFailed, setHasFailed] = useState(false);
  useEffect(() => {
    let isGone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async () => {
      try {
        const [account, devices] = await Promise.all([loadLedger(), loadDevices()]);
        if (!isGone) setLoaded({ ...account, devices });
        setHasFailed(false);
      } catch {
        setHasFailed(true);
      }
      if (!isGone) timer = setTimeout(() => void load(), REFRESH_MS);
    };
    void load();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, []);
  if (loaded === undefined) return hasFailed ? <Failed /> : <Skeleton />;
  return (
    <div class="quality">
      <div class="head">
        <h1>{word('quality')}</h1>
      </div>
      <DurabilityNote />
      <Ledger {...loaded} />
      <Quarantine />
    </div>
  );
}
