/** A shipped scenario in simulated time, without network or real clock: the demo's devices, what happens to them, the real intake, and the engine behind it with a tick every five seconds. */
import type { Transition } from '../../alarms/alarm.ts';
import { createEngine } from '../../alarms/engine.ts';
import { newState } from '../../alarms/state.ts';
import type { Entry as LogEntry } from '../../bus/bus.ts';
import { createIntake } from '../../ingest/intake.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { openRegistry } from '../../registry/open-registry.ts';
import { seeds, seedsAt } from '../../seeds/seeds.ts';
import { createFaultsOf, loadFaults } from '../../simulators/faults.ts';
import type { FleetMember } from '../../simulators/fleet-member.ts';
import type { Measurement } from '../../simulators/measurement.ts';
import { loadModels } from '../../simulators/models.ts';
import { createWorld } from '../../simulators/run.ts';
import { loadScenario } from '../../simulators/scenario.ts';
import { startInPast, takingPart } from '../../simulators/scenario-scope.ts';
import { createEncoder } from '../../simulators/vendor-format.ts';
import { kinds } from './log.ts';

const faults = await loadFaults();
const models = await loadModels();
/** Any Beijing day whose season the scenario names anyhow. */
const NOW = Date.parse('2026-08-01T12:00:00+08:00');
const HOUR = 3_600_000;

export interface OfflineRun {
  readonly from: number;
  readonly transitions: readonly Transition[];
  /** Hours since the beginning of the scenario. */
  hourOf(at: number): number;
}

interface Sending {
  readonly at: number;
  readonly member: FleetMember;
  readonly payload: string;
  readonly isResend: boolean;
}

export interface OfflineOptions {
  readonly seed?: string;
  /** Only what happens to ponds, stores and power; probes, clocks and links are without fault: what a perfect watch would see. */
  readonly isWithoutFaults?: boolean;
  /** Only devices of these; faults fall on the same devices as with all. */
  readonly sites?: readonly string[] | undefined;
  /** Between entries of the clock; above 15 s the engine takes the platform for away. */
  readonly tickMs?: number;
}

export async function runOffline(
  name: string,
  { seed = 'test', isWithoutFaults = false, sites, tickMs = 5000 }: OfflineOptions = {},
): Promise<OfflineRun> {
  const loaded = await loadScenario(name, { kinds, faults });
  const scenario = isWithoutFaults ? { ...loaded, faults: [] } : loaded;
  const from = startInPast(scenario, NOW);
  const to = from + scenario.hours * HOUR;
  const registry = await openRegistry({ kv: openMemoryKv(), kinds, seeds: seedsAt(from), clock: () => from });
  for (const device of seeds.devices) {
    const { intervalMs: _, ...rest } = device;
    await registry.addDevice(rest, 'hash');
  }
  const members = takingPart(seeds.devices.map(memberOf), scenario);
  const sendings: Sending[] = [];
  const modelOf = createWorld({ kinds, models, scenario, seed, from });
  const faultsOf = createFaultsOf({ faults, plans: scenario.faults, fleet: members, start: from, seed });
  const present = members.filter(({ site }) => sites === undefined || sites.includes(site));
  for (const member of present) sendings.push(...sendingsOf(member, { from, to, modelOf, faultsOf }));
  sendings.sort((one, other) => one.at - other.at);

  const engine = createEngine({ kinds, state: newState() });
  const transitions: Transition[] = [];
  let position = 0;
  const judge = (entries: readonly LogEntry[], appendedAt: number) => {
    for (const { subject, data } of entries) {
      position += 1;
      transitions.push(...engine.take({ subject, data, position, appendedAt }));
    }
  };
  let now = from;
  const append = async (entries: readonly LogEntry[]) => {
    judge(entries, now);
    return position;
  };
  const intake = createIntake({ bus: { append }, registry, kinds, tell: async () => undefined, run: 'test' });
  const used = new Set(present.map(({ park, device }) => `${park}/${device}`));
  const whole = {
    ...{
      version: 1,
      part: 1,
      parts: 1,
      parks: registry.parks(),
      sites: registry.sites(),
      profiles: registry.profiles(),
    },
    devices: registry.devices().filter(({ park, id }) => used.has(`${park}/${id}`)),
  };
  judge([{ subject: 'daoyu.registry', data: JSON.stringify(whole) }], from);
  let next = 0;
  for (let tick = from; tick < to; tick += tickMs) {
    const due: Promise<void>[] = [];
    for (; next < sendings.length && (sendings[next]?.at ?? 0) <= tick; next++) {
      const sending = sendings[next];
      if (sending === undefined) break;
      now = sending.at;
      const { member, payload, isResend } = sending;
      const { park, device } = member;
      const topic = `daoyu/${park}/${device}/telemetry`;
      due.push(
        intake.admit({
          park,
          device,
          channel: 'telemetry',
          topic,
          payload: Buffer.from(payload),
          isResend,
          receivedAt: now,
        }),
      );
    }
    await Promise.all(due);
    now = tick;
    judge([{ subject: 'daoyu.clock', data: JSON.stringify({ version: 1, at: tick }) }], tick);
  }
  await intake.close();
  return { from, transitions, hourOf: (at) => (at - from) / HOUR };
}

/** Catching up, a device of the demo measures as often as its kind says. */
function memberOf(device: (typeof seeds.devices)[number]): FleetMember {
  const site = seeds.sites.find(({ park, id }) => park === device.park && id === device.site);
  return {
    ...{ park: device.park, site: device.site, device: device.device, kind: device.kind, password: '' },
    intervalMs: kinds.get(device.kind)?.intervalMs ?? 300_000,
    ...(site?.profile !== undefined && { profile: site.profile }),
    ...(site && { siteType: site.type }),
    ...(site?.latitude !== undefined && { latitude: site.latitude }),
    ...(site?.longitude !== undefined && { longitude: site.longitude }),
    ...(device.mapping && { mapping: device.mapping as never }),
  };
}

interface World {
  readonly from: number;
  readonly to: number;
  readonly modelOf: ReturnType<typeof createWorld>;
  readonly faultsOf: ReturnType<typeof createFaultsOf>;
}

/** What it measures while its link is down goes out in batches of a hundred when that is over. */
function sendingsOf(member: FleetMember, { from, to, modelOf, faultsOf }: World): readonly Sending[] {
  const kind = kinds.get(member.kind);
  if (kind === undefined) return [];
  const model = modelOf(member);
  const own = faultsOf(member, kind);
  const encode = createEncoder(member.mapping);
  const phase = [...member.device].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % member.intervalMs, 7);
  const sendings: Sending[] = [];
  let waiting: Measurement[] = [];
  let since: number | undefined;
  let seq = 0;
  const known = member.mapping === undefined ? undefined : mappedFields(member);
  for (let at = from + phase; at < to; at += member.intervalMs) {
    const sampled = model.sample(at, since);
    since = at;
    const values: Record<string, number> = {};
    for (const [field, value] of Object.entries(sampled))
      if (value !== undefined && (known === undefined || known.has(field))) values[field] = value;
    if (Object.keys(values).length > 0) waiting.push(...own.alter({ at, time: at, seq: seq++, values }));
    const isDown = own.link.some(({ fault, window }) => fault.is !== 'storm' && at >= window.from && at < window.to);
    if (isDown) continue;
    for (; waiting.length > 0; waiting = waiting.slice(100)) {
      const batch = waiting.slice(0, 100);
      const newest = batch.at(-1);
      if (newest === undefined) break;
      for (const { payload, isResend } of own.send({ payload: encode(batch), isResend: false }, newest))
        sendings.push({ at: at + 1500, member, payload, isResend });
    }
  }
  return sendings;
}

function mappedFields({ mapping }: FleetMember): ReadonlySet<string> {
  const targets = Object.values(mapping?.keys ?? {}) as readonly (string | { readonly field: string } | null)[];
  return new Set(
    targets.flatMap((target) => (target === null ? [] : [typeof target === 'string' ? target : target.field])),
  );
}
