/** The sessions of all MQTT 5 clients: opened and resumed, kept until they expire, bounded in number, looked up for messages to devices. */
import { clientIdOf, type DeviceAddress } from '../../base/topics.ts';
import type { BrokerLimits, TellOptions } from '../broker.ts';
import type { Refusals } from '../refusals.ts';
import { filterMatches } from '../topic-rules.ts';
import { createDeliveries } from './deliveries.ts';
import type { LastWill, SessionState } from './session-state.ts';

export interface Opened {
  readonly state: SessionState;
  readonly isPresent: boolean;
  /** Seconds: as requested, or less. */
  readonly expiry: number;
}

export interface Sessions {
  /** The previous connection of the session must have left it. */
  open(address: DeviceAddress, isClean: boolean, askedExpiry: number): Opened;
  /** The connection has ended; without a will after a normal DISCONNECT. */
  leave(state: SessionState, expiry: number, will: LastWill | undefined): void;
  /** The device has connected with another version of the protocol. */
  forget(id: string): void;
  has(id: string): boolean;
  /** On a topic that its client subscribed to. */
  tell(client: DeviceAddress, topic: string, payload: string, options: TellOptions): void;
  close(): void;
}

export interface SessionsOptions {
  readonly limits: BrokerLimits;
  readonly refusals: Refusals;
  readonly clock: () => number;
  readonly monotonic: () => number;
}

interface Kept {
  readonly state: SessionState;
  expiring?: NodeJS.Timeout | undefined;
  /** Not yet published. */
  will?: LastWill | undefined;
  willing?: NodeJS.Timeout | undefined;
}

/** The longest lifetime of a command. */
const LONGEST_EXPIRY_SECONDS = 7 * 86_400;

export function createSessions({ limits, refusals, clock, monotonic }: SessionsOptions): Sessions {
  const sessions = new Map<string, Kept>();
  /** Sessions that outlive their connections. */
  const persistent = new Set<Kept>();

  function publishWill(kept: Kept): void {
    clearTimeout(kept.willing);
    const { will } = kept;
    kept.will = undefined;
    will?.publish();
  }

  /** The end of a session does not wait for the delay of its will [MQTT5-3.1.2-8]. */
  function end(kept: Kept): void {
    clearTimeout(kept.expiring);
    publishWill(kept);
    persistent.delete(kept);
    if (sessions.get(kept.state.id) === kept) sessions.delete(kept.state.id);
  }

  function create(address: DeviceAddress): Kept {
    const id = clientIdOf(address);
    const deliveries = createDeliveries({
      ...{ maxQueued: limits.maxQueuedPerSession, monotonic },
      onDropped: (reason) => refusals.note('tell', { clientId: id, reason }),
    });
    const state = { id, address, subscriptions: new Map(), received: new Set<number>(), deliveries };
    const kept: Kept = { state };
    sessions.set(id, kept);
    return kept;
  }

  return {
    open(address, isClean, askedExpiry) {
      const before = sessions.get(clientIdOf(address));
      if (before !== undefined && isClean) end(before);
      const known = isClean ? undefined : before;
      clearTimeout(known?.expiring);
      clearTimeout(known?.willing);
      const kept = known ?? create(address);
      // Resumed before its delay was over: it is not sent [MQTT5-3.1.3-9].
      kept.will = undefined;
      const isKept = askedExpiry > 0 && (persistent.has(kept) || persistent.size < limits.maxPersistentSessions);
      if (isKept) persistent.add(kept);
      else persistent.delete(kept);
      return {
        state: kept.state,
        isPresent: known !== undefined,
        expiry: isKept ? Math.min(askedExpiry, LONGEST_EXPIRY_SECONDS) : 0,
      };
    },
    leave(state, expiry, will) {
      const kept = sessions.get(state.id);
      if (kept?.state !== state) return;
      kept.will = will;
      if (expiry === 0) return end(kept);
      kept.expiring = setTimeout(() => end(kept), expiry * 1000).unref();
      if (will === undefined) return;
      if (will.delay === 0) publishWill(kept);
      else if (will.delay < expiry) kept.willing = setTimeout(() => publishWill(kept), will.delay * 1000).unref();
    },
    forget(id) {
      const kept = sessions.get(id);
      if (kept !== undefined) end(kept);
    },
    has: (id) => sessions.has(id),
    tell(client, topic, payload, { expires, correlation }) {
      const state = sessions.get(clientIdOf(client))?.state;
      const matching = [...(state?.subscriptions ?? [])].filter(([filter]) => filterMatches(filter, topic));
      if (state === undefined || matching.length === 0) return;
      const granted = matching.map(([, each]) => each);
      state.deliveries.send({
        ...{ topic, payload, correlation },
        // The highest of overlapping subscriptions [MQTT5-3.3.4-2].
        qos: granted.some(({ qos }) => qos === 1) ? 1 : 0,
        subscriptionIds: granted.flatMap(({ subscriptionId }) => subscriptionId ?? []),
        deadline: expires === undefined ? undefined : monotonic() + expires - clock(),
        responseTopic: correlation === undefined ? undefined : topic.replace(/commands\/[^/]*$/, 'replies'),
      });
    },
    close() {
      for (const { expiring, willing } of sessions.values()) {
        clearTimeout(expiring);
        clearTimeout(willing);
      }
      sessions.clear();
    },
  };
}
