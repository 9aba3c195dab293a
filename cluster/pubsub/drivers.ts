/** Pub/sub between the processes of a platform: over the server that holds the log, or inside a single process. */
import type { Driver } from '../../base/driver.ts';
import type { Log } from '../../base/logger.ts';
import { NATS_SCHEMES, parseNatsUrl } from '../../engines/nats/url.ts';
import { openLocalPubSub } from './local.ts';
import type { PubSub } from './pubsub.ts';

export interface PubSubContext {
  readonly url: string;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

type PubSubDriver = Driver<PubSubContext, PubSub>;

const local = (scheme: string): PubSubDriver => ({
  schemes: [scheme],
  form: scheme,
  isShared: false,
  validate() {},
  open: async () => openLocalPubSub(),
});

export const pubsubDrivers: readonly PubSubDriver[] = [
  local('embedded'),
  {
    schemes: NATS_SCHEMES,
    form: 'nats://host:4222',
    isShared: true,
    validate: parseNatsUrl,
    async open({ url, log }) {
      const { openNatsPubSub } = await import('./nats.ts');
      return openNatsPubSub({ url, log });
    },
  },
  local('memory'),
];
