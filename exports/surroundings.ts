/** What belongs to a reading and is no measurement: the stage of its site, the day of the season, what people did since the reading before. */
import { dayNumberOf } from '../base/beijing-time.ts';
import { type FarmEvent, type Season, seasonsOf } from '../journal/events.ts';
import { inForce } from '../journal/record.ts';
import type { Site } from '../registry/registry.ts';
import { profileAt } from '../sensors/stages.ts';
import type { EXTRAS, ExportCell } from './table.ts';

type Extra = (typeof EXTRAS)[number];
type Placed = { readonly park: string; readonly site: string; readonly device: string; readonly time: number };

export interface Surroundings {
  /** Of the readings of one device, in order of time. */
  follow(): (reading: Placed, extras: readonly Extra[]) => readonly ExportCell[];
}

export function surroundingsOf(
  sites: readonly Pick<Site, 'park' | 'id' | 'profile' | 'stages'>[],
  all: Iterable<FarmEvent>,
  asOf?: number,
): Surroundings {
  const events = inForce(all, asOf);
  const seasons = seasonsOf(events, asOf);
  const siteOf = new Map(sites.map((site) => [`${site.park}/${site.id}`, site]));
  const seasonAt = ({ park, site, time }: Placed): Season | undefined =>
    seasons.findLast(
      (each) => each.park === park && each.site === site && each.from <= time && time <= (each.to ?? time),
    );
  return {
    follow() {
      let before: number | undefined;
      // Readings come in order of time, and so do events: each is looked at once.
      const ofPlaces = new Map<string, { readonly own: readonly FarmEvent[]; next: number }>();
      const eventsOf = ({ park, site, device }: Placed) => {
        const key = `${park}/${site}/${device}`;
        const known = ofPlaces.get(key);
        if (known !== undefined) return known;
        const own = events.filter(
          (each) => each.park === park && each.site === site && (each.device === undefined || each.device === device),
        );
        const made = { own, next: 0 };
        ofPlaces.set(key, made);
        return made;
      };
      return (reading, extras) => {
        const { park, site, time } = reading;
        const since = before ?? time - 1;
        before = time;
        const value = {
          stage: () => {
            const found = siteOf.get(`${park}/${site}`);
            return found === undefined ? undefined : profileAt(found, time);
          },
          season: () => {
            const season = seasonAt(reading);
            return season === undefined ? undefined : dayNumberOf(time) - dayNumberOf(season.from) + 1;
          },
          events: () => {
            const place = eventsOf(reading);
            const kinds: string[] = [];
            for (; (place.own[place.next]?.at ?? Number.POSITIVE_INFINITY) <= time; place.next++) {
              const event = place.own[place.next];
              if (event !== undefined && event.at > since) kinds.push(event.kind);
            }
            return kinds.join(' ');
          },
        };
        return extras.map((extra) => value[extra]());
      };
    },
  };
}
