/** The vehicles of a kind on one map, over the visible range. */

import { useMemo } from 'preact/hooks';
import { siteKey } from '../../../base/keys.ts';
import type { Kind } from '../../../sensors/kind.ts';
import { intervalAt } from '../../../sensors/stages.ts';
import { linesOf } from '../charts/lines.ts';
import { useSeries } from '../charts/use-series.ts';
import { useAppContext } from '../feed/app-context.ts';
import { bandsOf } from '../feed/bands.ts';
import type { DeviceCard } from '../feed/cards.ts';
import { RANGE_MS } from '../feed/route.ts';
import { positionsOf, type Track, TrackMap } from './track-map.tsx';

interface Props {
  readonly kind: Kind;
  readonly vehicles: readonly DeviceCard[];
}

/** A longer track would fill the map and show nothing. */
const LONGEST_MS = 7 * 86_400_000;
const LAST = ['last'] as const;
const POINTS = 720;

export function isVehicle({ kind, row }: DeviceCard, siteType: string): boolean {
  return siteType === 'vehicle' && !kind.isIntermittent && row?.values.latitude !== undefined;
}

export function Vehicles({ kind, vehicles }: Props) {
  const { fleet, route, language, word } = useAppContext();
  const main = kind.fields.find(({ name }) => name === kind.primary[0]);
  const door = kind.fields.find(({ name, shape }) => shape === 'boolean' && kind.primary.includes(name));
  const fields = useMemo(
    () => ['latitude', 'longitude', ...[main, door].flatMap((field) => (field ? [field.name] : []))],
    [main, door],
  );
  const answer = useSeries({
    fleet,
    kind: kind.name,
    places: [...new Set(vehicles.map(({ device }) => siteKey(device.park, device.site)))],
    fields,
    aggregates: LAST,
    intervalMs: Math.min(...vehicles.map(({ intervalMs }) => intervalMs)),
    mostPoints: POINTS,
    window: route.window,
    spanMs: route.window ? undefined : Math.min(LONGEST_MS, RANGE_MS[route.range]),
  });
  const tracks = vehicles.map((vehicle, index): Track => {
    const pointsOf = (name: string | undefined) =>
      name === undefined ? [] : (linesOf(kind, [{ name }], [vehicle], answer)[0]?.points ?? []);
    const positions = positionsOf(pointsOf('latitude'), pointsOf('longitude'));
    const bands = main ? bandsOf(vehicle.season, main.name) : [];
    const outside = new Set(
      pointsOf(main?.name)
        .filter(([time, value]) => {
          const { warnBelow = value, warnAbove = value } = intervalAt(bands, time)?.band ?? {};
          return value < warnBelow || value > warnAbove;
        })
        .map(([time]) => time),
    );
    const open = new Set(
      pointsOf(door?.name)
        .filter(([, value]) => value > 0)
        .map(([time]) => time),
    );
    const opened = positions.filter(({ time }, at) => open.has(time) && !open.has(positions[at - 1]?.time ?? 0));
    const site = vehicle.device;
    return {
      key: vehicle.key,
      name: site.label?.[language] ?? site.device,
      colour: index,
      positions,
      isOutside: (time) => outside.has(time),
      stops: opened,
    };
  });
  return (
    <section class="card vehicles" aria-labelledby="vehicles" aria-busy={answer.isLoading}>
      <h2 id="vehicles">{word('vehicles')}</h2>
      {tracks.some(({ positions }) => positions.length > 0) ? (
        <TrackMap tracks={tracks} />
      ) : (
        <p class={answer.isLoading ? 'mission-empty bone' : 'mission-empty'}>
          {answer.isLoading ? '' : word('noData')}
        </p>
      )}
    </section>
  );
}
