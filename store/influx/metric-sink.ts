/** Figures into the InfluxDB that holds the readings: the one place where Grafana looks. */
import { DaoyuError } from '../../base/errors.ts';
import type { MetricSink } from '../metric-sink.ts';
import { createInfluxHttp } from './http.ts';
import { instant, name } from './influxql.ts';
import { parseInfluxUrl } from './url.ts';

/** Of the setting of the store. Rejects with `CONFIG_INVALID` as the store does; asks nothing yet. */
export function createInfluxMetricSink(url: string): MetricSink {
  const target = parseInfluxUrl(url);
  const http = createInfluxHttp(target);
  return {
    async write(lines) {
      const refusal = await http.write(lines);
      if (refusal === undefined) return;
      throw new DaoyuError('STORE_UNAVAILABLE', `${target.shown} refused figures (${refusal.reason})`);
    },
    async forget(measurement, before) {
      const rows = http.query(`DELETE FROM ${name(measurement)} WHERE time < ${instant(before)}`);
      for await (const _ of rows);
    },
  };
}
