/** How many virtual devices and messages a second one process can drive, against a broker whose admit does nothing, so that the simulator is what is measured. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateFleet } from '../cli/generated-fleet.ts';
import { loadKinds } from '../sensors/kinds.ts';
import type { FleetMember } from '../simulators/fleet-member.ts';
import { startChild } from './child.ts';
import type { SimulateJob, SimulateResult } from './simulate-process.ts';

/** The county's stations if it were built out: mostly ponds, by five minutes. */
const MIX = { aquaculture_pond: 5, paddy_water: 4, cold_chain: 1 };

export async function benchSimulate({
  devices,
  seconds,
  speeds,
}: {
  readonly devices: number;
  readonly seconds: number;
  readonly speeds: readonly number[];
}): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-bench-fleet-'));
  const platform = startChild('platform-process', ['noop']);
  const [{ mqtt, http, token }] = (await once(platform, 'message')) as [{ mqtt: string; http: string; token: string }];
  const members = await generateFleet({
    ...{ count: devices, mix: MIX, kinds: await loadKinds(), file: join(folder, 'fleet.json') },
    target: { api: http, token },
  });
  print([
    'devices',
    'speed',
    'connected s',
    'warm s',
    'messages/s',
    'readings/s',
    'CPU of a core',
    'RSS MB',
    'behind s',
    'buffered',
  ]);
  for (const share of [0.2, 1]) {
    const part = members.slice(0, Math.round(devices * share));
    for (const speed of speeds) report(part, speed, await measure({ url: mqtt, members: part, speed, seconds }));
  }
  platform.send('stop');
  await once(platform, 'exit');
  rmSync(folder, { recursive: true, force: true });
}

async function measure(job: SimulateJob): Promise<SimulateResult> {
  const child = startChild('simulate-process');
  child.send(job);
  const [result] = (await once(child, 'message')) as [SimulateResult];
  return result;
}

function report(members: readonly FleetMember[], speed: number, result: SimulateResult): void {
  print([
    members.length,
    speed,
    result.connectSeconds.toFixed(1),
    result.warmSeconds.toFixed(0),
    result.messagesPerSecond.toFixed(0),
    result.readingsPerSecond.toFixed(0),
    `${(100 * result.cpu).toFixed(0)}%`,
    (result.rss / 1e6).toFixed(0),
    result.behind.toFixed(0),
    result.buffered,
  ]);
}

function print(cells: readonly (string | number)[]): void {
  console.log(cells.map((cell) => String(cell).padStart(14)).join(''));
}
