/** Joins device names to query results: readings only have ids; the platform writes the names. */
import type { DataTransformerConfig } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Language } from '../../sensors/format.ts';
import type { Quantity } from '../definition/dashboard.ts';
import { DEVICE_METRICS, PLACE_FIELDS } from '../definition/platform-metrics.ts';
import { InfluxQuery, namesQuery, type Scope } from './influxql.ts';

/** Figures of the platform are of every kind; readings are of the one that their measurement names. */
export function namesTarget(named: Quantity, measurement: string, scope: Scope, language: Language): InfluxQuery {
  const kind = measurement === DEVICE_METRICS ? undefined : measurement;
  return new InfluxQuery(NAMES, namesQuery(named, kind, scope, language), { format: 'table' });
}

/** Drops the time at which the name was written, which would appear beside that of the reading. */
export function onlyNames({ label }: Quantity, language: Language): DataTransformerConfig {
  return {
    id: 'filterFieldsByName',
    filter: { id: 'byRefId', options: NAMES },
    options: { include: { names: ['device', label[language], ...Object.values(PLACE_FIELDS)] } },
  };
}

/** An outer join: keeps rows without a name, and devices with a name but no row in this range. */
export const BESIDE_NAMES: DataTransformerConfig = {
  id: 'joinByField',
  options: { byField: 'device', mode: 'outerTabular' },
};

const NAMES = 'N';
