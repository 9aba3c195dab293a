/** What was logged and corrected at a site, in the time that its charts show and some while before. */
import { createContext } from 'preact';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { useAppContext, useFeedState } from '../feed/app-context.ts';
import type { WaitingEvent } from '../feed/event-outbox.ts';
import {
  type Correction,
  type EventKind,
  type FarmEvent,
  loadCorrections,
  loadEventKinds,
  loadEvents,
  loadSeasons,
  type Season,
} from '../feed/journal.ts';
import { RANGE_MS } from '../feed/route.ts';

export interface SiteJournal {
  readonly park: string;
  readonly site: string;
  readonly kinds: readonly EventKind[];
  /** In order of time. */
  readonly events: readonly FarmEvent[];
  /** Entered here, not taken yet. */
  readonly waiting: readonly WaitingEvent[];
  /** In force, of the same time. */
  readonly corrections: readonly Correction[];
  readonly seasons: readonly Season[];
  /** Asks anew, after a change. */
  readonly reload: () => void;
}

export const NO_JOURNAL: SiteJournal = {
  park: '',
  site: '',
  kinds: [],
  events: [],
  waiting: [],
  corrections: [],
  seasons: [],
  reload: () => undefined,
};
export const SiteJournalContext = createContext<SiteJournal>(NO_JOURNAL);

/** The list goes back further than a chart of the last hours. */
const LEAST_MS = 14 * 86_400_000;
/** What others log meanwhile is seen by then. */
const REFRESH_MS = 60_000;

type Loaded = Pick<SiteJournal, 'events' | 'corrections' | 'seasons'>;

export function useSiteJournal(park = '', site = ''): SiteJournal {
  const { route, fleet, outbox } = useAppContext();
  const [kinds, setKinds] = useState<readonly EventKind[]>([]);
  const [loaded, setLoaded] = useState<Loaded>(NO_JOURNAL);
  const [asked, setAsked] = useState(0);
  const all = useFeedState(outbox);
  const waiting = useMemo(
    () => all.filter(({ event }) => event.park === park && event.site === site),
    [all, park, site],
  );
  const [from, to] = route.window ?? [undefined, undefined];
  useEffect(() => {
    void loadEventKinds().then(setKinds, () => undefined);
  }, []);
  useEffect(() => {
    if (park === '' || site === '') return;
    const gone = new AbortController();
    const load = async () => {
      const end = to ?? fleet.now();
      const begin = Math.min(from ?? end - RANGE_MS[route.range], end - LEAST_MS);
      const where = { park, site };
      const [events, corrections, seasons] = await Promise.all([
        // A phone's clock may be a little ahead of the platform's.
        loadEvents(where, begin, end + REFRESH_MS, gone.signal),
        loadCorrections(where, begin, end, gone.signal),
        loadSeasons(where),
      ]);
      if (!gone.signal.aborted) setLoaded({ events, corrections, seasons });
    };
    // Not reached: what was there stays, and the page says that it is not connected.
    const tryLoading = () => void load().catch(() => undefined);
    tryLoading();
    const timer = setInterval(tryLoading, REFRESH_MS);
    return () => {
      gone.abort();
      clearInterval(timer);
    };
  }, [fleet, park, site, from, to, route.range, waiting.length, asked]);
  const reload = useCallback(() => setAsked((before) => before + 1), []);
  return useMemo(
    () => ({ park, site, kinds, waiting, reload, ...loaded }),
    [park, site, kinds, waiting, reload, loaded],
  );
}
