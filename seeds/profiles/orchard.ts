/** Orchards of the hill country: olive, citrus, ginkgo. Proposed from general knowledge, to be replaced by the county's growers. */
import { startingProfile } from './profile.ts';

export const orchards = [
  startingProfile(
    'orchard',
    '果园',
    'Orchard',
    ['orchard'],
    [
      {
        field: 'soil_moisture_20cm',
        target: [22, 35],
        warnBelow: 18,
        criticalBelow: 12,
        warnAbove: 42,
        holdMinutes: { warning: 360, critical: 120 },
        clearMinutes: 60,
        source: 'Loam between wilting point (about 12 % by volume) and saturation; proposed',
      },
      {
        field: 'air_temperature',
        warnBelow: 2,
        criticalBelow: -2,
        warnAbove: 38,
        criticalAbove: 40,
        holdMinutes: { warning: 30, critical: 15 },
        clearMinutes: 60,
        source: 'Flowers and young fruit freeze below about -2 °C; the county record high is 40.5 °C; proposed',
      },
    ],
  ),
];
