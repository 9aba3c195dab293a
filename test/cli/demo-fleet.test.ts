import { expect, it } from 'vitest';
import { readConfig } from '../../app/config.ts';
import { startDemoFleet } from '../../cli/demo-fleet.ts';
import { eventually } from '../eventually.ts';
import { runPlatform } from '../running-platform.ts';

interface Ledger {
  readonly ledger: readonly {
    readonly device: string;
    readonly received: number;
    readonly duplicate: number;
    readonly pending: number;
  }[];
}
interface Series {
  readonly series: readonly { readonly points: readonly (readonly [time: number, value: number])[] }[];
}

const MINUTE = 60_000;

it('gives every pond, paddy and cold store its past at once, and after a pause fills the gap without doubling anything', {
  timeout: 90_000,
}, async () => {
  const { platform, dataDir, get } = await runPlatform();
  const config = readConfig({ DAOYU_DATA_DIR: dataDir });
  const ledger = () =>
    eventually(
      () => get<Ledger>('/api/v1/ledger'),
      (answer) => answer.ledger.every(({ pending }) => pending === 0),
    );
  const times = async () => {
    const { series } = await get<Series>(
      '/api/v1/series?kind=aquaculture_pond&device=zhuxi-pond-1-station&fields=dissolved_oxygen&from=-7h',
    );
    return (series[0]?.points ?? []).map(([time]) => time);
  };

  const first = await startDemoFleet(platform, config, 6);
  await first.live;
  await first.close();
  const before = await ledger();
  const past = await times();
  const resting = new Set(before.ledger.map(({ device }) => device));
  expect(resting.size).toBeGreaterThanOrEqual(22);
  // Six hours, every five minutes.
  expect(past.length).toBeGreaterThanOrEqual(71);
  expect(Date.now() - (past[0] ?? 0)).toBeGreaterThan(5.8 * 60 * MINUTE);

  await new Promise((resolve) => setTimeout(resolve, 1500));
  const second = await startDemoFleet(platform, config, 6);
  await second.live;
  await second.close();
  const after = await ledger();
  expect(after.ledger.reduce((sum, { duplicate }) => sum + duplicate, 0)).toBe(0);
  for (const { device, received } of before.ledger)
    expect(after.ledger.find((row) => row.device === device)?.received).toBeGreaterThanOrEqual(received);
  const all = await times();
  expect(all.slice(0, past.length)).toEqual(past);
  for (const [index, time] of all.slice(1).entries()) expect(time - (all[index] ?? 0)).toBeLessThan(6 * MINUTE);
});

it('begins with what the store lacks: a longer history leaves what is there as it is', {
  timeout: 90_000,
}, async () => {
  const { platform, dataDir, get } = await runPlatform();
  const config = readConfig({ DAOYU_DATA_DIR: dataDir });
  const brief = await startDemoFleet(platform, config, 1);
  await brief.live;
  await brief.close();
  // Drones rest, and may send nothing in an hour and a mission in two days.
  const received = async () =>
    (await get<Ledger>('/api/v1/ledger')).ledger
      .filter(({ device }) => !device.endsWith('-drone-ground'))
      .reduce((sum, row) => sum + row.received, 0);
  const before = await received();
  const longer = await startDemoFleet(platform, config, 48);
  await longer.live;
  await longer.close();
  // The gap of a moment, not two days of it.
  expect((await received()) - before).toBeLessThan(100);
});
