/** The demo devices of `up --simulate`: history sent over MQTT as a backlog, then real time. */
import type { Config } from '../app/config.ts';
import type { Platform } from '../app/platform.ts';
import type { FaultPlan } from '../simulators/fault-plan.ts';
import { loadFaults } from '../simulators/faults.ts';
import type { Fleet } from '../simulators/fleet.ts';
import { loadModels } from '../simulators/models.ts';
import { type Run, startRun } from '../simulators/run.ts';
import { backfillStart } from './backfill-start.ts';
import { fleetFile, loadFleet } from './fleet-file.ts';
import { createProgress } from './progress.ts';

const HOUR = 3_600_000;
/** Seed of the simulation; another text gives another weather and other faults. */
const SEED = 'kaijiang';

/** Everyday faults of two devices, so that newcomers see quarantine, flags and late data. */
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

/** Longer than any demo runs. */
function always() {
  return { fromHour: 0, toHour: 24 * 366 };
}

/** Devices kept measuring while the platform was off, for at most `hours`; anything older stays a visible gap. */
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
    fromOf: await backfillStart({ api: platform.urls.http, token: platform.token }, earliest),
    speed: Number.POSITIVE_INFINITY,
    clock: Date.now,
    onRefused: (member, message) => process.stderr.write(`${member.device} refused: ${message}\n`),
  });
  const kinds = [...new Set(members.map((member) => member.kind))];
  process.stdout.write(`  simulating ${members.length} devices: ${kinds.join(', ')}. Ctrl-C ends.\n`);
  if (hours > 0) showHistory(fleet, earliest, startedAt);
  return fleet;
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
