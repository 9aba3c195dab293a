/** Cost of the simulated world: first value of a device, one more value a minute, and memory, for many copies of the seeded fleet. */
import { seeds } from '../seeds/seeds.ts';
import { loadKinds } from '../sensors/kinds.ts';
import type { FleetMember } from '../simulators/fleet.ts';
import { createModelOf } from '../simulators/model-of.ts';
import { loadModels } from '../simulators/models.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const KINDS = ['aquaculture_pond', 'paddy_water', 'cold_chain', 'drone_seeding'];

export async function benchModels({ devices }: { readonly devices: number }): Promise<void> {
  const kinds = await loadKinds();
  const models = await loadModels();
  const now = Date.parse('2026-07-14T09:00:00+08:00');
  const world = { seed: 'bench', start: now, conditions: [] };

  const history = createModelOf(kinds, models, world);
  const historyMs = timed(() => {
    for (const member of members(seeds.devices.length)) {
      const model = history(member);
      for (let at = now - 48 * HOUR; at < now; at += 5 * MINUTE) model.sample(at);
    }
  });
  console.log(`48 h at 5 min of the ${seeds.devices.length} seeded devices: ${(historyMs / 1000).toFixed(2)} s\n`);

  console.log(
    `${'kind'.padEnd(20)}${'devices'.padStart(9)}${'first value'.padStart(14)}${'next, a minute on'.padStart(20)}${'memory'.padStart(14)}`,
  );
  for (const kind of KINDS) {
    const fleet = members(devices).filter((member) => member.kind === kind);
    report(kind, measure(fleet, createModelOf(kinds, models, world), now));
  }
  report('all', measure(members(devices), createModelOf(kinds, models, world), now));
}

interface Cost {
  readonly count: number;
  readonly firstMs: number;
  readonly nextMicroseconds: number;
  readonly heapBytes: number;
}

function measure(fleet: readonly FleetMember[], modelOf: ReturnType<typeof createModelOf>, now: number): Cost {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const models = fleet.map(modelOf);
  const firstMs = timed(() => {
    for (const model of models) model.sample(now);
  });
  const minutes = 60;
  const nextMs = timed(() => {
    for (let minute = 1; minute <= minutes; minute++) for (const model of models) model.sample(now + minute * MINUTE);
  });
  globalThis.gc?.();
  const heapBytes = process.memoryUsage().heapUsed - before;
  // Still there, so that the memory above is that of living models.
  if (models.length !== fleet.length) throw new Error('models are gone');
  return { count: fleet.length, firstMs, nextMicroseconds: (1000 * nextMs) / (minutes * fleet.length), heapBytes };
}

function report(name: string, { count, firstMs, nextMicroseconds, heapBytes }: Cost): void {
  console.log(
    `${name.padEnd(20)}${String(count).padStart(9)}${`${(firstMs / count).toFixed(2)} ms`.padStart(14)}${`${nextMicroseconds.toFixed(1)} µs`.padStart(20)}${`${(heapBytes / count / 1024).toFixed(1)} KiB`.padStart(14)}`,
  );
}

/** The seeded devices again and again, each at a site of its own. */
function members(count: number): FleetMember[] {
  return Array.from({ length: count }, (_, index): FleetMember => {
    const device = seeds.devices[index % seeds.devices.length] as (typeof seeds.devices)[number];
    const site = seeds.sites.find((each) => each.id === device.site);
    const copy = Math.floor(index / seeds.devices.length);
    return {
      park: device.park,
      site: `${device.site}-${copy}`,
      device: `${device.device}-${copy}`,
      kind: device.kind,
      password: '',
      intervalMs: MINUTE,
      ...(site?.profile !== undefined && { profile: site.profile }),
      ...(site !== undefined && { siteType: site.type }),
    };
  });
}

function timed(work: () => void): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}
