/** The simulator in its own process, so that its CPU and memory are measured alone. */
import { setTimeout as pause } from 'node:timers/promises';
import { loadKinds } from '../sensors/kinds.ts';
import type { FleetMember } from '../simulators/fleet-member.ts';
import { loadModels } from '../simulators/models.ts';
import { startRun } from '../simulators/run.ts';

export interface SimulateJob {
  readonly url: string;
  readonly members: readonly FleetMember[];
  /** Simulated seconds a second. */
  readonly speed: number;
  readonly seconds: number;
}

export interface SimulateResult {
  readonly connectSeconds: number;
  /** Until every device had sent twice. */
  readonly warmSeconds: number;
  readonly messagesPerSecond: number;
  readonly readingsPerSecond: number;
  /** Of one core. */
  readonly cpu: number;
  readonly rss: number;
  /** Simulated seconds by which it was behind at the end. */
  readonly behind: number;
  readonly buffered: number;
}

process.once('message', (job) => {
  void measure(job as SimulateJob).then((result) => process.send?.(result, () => process.exit(0)));
});

const DAY = 86_400_000;

async function measure({ url, members, speed, seconds }: SimulateJob): Promise<SimulateResult> {
  const parts = { kinds: await loadKinds(), models: await loadModels(), faults: new Map() };
  // Far enough in the past that the pace never meets the present.
  const from = Date.now() - 30 * DAY;
  const startedAt = performance.now();
  const run = startRun({ ...parts, url, members, seed: 'bench', from, speed, clock: Date.now });
  while (run.counts.connected < members.length) await pause(50);
  const connectSeconds = (performance.now() - startedAt) / 1000;
  // A model begins long before the first instant it is asked for, so a device's first readings cost more than all that follow.
  while (run.counts.acknowledged < 2 * members.length) await pause(200);
  const warmSeconds = (performance.now() - startedAt) / 1000;
  const [cpu, before, at] = [process.cpuUsage(), run.counts, performance.now()];
  await pause(seconds * 1000);
  const [used, after, elapsed] = [process.cpuUsage(cpu), run.counts, (performance.now() - at) / 1000];
  const behind = (from + (performance.now() - startedAt) * speed - run.position) / 1000;
  const { rss } = process.memoryUsage();
  await run.close('abrupt');
  return {
    connectSeconds,
    warmSeconds,
    messagesPerSecond: (after.messages - before.messages) / elapsed,
    readingsPerSecond: (after.acknowledged - before.acknowledged) / elapsed,
    cpu: (used.user + used.system) / 1e6 / elapsed,
    rss,
    behind,
    buffered: after.buffered,
  };
}
