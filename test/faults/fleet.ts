/** The load of the fault runs, seen from the test: a process of a hundred devices that know what they sent and what was acknowledged. */
import { type ChildProcess, fork } from 'node:child_process';
import { eventually } from '../eventually.ts';
import { compiled } from '../started-process.ts';

export interface DeviceLogin {
  readonly id: string;
  readonly password: string;
  readonly topic: string;
  /** Fields beside the oxygen that every device measures. */
  readonly alsoSends?: Readonly<Record<string, number>>;
}

/** Measured times of one device. */
export interface FleetTimes {
  readonly sent: readonly number[];
  readonly acknowledged: readonly number[];
  /** PUBLISH packets that went out, those with DUP included. */
  readonly published: number;
}

export interface FleetCount {
  readonly acknowledged: number;
  readonly waiting: number;
  readonly connected: number;
}

type Question =
  | { readonly ask: 'open'; readonly port: number; readonly logins: readonly DeviceLogin[]; readonly firstTime: number }
  | { readonly ask: 'rate'; readonly perSecond: number }
  | { readonly ask: 'count' }
  | { readonly ask: 'collect' };
export type FleetMessage = Question & { readonly number: number };

export interface Fleet {
  /** Messages a second of all devices together; 0 stops measuring. */
  setRate(perSecond: number): Promise<void>;
  count(): Promise<FleetCount>;
  /** Stops measuring and waits until all that was sent is acknowledged; then what was sent since the last time, in the order of the logins. */
  settle(withinMs: number): Promise<readonly FleetTimes[]>;
  close(): void;
}

export async function openFleet(port: number, logins: readonly DeviceLogin[], firstTime: number): Promise<Fleet> {
  const child: ChildProcess = fork(compiled('test/faults/fleet-process.ts'), { execArgv: [] });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let isClosed = false;
  let number = 0;
  child.on('message', ({ of, value }: { of: number; value: unknown }) => {
    waiting.get(of)?.resolve(value);
    waiting.delete(of);
  });
  const ask = <T>(question: Question) =>
    new Promise<T>((resolve, reject) => {
      number += 1;
      waiting.set(number, { resolve: resolve as (value: unknown) => void, reject });
      child.send({ ...question, number } satisfies FleetMessage);
    });
  // Otherwise a test would wait for its answers until its own time is up, and say nothing.
  child.on('exit', (code, signal) => {
    if (isClosed) return;
    for (const { reject } of waiting.values()) reject(new Error(`the fleet ended with ${code ?? signal}`));
  });
  const count = () => ask<FleetCount>({ ask: 'count' });
  const setRate = async (perSecond: number) => void (await ask({ ask: 'rate', perSecond }));
  await ask({ ask: 'open', port, logins, firstTime });
  await eventually(count, ({ connected }) => connected === logins.length, 60_000);
  return {
    setRate,
    count,
    async settle(withinMs) {
      await setRate(0);
      await eventually(count, (counted) => counted.waiting === 0, withinMs);
      return await ask<readonly FleetTimes[]>({ ask: 'collect' });
    },
    close() {
      isClosed = true;
      child.kill('SIGKILL');
    },
  };
}
