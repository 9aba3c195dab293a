import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { type RunningPlatform, runPlatform } from '../running-platform.ts';
import { runScenario, type ScenarioTruth } from './run-scenario.ts';

interface Row {
  readonly park: string;
  readonly device: string;
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly quarantined: number;
  readonly pending: number;
}
interface Refused {
  readonly id: string;
  readonly reason: { readonly code: string };
}

const PAGE = 1000;

describe('the ledger of a platform, over real MQTT', () => {
  for (const scenario of ['flaky-4g', 'bad-sensors', 'blackout']) {
    it(`equals the ground truth of ${scenario}: received, stored, duplicates, quarantined by reason`, {
      timeout: 120_000,
    }, async () => {
      const running = await runPlatform({ DAOYU_API_RATE: '1000000' });
      const truth = await runScenario(running, scenario);
      const expected = truth.of('ledger');
      // The network broke by itself nowhere, so nothing is a guess.
      expect(truth.of('doubt')).toEqual([]);
      expect(truth.of('lost')).toEqual([]);
      const { ledger } = await eventually(
        () => running.get<{ readonly ledger: readonly Row[] }>('/api/v1/ledger'),
        (answer) => answer.ledger.every(({ pending }) => pending === 0),
      );
      const rows = new Map(ledger.map((row) => [`${row.park}.${row.device}`, row]));
      const records = sum(expected.flatMap(({ reasons }) => Object.values(reasons)));
      const refused = await eventually(
        () =>
          reasonsOf(
            running.get,
            expected.map(({ device }) => device),
          ),
        (found) => sum(Object.values(found).flatMap((each) => Object.values(each))) === records,
      );
      const found = expected.map(({ device }) => {
        const { received = 0, stored = 0, duplicate = 0, quarantined = 0 } = rows.get(device) ?? {};
        return { is: 'ledger', device, received, stored, duplicate, quarantined, reasons: refused[device] ?? {} };
      });
      expect(found).toEqual(expected);
      await expectValues(running, truth);
      const total = (name: 'received' | 'stored' | 'duplicate' | 'quarantined') =>
        sum(expected.map((row) => row[name]));
      expect(total('received')).toBe(total('stored') + total('duplicate') + total('quarantined'));
      // What the scenario is for did happen.
      if (scenario === 'flaky-4g') expect([total('duplicate') > 50, total('quarantined') > 0]).toEqual([true, true]);
      if (scenario === 'bad-sensors') {
        const codes = new Set(expected.flatMap(({ reasons }) => Object.keys(reasons)));
        expect([...codes].sort()).toEqual([
          'PAYLOAD_NOT_JSON',
          'TIME_TOO_OLD',
          'VALUE_NOT_A_NUMBER',
          'VALUE_NOT_FINITE',
          'VALUE_OUT_OF_RANGE',
          'VALUE_SENTINEL',
        ]);
      }
    });
  }
});

/** The first value of each device that matters: what is stored was sent, at its time and to the last digit, and nothing else is stored. */
async function expectValues({ get, platform }: RunningPlatform, truth: ScenarioTruth): Promise<void> {
  const sent = new Map<string, Map<number, unknown>>();
  for (const { device, time, values } of truth.of('reading')) {
    const field = platform.kinds.get(kindOf(truth, device))?.primary[0] ?? '';
    const times = sent.get(device) ?? new Map<number, unknown>();
    sent.set(device, times.set(time, values[field]));
  }
  for (const [name, times] of sent) {
    const [park, device] = name.split('.');
    const kind = kindOf(truth, name);
    const field = platform.kinds.get(kind)?.primary[0];
    const { series } = await get<{ readonly series: readonly { readonly points: readonly [number, number][] }[] }>(
      `/api/v1/series?kind=${kind}&park=${park}&device=${device}&fields=${field}&from=-30d`,
    );
    const points = series[0]?.points ?? [];
    expect(points.length, name).toBeGreaterThan(0);
    for (const [time, value] of points) expect(times.get(time), `${name} at ${time}`).toBe(value);
  }
}

function kindOf(truth: ScenarioTruth, device: string): string {
  return truth.of('device').find((each) => each.device === device)?.kind ?? '';
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

async function reasonsOf(get: <T>(path: string) => Promise<T>, devices: readonly string[]) {
  const found: Record<string, Record<string, number>> = {};
  for (const name of devices) {
    const [park, device] = name.split('.');
    const reasons: Record<string, number> = {};
    for (let before = ''; ; ) {
      const { quarantine } = await get<{ readonly quarantine: readonly Refused[] }>(
        `/api/v1/quarantine?park=${park}&device=${device}&limit=${PAGE}${before && `&before=${before}`}`,
      );
      for (const { reason } of quarantine) reasons[reason.code] = (reasons[reason.code] ?? 0) + 1;
      if (quarantine.length < PAGE) break;
      before = quarantine.at(-1)?.id ?? '';
    }
    found[name] = reasons;
  }
  return found;
}
