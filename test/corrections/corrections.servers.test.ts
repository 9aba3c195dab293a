import { describe } from 'vitest';
import { openMemoryKv } from '../../kv/memory.ts';
import { openInfluxStore } from '../../store/influx/influx.ts';
import { describeCorrections } from '../contract/corrections.ts';
import { testKind } from '../contract/store.ts';
import { hasInflux, type InfluxServer, startInflux } from '../servers/influx.ts';

const kinds = new Map([[testKind.name, testKind]]);

describe.runIf(hasInflux())('with a real influxd', () => {
  let server: InfluxServer | undefined;
  let runs = 0;
  describeCorrections(
    'InfluxDB store',
    async () => {
      // The first test starts it and ends it with itself; a database a run.
      if (runs === 0 || server === undefined) server = await startInflux();
      runs += 1;
      return await openInfluxStore({ url: server.url(`run_${runs}`), kinds, kv: openMemoryKv() });
    },
    6,
  );
});
