/** The log on NATS JetStream, shared by any number of processes. */
import { NATS_SCHEMES, parseNatsUrl } from '../../engines/nats/url.ts';
import type { BusDriver } from '../drivers.ts';

export const jetStreamLog: BusDriver = {
  schemes: NATS_SCHEMES,
  form: 'nats://host:4222',
  isShared: true,
  validate: parseNatsUrl,
  async open({ url, maxBytes, retainMs, replicas, reserveBytes, firstPosition, clock, log }) {
    const { openJetStreamBus } = await import('./jetstream.ts');
    const first = firstPosition === undefined ? {} : { firstPosition };
    return openJetStreamBus({ url, maxBytes, retainMs, replicas, reserveBytes, clock, log, ...first });
  },
};
