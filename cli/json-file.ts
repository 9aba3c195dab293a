/** Reads JSON files named by options, and field outlines in them. */
import { readFileSync } from 'node:fs';
import { DaoyuError } from '../base/errors.ts';
import type { Polygon } from '../sensors/polygon.ts';

/** `-` is standard input. Rejects a missing file with `FILE_MISSING`, a broken one with `OPTION_INVALID`. */
export function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new DaoyuError('FILE_MISSING', `cannot read ${file}`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DaoyuError('OPTION_INVALID', `${file} is not JSON`, { cause: error });
  }
}

/** The single polygon of a GeoJSON file. Map programs save it inside a feature, and that inside a collection; some add an altitude. */
export function polygonIn(given: unknown, file: string): Polygon {
  const { type, geometry, features, coordinates } = (given ?? {}) as Readonly<Record<string, unknown>>;
  if (type === 'Feature') return polygonIn(geometry, file);
  if (type === 'FeatureCollection' && Array.isArray(features) && features.length === 1)
    return polygonIn(features[0], file);
  if (type === 'MultiPolygon' && Array.isArray(coordinates) && coordinates.length === 1)
    return polygonIn({ type: 'Polygon', coordinates: coordinates[0] }, file);
  if (type !== 'Polygon' || !Array.isArray(coordinates) || !coordinates.every(Array.isArray))
    throw new DaoyuError('OPTION_INVALID', `${file} must be GeoJSON with exactly one polygon`);
  const rings = coordinates.map((ring: unknown[]) =>
    ring.map((position) => (Array.isArray(position) ? position.slice(0, 2) : position)),
  );
  return { type, coordinates: rings } as unknown as Polygon;
}
