/** Writes down when the platform was last heard, for the shell that opens without a network. */
import { useEffect } from 'preact/hooks';

const EVERY_MS = 60_000;

/** `now`: the clock of the page. Browsers offer the place for it behind HTTPS and on the machine itself only. */
export function useLastContact(isLive: boolean, now: number): void {
  const minute = Math.floor(now / EVERY_MS);
  useEffect(() => {
    if (!isLive || !('caches' in globalThis)) return;
    caches
      .open('daoyu-contact')
      .then((cache) => cache.put('/last-contact', new Response(String(now))))
      // A full or forbidden storage: the shell then does not say since when.
      .catch(() => undefined);
  }, [isLive, minute]);
}
