/** The watched devices. Looked up once per connection; without watches it costs nothing. */
import { clientIdOf, type DeviceAddress } from '../../base/topics.ts';
import type { Session } from '../session.ts';
import { readConnectInfo } from './connect-info.ts';
import {
  type ConnectInfo,
  type Fault,
  MOST_DELAY_MS,
  MOST_OUTAGE_MS,
  MOST_WITHHOLD_MS,
  type Observation,
  type Seen,
} from './observation.ts';
import { tapConnection } from './tap.ts';

export interface Watch {
  inflict(fault: Fault): void;
  /** Ends all injected faults. */
  stop(): void;
}

export interface Observers {
  /** Call when a client has sent its CONNECT. False: close its connection. */
  arrived(session: Session, connect: Buffer): boolean;
  /** Call when its credential is verified. */
  proven(session: Session): void;
  /** One watch per device: a second one ends the first. */
  watch(device: DeviceAddress, onObservation: (observation: Observation) => void): Watch;
}

interface Watched {
  readonly arrived: (session: Session, connect: ConnectInfo, isEarlier: boolean) => boolean;
  readonly stop: () => void;
}

export interface ObserversOptions {
  readonly clock: () => number;
  readonly monotonic: () => number;
}

export function createObservers({ clock, monotonic }: ObserversOptions): Observers {
  const watched = new Map<string, Watched>();
  const present = new Map<string, Session>();
  let connections = 0;

  function watch(device: DeviceAddress, onObservation: (observation: Observation) => void): Watch {
    const id = clientIdOf(device);
    watched.get(id)?.stop();
    const tapped = new Set<Session>();
    /** Until when each fault may still occur, ms of the monotonic clock. */
    const until = { withhold: 0, delay: 0, outage: 0 };
    let delayMs = 0;

    const once = (fault: 'withhold' | 'delay') => {
      const isDue = monotonic() < until[fault];
      until[fault] = 0;
      return isDue;
    };
    const acknowledging = {
      mayAcknowledge: () => !once('withhold'),
      delayMs: () => (once('delay') ? delayMs : 0),
    };

    function arrived(session: Session, connect: ConnectInfo, isEarlier: boolean): boolean {
      connections += 1;
      const connection = connections;
      const onSeen = (seen: Seen) => onObservation({ ...seen, connection, at: clock() });
      if (!isEarlier && monotonic() < until.outage) {
        onSeen({ what: 'turned-away' });
        return false;
      }
      session.tap = tapConnection({ session, connect, isEarlier, acknowledging, onSeen });
      tapped.add(session);
      session.stream.once('close', () => tapped.delete(session));
      return true;
    }

    function stop(): void {
      if (watched.get(id)?.stop === stop) watched.delete(id);
      for (const session of tapped) {
        session.tap?.close();
        session.tap = undefined;
      }
      tapped.clear();
    }

    watched.set(id, { arrived, stop });
    const session = present.get(id);
    if (session?.connect !== undefined) arrived(session, session.connect, true);
    return {
      inflict(fault) {
        if (watched.get(id)?.stop !== stop) return;
        if (fault.kind === 'withhold') until.withhold = monotonic() + MOST_WITHHOLD_MS;
        else if (fault.kind === 'delay') {
          delayMs = Math.min(fault.ms, MOST_DELAY_MS);
          until.delay = monotonic() + MOST_WITHHOLD_MS;
        } else {
          until.outage = monotonic() + Math.min(fault.ms, MOST_OUTAGE_MS);
          for (const each of tapped) each.tap?.cut();
        }
      },
      stop,
    };
  }

  return {
    arrived(session, frame) {
      session.connect = readConnectInfo(frame);
      if (watched.size === 0 || session.connect === undefined) return true;
      return watched.get(session.connect.username)?.arrived(session, session.connect, false) ?? true;
    },
    proven(session) {
      if (session.address === undefined) return;
      const id = clientIdOf(session.address);
      present.set(id, session);
      // Its CONNECT arrived before the watch began.
      if (session.tap === undefined && session.connect !== undefined)
        watched.get(id)?.arrived(session, session.connect, true);
      session.stream.once('close', () => {
        if (present.get(id) === session) present.delete(id);
      });
    },
    watch,
  };
}
