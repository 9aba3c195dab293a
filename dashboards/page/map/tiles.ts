/** The base layer of a map, where the operator configures one: which tiles cover a view, and where each lies. Web Mercator, as nearly all tile servers. */
import type { Position } from '../../../analysis/seeding/projection.ts';

export interface Tile {
  readonly url: string;
  readonly northWest: Position;
  readonly southEast: Position;
}

/** More would be fetched than a phone on 4G should. */
const MOST_TILES = 24;
const DEEPEST = 18;

/** At the deepest zoom at which the view takes few tiles. `template`: with `{z}`, `{x}`, `{y}`. */
export function tilesOver(northWest: Position, southEast: Position, template: string): readonly Tile[] {
  for (let zoom = DEEPEST; zoom >= 0; zoom -= 1) {
    const [left, top] = tileAt(northWest, zoom).map(Math.floor) as [number, number];
    const [right, bottom] = tileAt(southEast, zoom).map(Math.floor) as [number, number];
    if ((right - left + 1) * (bottom - top + 1) > MOST_TILES) continue;
    const tiles: Tile[] = [];
    for (let x = left; x <= right; x += 1)
      for (let y = top; y <= bottom; y += 1)
        tiles.push({
          url: template.replace('{z}', String(zoom)).replace('{x}', String(x)).replace('{y}', String(y)),
          northWest: positionAt(x, y, zoom),
          southEast: positionAt(x + 1, y + 1, zoom),
        });
    return tiles;
  }
  return [];
}

/** Whole part: the number of the tile. */
function tileAt({ latitude, longitude }: Position, zoom: number): readonly [x: number, y: number] {
  const count = 2 ** zoom;
  const angle = (latitude * Math.PI) / 180;
  return [((longitude + 180) / 360) * count, ((1 - Math.asinh(Math.tan(angle)) / Math.PI) / 2) * count];
}

function positionAt(x: number, y: number, zoom: number): Position {
  const count = 2 ** zoom;
  const angle = Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / count)));
  return { latitude: (angle * 180) / Math.PI, longitude: (x / count) * 360 - 180 };
}
