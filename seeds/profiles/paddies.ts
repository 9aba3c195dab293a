/** Paddies: water against the stage of the rice. Levels are above the soil surface, below it negative. */
import type { Band } from '../../sensors/profile.ts';
import { startingProfile } from './profile.ts';

const PADDY = ['paddy_water'];

type Limits = Pick<Band, 'warnBelow' | 'warnAbove' | 'criticalBelow' | 'criticalAbove'>;

/** Two bands: a field dries over hours, which can wait, but water over the bund cannot. */
function level(target: readonly [number, number], limits: Limits, source: string): readonly Band[] {
  const { warnBelow, criticalBelow, warnAbove, criticalAbove } = limits;
  return [
    {
      field: 'water_level',
      target,
      ...(warnBelow !== undefined && { warnBelow }),
      ...(criticalBelow !== undefined && { criticalBelow }),
      holdMinutes: { warning: 120, critical: 60 },
      source,
    },
    {
      field: 'water_level',
      ...(warnAbove !== undefined && { warnAbove }),
      ...(criticalAbove !== undefined && { criticalAbove }),
      holdMinutes: { warning: 30, critical: 10 },
      source,
    },
  ];
}

/** The refuge of crab and crayfish must not dry; 0.8 and 0.5 of a ditch set to 800 mm. */
const ditch: Band = {
  field: 'ditch_water_level',
  target: [800, 1500],
  warnBelow: 640,
  criticalBelow: 400,
  holdMinutes: { warning: 60, critical: 30 },
  source: 'Ditch of 1-1.5 m in hill rice–crayfish practice; shares proposed',
};
const fieldOxygen: Band = {
  field: 'dissolved_oxygen',
  target: [3, 8],
  warnBelow: 2.5,
  criticalBelow: 1.5,
  holdMinutes: { warning: 20, critical: 10 },
  source: 'A rice–crab field measured all season held 2.66-5.72 mg/L (江苏农业科学 2017,45(12):109-112)',
};

const AWD = level(
  [-150, 30],
  { warnBelow: -150, criticalBelow: -200, warnAbove: 70, criticalAbove: 100 },
  'Safe AWD: -15 cm in the field tube (Lampayan); deeper than 7 cm hinders tillering (科学种养 2014-9)',
);

const plain = [
  startingProfile('paddy_fallow', '冬闲期', 'Winter fallow', PADDY, [
    ...level(
      [-200, 20],
      { warnAbove: 80, criticalAbove: 150 },
      'Bare soil: only water over the bund matters; proposed',
    ),
  ]),
  startingProfile('paddy_soaking', '泡田期', 'Soaking', PADDY, [
    ...level(
      [0, 50],
      { warnBelow: -30, warnAbove: 80, criticalAbove: 100 },
      'Shallow water for ploughing and levelling before transplanting; proposed',
    ),
  ]),
  startingProfile('paddy_emergence', '播后出苗期', 'Direct-seeded emergence', PADDY, [
    ...level([-20, 5], { warnAbove: 35, criticalAbove: 80, warnBelow: -60 }, 'Moist, no standing water: seed drowns'),
  ]),
  startingProfile('paddy_recovery', '返青期', 'Recovery after transplanting', PADDY, [
    ...level([20, 40], { warnBelow: 0, warnAbove: 70, criticalAbove: 100 }, '3 cm shallow water in extension texts'),
  ]),
  startingProfile('paddy_tillering', '分蘖期', 'Tillering', PADDY, AWD),
  startingProfile('paddy_awd', '干湿交替', 'Alternate wetting and drying', PADDY, AWD),
  startingProfile('paddy_drain', '晒田期', 'Midseason drain', PADDY, [
    ...level(
      [-300, -50],
      { warnAbove: 20, criticalBelow: -350 },
      'Drained 7-10 days at about 80 % of the wanted tillers',
    ),
  ]),
  startingProfile('paddy_heading', '孕穗抽穗期', 'Booting to heading', PADDY, [
    ...level(
      [20, 50],
      { warnBelow: 10, criticalBelow: 0, warnAbove: 80, criticalAbove: 100 },
      'Most sensitive to drought: never dry',
    ),
  ]),
  startingProfile('paddy_terminal', '断水期', 'Terminal drain', PADDY, [
    ...level([-300, 0], { warnAbove: 30, criticalAbove: 100 }, 'Drained 7-10 days before harvest'),
  ]),
  startingProfile('paddy_filling', '灌浆期', 'Grain filling', PADDY, AWD),
  startingProfile('paddy_ratoon', '再生期', 'Ratoon', PADDY, [
    ...level(
      [-150, 30],
      { warnBelow: -200, warnAbove: 70, criticalAbove: 100 },
      'As in filling, but stubble bears more drought; proposed',
    ),
  ]),
];

/** A crab field may be under water all year; its bund is higher than a paddy's. */
const CRAB_BUND = { warnAbove: 200, criticalAbove: 300 };

const crab = [
  startingProfile('rice_field', '稻蟹田', 'Rice–crab field', PADDY, [
    ...level(
      [0, 100],
      { warnBelow: -20, criticalBelow: -100, warnAbove: 200, criticalAbove: 300 },
      'Shallow water over the field; bund height to be set per field',
    ),
    ditch,
    fieldOxygen,
  ]),
  ...(
    [
      ['planting', '泡田插秧', 'Soaking and planting', [0, 60], { warnBelow: -20, criticalBelow: -100 }],
      ['tillering', '浅水分蘖', 'Shallow tillering', [10, 100], { warnBelow: 0, criticalBelow: -100 }],
      ['drain', '轻晒田', 'Light drain', [-50, 20], { warnBelow: -80, criticalBelow: -150 }],
      ['heading', '深水抽穗', 'Flooded heading', [20, 100], { warnBelow: 10, criticalBelow: 0 }],
      ['filling', '浅水灌浆', 'Shallow filling', [10, 100], { warnBelow: 0, criticalBelow: -100 }],
      ['harvest', '断水收割', 'Drained harvest', [-100, 20], { warnBelow: -150, criticalBelow: -250 }],
      ['flooded', '蓄水养蟹', 'Flooded for crab', [0, 150], { warnBelow: -20, criticalBelow: -100 }],
    ] as const
  ).map(([stage, zh, en, target, limits]) =>
    startingProfile(`crab_field_${stage}`, zh, en, PADDY, [
      ...level(
        target,
        { ...CRAB_BUND, ...limits },
        'Shallow water with a light drain, as crab stay on the field; proposed',
      ),
      ditch,
      fieldOxygen,
    ]),
  ),
];

const crayfish = [
  startingProfile('rice_crayfish', '稻虾田', 'Rice–crayfish field', PADDY, [
    ...level(
      [200, 600],
      { warnBelow: 150, criticalBelow: 50, warnAbove: 650, criticalAbove: 750 },
      'Field of 400-600 mm in winter and spring',
    ),
    ditch,
    fieldOxygen,
  ]),
  ...(
    [
      [
        'rice',
        '稻虾共作',
        'Crayfish with rice',
        [150, 350],
        { warnBelow: 100, criticalBelow: 50, warnAbove: 500, criticalAbove: 650 },
      ],
      [
        'harvest',
        '降水收割',
        'Lowered for harvest',
        [-50, 120],
        { warnBelow: -150, warnAbove: 200, criticalAbove: 400 },
      ],
      ['reflood', '复水', 'Reflooding', [50, 600], { warnAbove: 650, criticalAbove: 750 }],
      [
        'flooded',
        '深水养虾',
        'Deep for crayfish',
        [400, 600],
        { warnBelow: 200, criticalBelow: 100, warnAbove: 650, criticalAbove: 750 },
      ],
    ] as const
  ).map(([stage, zh, en, target, limits]) =>
    startingProfile(`crayfish_field_${stage}`, zh, en, PADDY, [
      ...level(target, limits, 'Field of 400-600 mm in winter and spring (extension texts); other depths proposed'),
      ditch,
      fieldOxygen,
    ]),
  ),
];

export const paddies = [...plain, ...crab, ...crayfish];
