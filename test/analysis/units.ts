/** Units that readers of the API have built on. */
export const UNITS_OF_DERIVED: Readonly<Record<string, string>> = {
  oxygen_dawn_minimum: 'mg/L',
  oxygen_debt_hours: 'h',
  oxygen_recovery: 'mg/(L.h)',
  awd_dry_downs: '1',
  growing_degree_days: 'Cel.d',
  active_temperature_sum: 'Cel.d',
  mean_kinetic_temperature: 'Cel',
  excursion_minutes: 'min',
  degree_minutes: 'Cel.min',
  seeding_uniformity: '%',
};
