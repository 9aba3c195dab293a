/** Tracks of vehicles over the county's own sites, and over a base layer where the operator configured one. WGS-84, north up. */
import {
  formatLength,
  type Position,
  planeAround,
  positionsAround,
  roundLength,
  type Spot,
} from '../../../analysis/seeding/projection.ts';
import type { Point } from '../../../store/store.ts';
import { useAppContext } from '../feed/app-context.ts';
import { formatClock } from '../language/format-time.ts';
import { tilesOver } from './tiles.ts';
import { useBaseLayer } from './use-base-layer.ts';

export interface Stop extends Position {
  readonly time: number;
}

export interface Track {
  readonly key: string;
  readonly name: string;
  readonly colour: number;
  readonly positions: readonly (Position & { readonly time: number })[];
  /** Stretches beyond the limits, as times of positions. */
  readonly isOutside: (time: number) => boolean;
  /** Where a door was open. */
  readonly stops: readonly Stop[];
}

const WIDTH = 1000;
const LEAST_SPAN = 1500;
const GAP_MS = 10 * 60_000;

export function TrackMap({ tracks }: { readonly tracks: readonly Track[] }) {
  const { state, language, word } = useAppContext();
  const all = tracks.flatMap(({ positions }) => positions);
  const base = useBaseLayer();
  const [origin] = all;
  if (origin === undefined) return null;
  const plane = planeAround(origin);
  const view = viewOf(all.map(plane));
  const place = (position: Position): readonly [number, number] => {
    const { east, north } = plane(position);
    return [(east - view.left) * view.scale, (view.top - north) * view.scale];
  };
  const height = Math.round(view.height * view.scale);
  const sites = state.catalog.sites.flatMap(({ label, latitude, longitude, type, id }) =>
    latitude === undefined || longitude === undefined || type === 'vehicle'
      ? []
      : [{ id, label: label[language], at: place({ latitude, longitude }) }],
  );
  const ends = tracks.flatMap(({ positions }) => positions.slice(-1).map(place));
  const shown = spaced(
    sites.filter(({ at: [x, y] }) => x > 0 && y > 0 && x < WIDTH && y < height),
    ends,
  );
  const positionOf = positionsAround(origin);
  const tiles =
    base === undefined
      ? []
      : tilesOver(
          positionOf({ east: view.left, north: view.top }),
          positionOf({ east: view.left + WIDTH / view.scale, north: view.top - view.height }),
          base.tiles,
        );
  const bar = roundLength(WIDTH / view.scale / 4);
  return (
    <figure class="map">
      <div class="map-picture" style={{ aspectRatio: `${WIDTH} / ${height}` }} role="img" aria-label={word('vehicles')}>
        <svg viewBox={`0 0 ${WIDTH} ${height}`} aria-hidden="true">
          {tiles.map(({ url, northWest, southEast }) => {
            const [x, y] = place(northWest);
            const [right, bottom] = place(southEast);
            return (
              <image
                key={url}
                class="map-tile"
                href={url}
                x={x}
                y={y}
                width={right - x}
                height={bottom - y}
                preserveAspectRatio="none"
              />
            );
          })}
          {tracks.map((track) => (
            <g key={track.key}>
              <path class={`map-track line-${track.colour % 6}`} d={pathOf(track, place, () => true)} />
              <path class="map-outside" d={pathOf(track, place, track.isOutside)} />
              {track.stops.map((stop) => {
                const [x, y] = place(stop);
                return <rect key={stop.time} class="map-stop" x={x - 6} y={y - 6} width="12" height="12" />;
              })}
            </g>
          ))}
        </svg>
        {shown.map(({ id, label, at: [x, y] }) => (
          <Tag key={id} kind="site" x={x / WIDTH} y={y / height}>
            {label}
          </Tag>
        ))}
        {tracks.map(({ key, name, positions, colour }) => {
          const last = positions.at(-1);
          if (last === undefined) return null;
          const [x, y] = place(last);
          return (
            <Tag key={key} kind={`vehicle series-${colour % 6}`} x={x / WIDTH} y={y / height}>
              {`${name} ${formatClock(last.time)}`}
            </Tag>
          );
        })}
        <span class="north" aria-hidden="true">
          ↑<i>N</i>
        </span>
        <span class="scale" style={{ width: `${((bar * view.scale) / WIDTH) * 100}%` }} aria-hidden="true">
          {formatLength(bar)}
        </span>
        {base !== undefined && base.attribution !== '' && <span class="map-attribution">{base.attribution}</span>}
      </div>
      <figcaption class="note map-note">
        <span>
          <i class="swatch outside-swatch" aria-hidden="true" />
          {word('outside')}
        </span>
        <span>
          <i class="stop-swatch" aria-hidden="true" />
          {word('doorOpen')}
        </span>
      </figcaption>
    </figure>
  );
}

interface TagProps {
  readonly kind: string;
  readonly x: number;
  readonly y: number;
  readonly children: string;
}

function Tag({ kind, x, y, children }: TagProps) {
  return (
    <span class={`map-tag ${x > 0.7 ? 'left' : 'right'}`} style={{ left: `${x * 100}%`, top: `${y * 100}%` }}>
      <i class={`map-dot ${kind}`} />
      <b>{children}</b>
    </span>
  );
}

/** The visible area: all positions with a margin, at least as wide as a village, no taller than wide. */
function viewOf(spots: readonly Spot[]) {
  const east = spots.map((spot) => spot.east);
  const north = spots.map((spot) => spot.north);
  const [left, right, bottom, top] = [least(east), most(east), least(north), most(north)];
  const margin = Math.max(right - left, top - bottom, LEAST_SPAN) * 0.12;
  const height = Math.max(top - bottom, LEAST_SPAN) + 2 * margin;
  const width = Math.max(right - left + 2 * margin, height * 2.2);
  const middle = (left + right) / 2;
  const centre = (top + bottom) / 2;
  const tall = Math.max(height, width * 0.45);
  return { left: middle - width / 2, top: centre + tall / 2, height: tall, scale: WIDTH / width };
}

const least = (values: readonly number[]) =>
  values.reduce((low, each) => Math.min(low, each), Number.POSITIVE_INFINITY);
const most = (values: readonly number[]) =>
  values.reduce((high, each) => Math.max(high, each), Number.NEGATIVE_INFINITY);

type At = readonly [x: number, y: number];

/** Leaves out names that would overlap each other or a vehicle's: the first one stands for its neighbours. */
function spaced<T extends { readonly at: At }>(sites: readonly T[], taken: readonly At[]): readonly T[] {
  const kept: T[] = [];
  for (const site of sites) {
    const isFree = [...taken, ...kept.map(({ at }) => at)].every(
      (at) => Math.abs(at[0] - site.at[0]) > 190 || Math.abs(at[1] - site.at[1]) > 30,
    );
    if (isFree) kept.push(site);
  }
  return kept;
}

function pathOf(
  { positions }: Track,
  place: (position: Position) => readonly [number, number],
  isDrawn: (time: number) => boolean,
): string {
  let path = '';
  let before: number | undefined;
  for (const position of positions) {
    if (!isDrawn(position.time)) {
      before = undefined;
      continue;
    }
    const [x, y] = place(position);
    const isJoined = before !== undefined && position.time - before <= GAP_MS;
    path += `${isJoined ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    before = position.time;
  }
  return path;
}

/** A position for each time at which both coordinates are known. */
export function positionsOf(latitudes: readonly Point[], longitudes: readonly Point[]): Track['positions'] {
  const east = new Map(longitudes.map(([time, value]) => [time, value]));
  return latitudes.flatMap(([time, latitude]) => {
    const longitude = east.get(time);
    return longitude === undefined ? [] : [{ time, latitude, longitude }];
  });
}
