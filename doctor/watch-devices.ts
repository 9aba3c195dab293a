/** The broker's part: watches devices for doctors of any process, as long as they ask for it. */
import { clientIdOf } from '../base/topics.ts';
import type { Broker } from '../broker/broker.ts';
import type { Observation } from '../broker/observe/observation.ts';
import type { Watch } from '../broker/observe/observers.ts';
import type { PubSub } from '../cluster/pubsub/pubsub.ts';
import { LEASE_MS, OBSERVED, parseWatch, WATCH, type WatchMessage } from './messages.ts';

export interface WatchDevicesOptions {
  readonly pubsub: PubSub;
  readonly broker: Pick<Broker, 'watch'>;
  /** Of this process. */
  readonly id: string;
}

/** Observations of one moment travel together. */
const GATHER_MS = 50;
/** At most so many in a message, well below the largest that NATS takes. */
const MAX_BYTES = 256 * 1024;
/** Devices watched at one time; more are not. */
const MAX_WATCHED = 50;

interface Held {
  readonly id: string;
  readonly watch: Watch;
  lease: NodeJS.Timeout;
  end(): void;
}

export async function watchDevices({ pubsub, broker, id: self }: WatchDevicesOptions): Promise<{ close(): void }> {
  const held = new Map<string, Held>();

  function begin({ id, device }: WatchMessage): Held {
    const name = clientIdOf(device);
    held.get(name)?.end();
    const outbox = createOutbox((seen) => pubsub.publish(OBSERVED, { id, of: self, seen }));
    const watch = broker.watch(device, outbox.add);
    const end = () => {
      clearTimeout(entry.lease);
      watch.stop();
      outbox.flush();
      if (held.get(name) === entry) held.delete(name);
    };
    const entry: Held = { id, watch, end, lease: leaseOf(end) };
    held.set(name, entry);
    return entry;
  }

  const leaseOf = (end: () => void) => setTimeout(end, LEASE_MS).unref();

  const unsubscribe = await pubsub.subscribe(WATCH, (said) => {
    const message = parseWatch(said);
    if (message === undefined) return;
    const known = held.get(clientIdOf(message.device));
    const isSame = known?.id === message.id;
    if (message.isOver) {
      if (isSame) known.end();
      return;
    }
    if (!isSame && held.size >= MAX_WATCHED) return;
    const entry = isSame ? known : begin(message);
    clearTimeout(entry.lease);
    entry.lease = leaseOf(entry.end);
    if (message.fault !== undefined) entry.watch.inflict(message.fault);
  });

  return {
    close() {
      unsubscribe();
      for (const entry of [...held.values()]) entry.end();
    },
  };
}

function createOutbox(send: (seen: readonly Observation[]) => void) {
  let waiting: Observation[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const seen = waiting;
    waiting = [];
    bytes = 0;
    if (seen.length > 0) send(seen);
  }

  return {
    flush,
    add(observation: Observation): void {
      waiting.push(observation);
      bytes += 'payload' in observation ? observation.payload.length + 200 : 200;
      if (bytes > MAX_BYTES) flush();
      else timer ??= setTimeout(flush, GATHER_MS).unref();
    },
  };
}
