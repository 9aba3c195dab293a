/** Alarms of a site in the range of its charts; open ones come from the feed. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Alarm } from '../feed/alarm-list.ts';
import { loadAlarms } from '../feed/api.ts';
import { useAppContext } from '../feed/app-context.ts';
import { RANGE_MS } from '../feed/route.ts';

/** An alarm that began earlier may reach into the range. */
const BEFORE_MS = 2 * 86_400_000;

export function useSiteAlarms(park: string | undefined, site: string | undefined): readonly Alarm[] {
  const { route, fleet, alarms } = useAppContext();
  const [past, setPast] = useState<readonly Alarm[]>([]);
  const [from, to] = route.window ?? [undefined, undefined];
  useEffect(() => {
    if (park === undefined || site === undefined) return;
    const gone = new AbortController();
    const begin = (from ?? fleet.now() - RANGE_MS[route.range]) - BEFORE_MS;
    void loadAlarms({ park, site, from: begin, ...(to !== undefined && { to }) }, gone.signal).then(setPast, () => {});
    return () => gone.abort();
    // An alarm that closes leaves the feed and becomes history.
  }, [fleet, park, site, from, to, route.range, alarms.alarms.size]);
  return useMemo(() => {
    const current = [...alarms.alarms.values()].filter((alarm) => alarm.park === park && alarm.site === site);
    return [...new Map([...past, ...current].map((alarm) => [alarm.id, alarm])).values()];
  }, [past, alarms.alarms, park, site]);
}
