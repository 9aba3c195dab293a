/** What the platform makes of each fault of `bad-sensors`, against the table of docs/simulators.md; and the states it shows, against what was so. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Assessment } from '../../sensors/health.ts';
import { eventually } from '../eventually.ts';
import { isDrained, type LedgerAnswer } from '../ledger-answer.ts';
import { type RunningPlatform, runPlatform } from '../running-platform.ts';
import { type Verdict, verdictsOf } from './held-against-truth.ts';
import { runScenario, type ScenarioTruth } from './run-scenario.ts';
import { statesOf } from './states-in-hindsight.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SEEDS = ['test', 'other', 'third'];
/** Of good values that follow a good value. */
const MOST_FALSE = 1 / 100_000;

interface Played {
  readonly running: RunningPlatform;
  readonly truth: ScenarioTruth;
  readonly verdicts: readonly Verdict[];
}

async function play(name: string, seed: string): Promise<Played> {
  const running = await runPlatform({ DAOYU_API_RATE: '1000000' });
  const truth = await runScenario(running, name, seed);
  await eventually(() => running.get<LedgerAnswer>('/api/v1/ledger'), isDrained, 60_000);
  return { running, truth, verdicts: await verdictsOf(running, truth) };
}

/** Rows of the table in the documentation: fault, field, the least that is caught in per cent. */
function documented(): readonly { readonly fault: string; readonly field: string; readonly least: number }[] {
  const text = readFileSync(new URL('../../docs/simulators.md', import.meta.url), 'utf8');
  const section = text.slice(text.indexOf('## Detection of faulty sensors'));
  return [...section.matchAll(/^\| `([a-z-]+)` +\| `([a-z_]+)` +\| +(\d+) %/gm)].map(([, fault, field, least]) => ({
    fault: fault ?? '',
    field: field ?? '',
    least: Number(least),
  }));
}

const isCaught = ({ outcome }: Verdict) => outcome === 'withheld' || outcome.some((flag) => flag !== 'late');

function byField(verdicts: readonly Verdict[]): readonly Verdict[][] {
  const fields = new Map<string, Verdict[]>();
  for (const verdict of verdicts) {
    const key = `${verdict.device}/${verdict.field}`;
    const known = fields.get(key);
    if (known === undefined) fields.set(key, [verdict]);
    else known.push(verdict);
  }
  return [...fields.values()];
}

describe('bad sensors', () => {
  it('are caught as often as the documentation says, and good values are not taken for bad', async () => {
    const caught = new Map<string, { all: number; caught: number }>();
    const good = { all: 0, flagged: 0, behindAFault: 0 };
    for (const seed of SEEDS) {
      const { verdicts } = await play('bad-sensors', seed);
      for (const verdict of verdicts.filter(({ fault, isMixed }) => fault !== undefined && !isMixed)) {
        const key = `${verdict.fault} ${verdict.field}`;
        const count = caught.get(key) ?? { all: 0, caught: 0 };
        caught.set(key, { all: count.all + 1, caught: count.caught + (isCaught(verdict) ? 1 : 0) });
      }
      for (const values of byField(verdicts)) {
        for (const [index, verdict] of values.entries()) {
          if (verdict.fault !== undefined || verdict.isMixed || verdict.outcome === 'withheld') continue;
          const before = values[index - 1];
          const isBehindAFault = before !== undefined && (before.fault !== undefined || before.isMixed);
          good.all += 1;
          if (isCaught(verdict)) good[isBehindAFault ? 'behindAFault' : 'flagged'] += 1;
        }
      }
    }
    const rows = [...caught].map(([name, { all, caught: count }]) => `${name}: ${count} of ${all}`);
    console.info(`${rows.sort().join('\n')}\ngood: ${JSON.stringify(good)}`);
    const table = documented();
    expect(table.length).toBeGreaterThan(10);
    for (const { fault, field, least } of table) {
      const { all, caught: count } = caught.get(`${fault} ${field}`) ?? { all: 0, caught: 0 };
      expect(all, `${fault} of ${field} took place`).toBeGreaterThan(10);
      expect((100 * count) / all, `${fault} of ${field}`).toBeGreaterThanOrEqual(least);
    }
    expect(good.flagged / good.all).toBeLessThanOrEqual(MOST_FALSE);
    // The first true value behind a wrong one jumps as well, and is believed with the next.
    expect(good.behindAFault / good.all).toBeLessThan(1 / 1000);
  }, 240_000);

  it('are shown as unknown while they lie or are silent, never as good', async () => {
    const played = await play('bad-sensors', 'test');
    const lying = { all: 0, good: 0 };
    const silent = { all: 0, unknown: 0 };
    for (const device of played.truth.of('device')) {
      const states = await statesOf(played.running, device);
      const limit = device.kind === 'cold_chain' ? 240 * MINUTE : 60 * MINUTE;
      const field = device.kind === 'cold_chain' ? 'air_temperature' : 'dissolved_oxygen';
      const stuck = played.truth
        .of('fault')
        .filter((each) => each.device === device.device && each.fault === 'stuck' && each.fields.includes(field));
      for (const { from, to } of stuck) {
        // Of what was lost on the way nobody knows that it stood still.
        const begins = states.firstFrom(from, field);
        for (let at = begins + limit + 2 * states.intervalMs; at < to; at += 10 * MINUTE) {
          lying.all += 1;
          if (states.at(at).state === 'good') lying.good += 1;
        }
      }
      if (device.kind === 'drone_seeding') continue;
      for (let at = states.first; at < states.last; at += 10 * MINUTE) {
        if (at - states.newestBefore(at) <= 3 * states.intervalMs) continue;
        silent.all += 1;
        if (states.at(at).state === 'unknown') silent.unknown += 1;
      }
    }
    console.info(`stuck: ${JSON.stringify(lying)}, silent: ${JSON.stringify(silent)}`);
    expect(lying.all).toBeGreaterThan(50);
    expect(lying.good).toBe(0);
    expect(silent.all).toBeGreaterThan(50);
    expect(silent.unknown).toBe(silent.all);
  }, 120_000);
});

describe('two overcast days', () => {
  it('show each pond as it was: critical when its oxygen was, and only then', async () => {
    const { running, truth } = await play('two-overcast-days', 'test');
    const counts = { critical: 0, missed: 0, false: 0, unknown: 0, all: 0 };
    for (const device of truth.of('device')) {
      const states = await statesOf(running, device);
      const oxygen = truth
        .of('reading')
        .filter((reading) => reading.device === device.device)
        .map(({ time, values }) => [time, Number(values.dissolved_oxygen)] as const);
      const limit = states.criticalBelow('dissolved_oxygen');
      for (const [time, value] of oxygen) {
        const { state, reasons } = states.at(time + MINUTE);
        const isShown = reasons.some(
          ({ field, code, state: of }) => field === 'dissolved_oxygen' && code === 'low' && of === 'critical',
        );
        counts.all += 1;
        if (value < limit) counts.critical += 1;
        if (value < limit && !(isShown && state === 'critical')) counts.missed += 1;
        if (value >= limit && isShown) counts.false += 1;
        if (state === 'unknown') counts.unknown += 1;
      }
    }
    console.info(`two overcast days: ${JSON.stringify(counts)}`);
    expect(counts.critical).toBeGreaterThan(50);
    expect(counts).toMatchObject({ missed: 0, false: 0, unknown: 0 });
  }, 120_000);

  it('are told by /api/v1/latest on the fourth dawn: the pond without its aerator is critical, its neighbours are not', async () => {
    let now: number | undefined;
    const running = await runPlatform({ DAOYU_API_RATE: '1000000' }, { clock: () => now ?? Date.now() });
    const truth = await runScenario(running, 'two-overcast-days', 'test', 78);
    await eventually(() => running.get<LedgerAnswer>('/api/v1/ledger'), isDrained, 60_000);
    // Demo devices report each twenty seconds, unless they catch up.
    now = Math.max(...truth.of('reading').map(({ time }) => time)) + 20_000;
    expect(now - (truth.of('run')[0]?.from ?? 0)).toBeGreaterThan(77 * HOUR);
    const { latest } = await running.get<{
      readonly latest: readonly (Assessment & { readonly device: string; readonly kind: string })[];
    }>('/api/v1/latest?kind=aquaculture_pond');
    const stateOf = new Map(latest.map(({ device, state, reasons }) => [device, { state, reasons }]));
    expect(stateOf.get('zhuxi-pond-1-station')).toMatchObject({
      state: 'critical',
      reasons: expect.arrayContaining([expect.objectContaining({ field: 'dissolved_oxygen', code: 'low' })]),
    });
    const others = [...stateOf].filter(([device]) => device !== 'zhuxi-pond-1-station');
    expect(others.length).toBeGreaterThan(4);
    expect(others.filter(([, { state }]) => state === 'critical' || state === 'unknown')).toEqual([]);
  }, 120_000);
});
