/** Drone seeding: agronomic limits, since no national standard for seeding rice by drone was found. */
import { startingProfile } from './profile.ts';

/** A line takes a minute, a turn some seconds, and a drone on the ground sends nothing: what is over is over at once. */
const CLEAR_MINUTES = 0.1;

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
        holdMinutes: { warning: 0.5, critical: 0.5 },
        clearMinutes: CLEAR_MINUTES,
        source: '40 kg/ha for conventional rice; deviation of 10 and 20 % (tests saw 9.5-17.7 % under-application)',
      },
      {
        field: 'wind_speed',
        onlyWhile: 'spreading',
        warnAbove: 3,
        criticalAbove: 5,
        holdMinutes: { warning: 0.5, critical: 0.1 },
        clearMinutes: CLEAR_MINUTES,
        source: 'Aircraft limit 6 m/s (DJI T40 specification)',
      },
      {
        field: 'hopper_weight',
        onlyWhile: 'spreading',
        warnBelow: 5,
        holdMinutes: { warning: 3, critical: 3 },
        clearMinutes: CLEAR_MINUTES,
        source: 'A tenth of a 50 kg hopper; every load ends below it, flying on so is worth a word',
      },
      {
        field: 'battery_level',
        warnBelow: 30,
        criticalBelow: 15,
        holdMinutes: { warning: 5, critical: 0.5 },
        clearMinutes: CLEAR_MINUTES,
        source: 'Return-home reserve; proposed',
      },
    ],
  ),
];
