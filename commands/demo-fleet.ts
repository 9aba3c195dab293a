/** The demo devices of `up --simulate`: a past that fills the charts at once, sent over MQTT as backlogs, then real time. */
import type { Config } from '../config.ts';
import { codeOf, DaoyuError } from '../errors.ts';
import type { Platform } from '../platform.ts';
import type { FaultPlan } from '../simulators/fault-plan.ts';
import { loadFaults } from '../simulators/faults.ts';
import type { Fleet } from '../simulators/fleet.ts';
import type { FleetMember } from '../simulators/fleet-member.ts';
import { loadModels } from '../simulators/models.ts';
import { type Run, startRun } from '../simulators/run.ts';
import { fleetFile, loadFleet } from './fleet-file.ts';
import { type ApiTarget, askPlatform } from './platform-api.ts';
import { createProgress } from './progress.ts';

const HOUR = 3_600_000;
const PATIENCE_MS = 10_000;
/** The demo world; another text is another world. */
const SEED = 'kaijiang';

/** Everyday troubles of two devices, so that quarantine, flags and late data are not empty words to a newcomer. */
const TROUBLES: readonly FaultPlan[] = [
  { fault: 'offline', on: { devices: ['changling-paddy-1-level'] }, ...always(), timesADay: 2, minutes: 25 },
  { fault: 'sentinel', on: { devices: ['zhuxi-pond-3-deep'] }, ...always(), timesADay: 3, minutes: 10 },
  {
    fault: 'spike',
    on: { devices: ['zhuxi-pond-3-deep'] },
    fields: ['turbidity'],
    ...always(),
    options: { share: 0.005 },
  },
];

/** Longer than anybody runs a demo. */
function always() {
  return { fromHour: 0, toHour: 24 * 366 };
}

/** Devices measured on while the platform was away, `hours` at most; what is older stays a gap that can be seen. */
export async function startDemoFleet(platform: Platform, config: Config, hours: number): Promise<Fleet> {
  const startedAt = Date.now();
  const members = loadFleet(fleetFile(config.dataDir));
  const earliest = startedAt - hours * HOUR;
  const fleet = startRun({
    url: platform.urls.mqtt.mqtt ?? platform.urls.mqtt.ws ?? '',
    members,
    kinds: platform.kinds,
    models: await loadModels(),
    faults: await loadFaults(),
    plans: TROUBLES,
    seed: SEED,
    from: earliest,
    fromOf: await beginnings(platform, earliest),
    speed: Number.POSITIVE_INFINITY,
    clock: Date.now,
    onRefused: (member, message) => process.stderr.write(`${member.device} refused: ${message}\n`),
  });
  const kinds = [...new Set(members.map((member) => member.kind))];
  process.stdout.write(`  simulating ${members.length} devices: ${kinds.join(', ')}. Ctrl-C ends.\n`);
  if (hours > 0) showHistory(fleet, earliest, startedAt);
  return fleet;
}

/** Behind the newest reading that the platform has of each device. */
async function beginnings(platform: Platform, earliest: number): Promise<(member: FleetMember) => number> {
  const target = { api: platform.urls.http, token: platform.token };
  try {
    await nothingPending(target);
    const { latest } = (await askPlatform(target, 'GET', '/api/v1/latest')) as {
      readonly latest: readonly { readonly park: string; readonly device: string; readonly time: number | null }[];
    };
    const newest = new Map(latest.map(({ park, device, time }) => [`${park}.${device}`, time ?? 0]));
    return ({ park, device, intervalMs }) => Math.max(earliest, (newest.get(`${park}.${device}`) ?? 0) + intervalMs);
  } catch (error) {
    process.stderr.write(`the store does not say what it has (${codeOf(error)}): the demo devices begin now\n`);
    const now = Date.now();
    return () => now;
  }
}

/** After a crash the store is behind the log: asked too soon, it would have what came last measured a second time. */
async function nothingPending(target: ApiTarget): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { ledger } = (await askPlatform(target, 'GET', '/api/v1/ledger')) as {
      readonly ledger: readonly { readonly pending: number }[];
    };
    if (ledger.every(({ pending }) => pending === 0)) return;
    if (Date.now() > deadline) throw new DaoyuError('STORE_UNAVAILABLE', 'the store is far behind the log');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function showHistory(fleet: Run, earliest: number, startedAt: number): void {
  const progress = createProgress('  history');
  const minutes = (ms: number) => Math.max(0, Math.floor(ms / 60_000));
  const total = minutes(startedAt - earliest);
  const show = () => {
    const done = Math.min(total, minutes(fleet.position - earliest));
    progress.update(done, total, `min, ${fleet.counts.acknowledged} readings`);
  };
  const ticker = setInterval(show, 250);
  void fleet.live.then(() => {
    clearInterval(ticker);
    show();
    progress.stop();
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(`  history: ${fleet.counts.acknowledged} readings acknowledged in ${seconds} s; now live\n`);
  });
}
