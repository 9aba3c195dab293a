/** CPU and memory of another process as Linux counts them, CPU by kind of thread. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Microseconds since the process began. */
export interface CpuTimes {
  readonly main: number;
  /** V8's helpers: mostly garbage collection, some compiling. */
  readonly v8: number;
  /** Node's pool: commits of the log, brotli, password hashes. */
  readonly pool: number;
  /** What came later: the store's own threads. */
  readonly store: number;
}

export const sumOf = ({ main, v8, pool, store }: CpuTimes) => main + v8 + pool + store;

/** Node 20 gives its threads no names, but makes them in this order: its own, six for V8 and signals, four of the pool at the first file it reads. */
const V8_THREADS = 6;
const POOL_THREADS = 4;

export function cpuOf(pid: number): CpuTimes {
  const times = { main: 0, v8: 0, pool: 0, store: 0 };
  const threads = readdirSync(`/proc/${pid}/task`).map(Number);
  threads.sort((a, b) => a - b);
  for (const [index, thread] of threads.entries()) {
    const used = nanoseconds(`/proc/${pid}/task/${thread}/schedstat`) / 1000;
    if (index === 0) times.main += used;
    else if (index <= V8_THREADS) times.v8 += used;
    else if (index <= V8_THREADS + POOL_THREADS) times.pool += used;
    else times.store += used;
  }
  return times;
}

export function between(before: CpuTimes, after: CpuTimes, over: number): CpuTimes {
  const each = (key: keyof CpuTimes) => (after[key] - before[key]) / over;
  return { main: each('main'), v8: each('v8'), pool: each('pool'), store: each('store') };
}

/** Peak of the resident memory in MB since `forgetPeak`. */
export function peakMb(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** A thread may end while it is looked at. */
function nanoseconds(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8').split(' ')[0]);
  } catch {
    return 0;
  }
}
