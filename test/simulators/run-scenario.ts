/** Runs a shipped scenario against a platform, as fast as it acknowledges, and hands back the truth of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadKinds } from '../../sensors/kinds.ts';
import { loadFaults } from '../../simulators/faults.ts';
import type { FleetMember } from '../../simulators/fleet-member.ts';
import { loadModels } from '../../simulators/models.ts';
import { startRun } from '../../simulators/run.ts';
import { loadScenario } from '../../simulators/scenario.ts';
import { startInPast } from '../../simulators/scenario-scope.ts';
import type { TruthRecord } from '../../simulators/truth.ts';
import type { RunningPlatform } from '../running-platform.ts';

const kinds = await loadKinds();
const faults = await loadFaults();
const models = await loadModels();

export type Record<Is extends TruthRecord['is']> = Extract<TruthRecord, { readonly is: Is }>;

export interface ScenarioTruth {
  of<Is extends TruthRecord['is']>(is: Is): readonly Record<Is>[];
}

/** The demo devices that take part, from the file that the platform wrote for them. */
export async function runScenario(
  { platform, dataDir }: Pick<RunningPlatform, 'platform' | 'dataDir'>,
  name: string,
  seed = 'test',
  /** Breaks off after so many. */
  hours?: number,
): Promise<ScenarioTruth> {
  const members = JSON.parse(readFileSync(join(dataDir, 'secrets', 'devices.json'), 'utf8')) as FleetMember[];
  const whole = await loadScenario(name, { kinds, faults });
  const scenario = hours === undefined ? whole : { ...whole, hours };
  const records: TruthRecord[] = [];
  const run = startRun({
    ...{ url: platform.urls.mqtt.mqtt ?? '', members, kinds, models, faults, scenario, name, seed },
    from: startInPast(scenario, Date.now()),
    speed: Number.POSITIVE_INFINITY,
    clock: Date.now,
    truth: { write: (line) => void records.push(JSON.parse(line) as TruthRecord), end: () => Promise.resolve() },
  });
  await run.ended;
  await run.close();
  return {
    of: <Is extends TruthRecord['is']>(is: Is) => records.filter((record): record is Record<Is> => record.is === is),
  };
}
