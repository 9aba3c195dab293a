import { describe, onTestFinished } from 'vitest';
import { openJetStreamKv } from '../../kv/jetstream.ts';
import { describeRegistry } from '../contract/registry.ts';
import { hasNats, startNats } from '../servers/nats.ts';

describe.runIf(hasNats())('with a NATS server', () => {
  describeRegistry('NATS, each process with its own connection', async () => {
    const { url } = await startNats();
    const log = { info() {}, warn() {} };
    return async () => {
      const kv = await openJetStreamKv({ url, replicas: 1, clock: Date.now, log });
      onTestFinished(() => kv.close().catch(() => {}));
      return kv;
    };
  });
});
