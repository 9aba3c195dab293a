import { describe, expect } from 'vitest';
import { openMemoryKv } from '../../kv/memory.ts';
import { openInfluxStore } from '../../store/influx/influx.ts';
import { describeStatistics } from '../contract/statistics.ts';
import { testKind } from '../contract/store/fixtures.ts';
import { hasInflux, type InfluxServer, startInflux } from '../servers/influx.ts';

const kinds = new Map([[testKind.name, testKind]]);

describe.runIf(hasInflux())('with a real influxd', () => {
  let server: InfluxServer | undefined;
  let runs = 0;
  let startedBy: string | undefined;
  describeStatistics(
    'InfluxDB store',
    async () => {
      // It ends with the test that starts it; a database a run.
      const { currentTestName } = expect.getState();
      if (server === undefined || startedBy !== currentTestName) server = await startInflux();
      startedBy = currentTestName;
      runs += 1;
      return await openInfluxStore({ url: server.url(`run_${runs}`), kinds, kv: openMemoryKv() });
    },
    4,
  );
});
