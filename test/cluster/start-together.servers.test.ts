/** Processes that a supervisor starts at one moment, on servers that hold nothing yet. */
import { describe, expect, it } from 'vitest';
import { runPlatform } from '../running-platform.ts';
import { hasInflux, startInflux } from '../servers/influx.ts';
import { hasNats } from '../servers/nats.ts';
import { startNatsCluster } from '../servers/nats-cluster.ts';

describe.runIf(hasNats() && hasInflux())(
  'five processes started together on a fresh cluster of three NATS servers',
  () => {
    it('all come up', async () => {
      const [cluster, influx] = await Promise.all([startNatsCluster(), startInflux()]);
      const shared = {
        DAOYU_BUS_URL: cluster.url,
        DAOYU_BUS_REPLICAS: '3',
        DAOYU_BUS_MAX_BYTES: '100MB',
        DAOYU_STORE_URL: influx.url(),
      };
      const started = await Promise.allSettled(
        ['broker', 'broker', 'ingest', 'ingest', 'api'].map((role) => runPlatform({ ...shared, DAOYU_ROLES: role })),
      );
      expect(started.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []))).toEqual([]);
      const tokens = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value.platform.token] : []));
      expect(new Set(tokens).size).toBe(1);
    }, 120_000);
  },
);
