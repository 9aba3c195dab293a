/** The derived series that there are, by name. */
import type { DerivedSeries } from './derived-series.ts';
import { activeTemperatureSum } from './series/active-temperature-sum.ts';
import { awdDryDowns } from './series/awd-dry-downs.ts';
import { degreeMinutes, excursionMinutes } from './series/excursion.ts';
import { growingDegreeDays } from './series/growing-degree-days.ts';
import { meanKineticTemperature } from './series/mean-kinetic-temperature.ts';
import { oxygenDawnMinimum } from './series/oxygen-dawn-minimum.ts';
import { oxygenDebtHours } from './series/oxygen-debt-hours.ts';
import { oxygenRecovery } from './series/oxygen-recovery.ts';
import { seedingUniformity } from './series/seeding-uniformity.ts';

export const DERIVED: ReadonlyMap<string, DerivedSeries> = new Map(
  [
    ...[oxygenDawnMinimum, oxygenDebtHours, oxygenRecovery, awdDryDowns, growingDegreeDays, activeTemperatureSum],
    ...[meanKineticTemperature, excursionMinutes, degreeMinutes, seedingUniformity],
  ].map((series) => [series.name, series]),
);
