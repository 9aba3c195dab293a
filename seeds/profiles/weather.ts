/** Weather that a park must act on: gales by the Beaufort scale, heat and frost as county warnings count them. */
import { startingProfile } from './profile.ts';

export const weather = [
  startingProfile(
    'weather',
    '气象',
    'Weather',
    ['weather_station'],
    [
      {
        field: 'wind_speed',
        warnAbove: 10.8,
        criticalAbove: 17.2,
        holdMinutes: { warning: 10, critical: 2 },
        clearMinutes: 30,
        source: 'Beaufort 6 and 8 (10.8 and 17.2 m/s)',
      },
      {
        field: 'air_temperature',
        warnBelow: 2,
        criticalBelow: -2,
        warnAbove: 38,
        criticalAbove: 40,
        holdMinutes: { warning: 30, critical: 30 },
        clearMinutes: 60,
        source:
          'Heat orange from 37, red from 40 °C (China Meteorological Administration, general knowledge); frost near 2 °C; proposed',
      },
    ],
  ),
];
