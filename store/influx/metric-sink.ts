/** Writes platform metrics into the InfluxDB that holds the readings, where Grafana can query them. */
import { DaoyuError } from '../../base/errors.ts';
import type { MetricSink } from '../metric-sink.ts';
import { createInfluxHttp } from './http.ts';
import { instant, name } from './influxql.ts';
import { parseInfluxUrl } from './url.ts';

/** Takes the store's setting. Rejects with `CONFIG_INVALID` like the store; opens no connection yet. */
export function createInfluxMetricSink(url: string): MetricSink {
  const target = parseInfluxUrl(url);
  const http = createInfluxHttp(target);
  return {
    async write(lines) {
      const refusal = await http.write(lines);
      if (refusal === undefined) return;
      throw new DaoyuError('STORE_UNAVAILABLE', `${target.shown} rejected metrics (${refusal.reason})`);
    },
    async forget(measurement, before) {
      const rows = http.query(`DELETE FROM ${name(measurement)} WHERE time < ${instant(before)}`);
      for await (const _ of rows);
    },
  };
}
