/** Readiness checks, in words an operator can act on. A failed store does not make the platform unready: intake continues. */
import type { Check } from '../api/routes/health.ts';
import type { Bridge, BridgeStatus } from '../broker/bridge/bridge.ts';
import type { Bus } from '../bus/bus.ts';
import type { Store } from '../store/store.ts';

/** Share of the log above which it is reported as filling up. */
const NEARLY_FULL = 0.9;

export interface Parts {
  readonly bus: Pick<Bus, 'status'>;
  /** Absent in a process that does not use the store. */
  readonly store?: Pick<Store, 'status'> | undefined;
  readonly bridge?: Pick<Bridge, 'status'> | undefined;
  /** Of the store's writer in this process. */
  readonly writerProblem?: (() => Problem | undefined) | undefined;
}

interface Problem {
  readonly code: string;
  readonly message: string;
}

export async function readinessOf({ bus, store, bridge, writerProblem }: Parts): Promise<readonly Check[]> {
  const log = await bus.status();
  const share = log.sizeBytes / log.maxBytes;
  const backlog = Math.max(0, ...log.consumers.map((consumer) => consumer.pending));
  return [
    {
      name: 'log',
      isReady: log.isWritable,
      ...(log.problem && { message: log.problem.message }),
      ...(!log.problem &&
        share > NEARLY_FULL && {
          message: `the log is ${Math.round(share * 100)} % full; fix the consumer that lags`,
        }),
      promise: log.durability,
    },
    ...(store === undefined ? [] : [await storeCheck(store, writerProblem?.(), backlog)]),
    ...(bridge === undefined ? [] : [bridgeCheck(bridge.status())]),
  ];
}

/** Readings wait in the log while the store is unavailable: devices are served, dashboards lag behind. */
async function storeCheck(
  store: Pick<Store, 'status'>,
  ofWriter: Problem | undefined,
  backlog: number,
): Promise<Check> {
  const { isWritable, problem } = await store
    .status('health')
    .catch((error: unknown) => ({ isWritable: false, problem: { message: (error as Error).message } }));
  // It has lost readings: "nothing is lost" would be wrong.
  if (ofWriter?.code === 'STORE_BEHIND')
    return { name: 'store', isReady: true, message: `the store accepts no readings: ${ofWriter.message}` };
  return {
    name: 'store',
    isReady: true,
    ...(!isWritable && {
      message: `the store does not accept readings (${problem?.message ?? 'unknown reason'}); ${backlog} log entries wait, nothing is lost`,
    }),
  };
}

/** The other broker keeps messages of its devices meanwhile, within its own limits; our own devices are served. */
function bridgeCheck({ problem }: BridgeStatus): Check {
  return { name: 'bridge', isReady: true, ...(problem !== undefined && { message: `bridge to ${problem}` }) };
}
