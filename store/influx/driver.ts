/** InfluxDB 1.x or 2.x, shared by any number of processes. */
import type { StoreDriver } from '../drivers.ts';
import { parseInfluxUrl } from './url.ts';

export const influxStore: StoreDriver = {
  schemes: ['influxdb', 'influxdbs'],
  form: 'influxdb://…',
  isShared: true,
  capabilities: ['checkpoint', 'rejectedPoints'],
  validate: parseInfluxUrl,
  async open({ url, kinds, kv, clock }) {
    const { openInfluxStore } = await import('./influx.ts');
    return openInfluxStore({ url, kinds, kv, clock });
  },
  async createMetricSink(url) {
    const { createInfluxMetricSink } = await import('./metric-sink.ts');
    return createInfluxMetricSink(url);
  },
};
