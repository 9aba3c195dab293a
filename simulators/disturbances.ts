/** Connection faults of a device: cuts and restores the connection, holding back what is measured meanwhile. */
import type { DeviceConnection } from './connection.ts';
import type { LinkFault } from './fault.ts';
import type { Outbox } from './outbox.ts';

export interface DisturbanceOptions {
  readonly connection: Pick<DeviceConnection, 'cut' | 'restore'>;
  readonly outbox: Pick<Outbox<unknown>, 'hold' | 'release' | 'idle'>;
  readonly onTrouble?: ((message: string) => void) | undefined;
}

export interface Disturbances {
  /** In progress. */
  readonly count: number;
  /** One has ended, but the connection is not restored yet. */
  readonly isReturning: boolean;
  /** The returned function ends the disturbance. */
  begin(fault: LinkFault): () => void;
  /** Resolves once all changes of the connection so far are done. */
  settled(): Promise<void>;
}

export function createDisturbances({ connection, outbox, onTrouble }: DisturbanceOptions): Disturbances {
  let count = 0;
  let isReturning = false;
  /** Serialises changes of the connection. */
  let network = Promise.resolve();

  function change(work: () => Promise<void> | void): void {
    network = network.then(work).catch((error: unknown) => onTrouble?.(String(error)));
  }

  function begin(fault: LinkFault): () => void {
    count += 1;
    outbox.hold();
    const end = () => {
      count -= 1;
      outbox.release();
    };
    if (fault.is === 'hold') return end;
    change(async () => {
      await outbox.idle();
      await connection.cut();
    });
    const restore = () => change(() => connection.restore());
    if (fault.is === 'storm') {
      for (let cycle = 1; cycle < fault.cycles; cycle++) {
        restore();
        change(() => connection.cut());
      }
    }
    return () => {
      isReturning = true;
      restore();
      change(() => {
        isReturning = false;
        end();
      });
    };
  }

  return {
    get count() {
      return count;
    },
    get isReturning() {
      return isReturning;
    },
    begin,
    settled: () => network,
  };
}
