/** Drone seeding: agronomic limits, since no national standard for seeding rice by drone was found. */
import { startingProfile } from './profile.ts';

export const drone = [
  startingProfile(
    'drone_seeding',
    '无人机飞播',
    'Drone seeding',
    ['drone_seeding'],
    [
      {
        field: 'seeding_rate',
        onlyWhile: 'spreading',
        target: [36, 44],
        warnBelow: 36,
        warnAbove: 44,
        criticalBelow: 32,
        criticalAbove: 48,
        source: '40 kg/ha for conventional rice; deviation of 10 and 20 % (tests saw 9.5-17.7 % under-application)',
      },
      {
        field: 'wind_speed',
        onlyWhile: 'spreading',
        warnAbove: 3,
        criticalAbove: 5,
        source: 'Aircraft limit 6 m/s (DJI T40 specification)',
      },
      { field: 'hopper_weight', onlyWhile: 'spreading', warnBelow: 5, source: 'A tenth of a 50 kg hopper' },
      { field: 'battery_level', warnBelow: 30, criticalBelow: 15, source: 'Return-home reserve; proposed' },
    ],
  ),
];
