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
      return (reading, extras) => {
        const { park, site, device, time } = reading;
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
            const own = events.filter(
              (each) =>
                each.park === park &&
                each.site === site &&
                (each.device === undefined || each.device === device) &&
                each.at > since &&
                each.at <= time,
            );
            return own.map(({ kind }) => kind).join(' ');
          },
        };
        return extras.map((extra) => value[extra]());
      };
    },
  };
}
