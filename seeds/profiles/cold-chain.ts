/** Cold chain: air of the room or box; live animals have a lower limit too. Numbers of the consultation draft of GB/T 31080, to be checked against the 2025 text. */
import type { Band } from '../../sensors/profile.ts';
import { startingProfile } from './profile.ts';

const COLD = ['cold_chain'];

function air(
  target: readonly [number, number],
  limits: Pick<Band, 'warnBelow' | 'warnAbove' | 'criticalBelow' | 'criticalAbove'>,
  warning: number,
  critical: number,
  source: string,
): readonly Band[] {
  const band = { target, ...limits, holdMinutes: { warning, critical }, source };
  return [
    { field: 'air_temperature', ...band },
    { field: 'product_temperature', ...band },
  ];
}

export const coldChain = [
  startingProfile(
    'chilled_fish',
    '冰鲜水产品',
    'Chilled fish',
    COLD,
    air(
      [0, 4],
      { warnBelow: -1, warnAbove: 4, criticalBelow: -2, criticalAbove: 7 },
      45,
      60,
      'Ice-fresh 0-4 °C (GB/T 31080 draft, DB31/T 388); hold times of a real store operator',
    ),
  ),
  startingProfile(
    'frozen_fish',
    '冷冻水产品',
    'Frozen fish',
    COLD,
    air(
      [-35, -18],
      { warnAbove: -18, criticalAbove: -15 },
      30,
      15,
      'At or below -18 °C, -15 in transport, rejected above -12 (GB/T 24616-2019, DB31/T 388)',
    ),
  ),
  startingProfile(
    'live_crab',
    '活蟹',
    'Live crab',
    COLD,
    air(
      [5, 10],
      { warnBelow: 4, warnAbove: 12, criticalBelow: 2, criticalAbove: 16 },
      20,
      20,
      'Live crab travels at 5-10 °C with near full survival (Xinghua fishery station)',
    ),
  ),
  startingProfile(
    'live_crayfish',
    '活小龙虾',
    'Live crayfish',
    COLD,
    air(
      [4, 10],
      { warnBelow: 2, warnAbove: 12, criticalBelow: 0, criticalAbove: 18 },
      20,
      20,
      'About 10 °C with ice in summer; extension texts',
    ),
  ),
  startingProfile(
    'fruit',
    '水果',
    'Fruit',
    COLD,
    air(
      [5, 8],
      { warnBelow: 3, warnAbove: 10, criticalBelow: 1, criticalAbove: 14 },
      60,
      60,
      'Citrus and loquat; by variety, to be set by the operator',
    ),
  ),
];
