/** Joins device names to query results: readings carry ids only, the platform writes the names. */
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

/** Without the time at which the name was written, which would stand beside that of the reading. */
export function onlyNames({ label }: Quantity, language: Language): DataTransformerConfig {
  return {
    id: 'filterFieldsByName',
    filter: { id: 'byRefId', options: NAMES },
    options: { include: { names: ['device', label[language], ...Object.values(PLACE_FIELDS)] } },
  };
}

/** A row without a name stays, and so does a device that has a name but no row in this time. */
export const BESIDE_NAMES: DataTransformerConfig = {
  id: 'joinByField',
  options: { byField: 'device', mode: 'outerTabular' },
};

const NAMES = 'N';
