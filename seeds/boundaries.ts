/** Outlines of the two demo fields that are seeded by drone, about 3.5 ha each. Drawn as terraces of the hill country are, not surveyed: the operator sets the true ones. */
import type { LonLat, Polygon } from '../sensors/polygon.ts';

const closed = (corners: readonly LonLat[]): Polygon => ({
  type: 'Polygon',
  coordinates: [[...corners, ...corners.slice(0, 1)]],
});

export const boundaries: Readonly<Record<string, Polygon>> = {
  'renshi-field-a': closed([
    [107.957738, 31.025104],
    [107.959662, 31.02612],
    [107.959452, 31.02685],
    [107.958836, 31.027324],
    [107.957653, 31.026723],
    [107.95697, 31.025842],
  ]),
  'changling-field-b': closed([
    [107.991417, 30.949498],
    [107.989238, 30.950007],
    [107.98876, 30.949377],
    [107.988777, 30.948667],
    [107.990097, 30.948338],
    [107.991312, 30.948512],
  ]),
};
