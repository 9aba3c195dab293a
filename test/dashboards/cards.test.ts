import { expect, it } from 'vitest';
import { createCards } from '../../dashboards/page/feed/cards.ts';
import type { Catalog } from '../../dashboards/page/feed/catalog.ts';
import { keyOf, type LatestRow } from '../../dashboards/page/feed/latest.ts';
import { seeds } from '../../seeds/seeds.ts';
import { loadKinds } from '../../sensors/kinds.ts';

const NOW = Date.UTC(2026, 10, 24, 20);
const catalog: Catalog = {
  kinds: await loadKinds(),
  parks: [],
  sites: seeds.sites,
  profiles: seeds.profiles,
  devices: ['zhuxi-pond-1', 'zhuxi-pond-2'].map((site) => ({
    ...{ park: 'daoyu', site, device: site, kind: 'aquaculture_pond', intervalMs: 60_000 },
  })),
};

const rowOf = (site: string, oxygen: number, time = NOW): LatestRow => ({
  ...{ park: 'daoyu', site, device: site, kind: 'aquaculture_pond', time, receivedAt: time },
  values: { dissolved_oxygen: oxygen },
});

const rowsOf = (...rows: readonly LatestRow[]) => new Map(rows.map((row) => [keyOf(row), row]));

it('puts the worst first, and keeps the cards of what did not change', () => {
  const cardsOf = createCards();
  const [one, two] = [rowOf('zhuxi-pond-1', 7), rowOf('zhuxi-pond-2', 7)];
  const before = cardsOf(catalog, rowsOf(one, two), NOW);
  expect(before.map(({ state }) => state)).toEqual(['good', 'good']);
  const after = cardsOf(catalog, rowsOf(one, rowOf('zhuxi-pond-2', 2)), NOW + 1000);
  expect(after.map(({ site, state }) => [site.id, state])).toEqual([
    ['zhuxi-pond-2', 'critical'],
    ['zhuxi-pond-1', 'good'],
  ]);
  expect(after[1]).toBe(before[0]);
});

it('keeps them also when they are judged anew and nothing else is to be said', () => {
  const cardsOf = createCards();
  const rows = rowsOf(rowOf('zhuxi-pond-1', 2), rowOf('zhuxi-pond-2', 7));
  const before = cardsOf(catalog, rows, NOW);
  const after = cardsOf(catalog, rows, NOW + 30_000);
  expect(after.every((card, index) => card === before[index])).toBe(true);
});

it('tells of silence within seconds, though no reading comes to say so', () => {
  const cardsOf = createCards();
  const rows = rowsOf(rowOf('zhuxi-pond-1', 7), rowOf('zhuxi-pond-2', 7));
  cardsOf(catalog, rows, NOW + 179_000);
  expect(cardsOf(catalog, rows, NOW + 186_000).map(({ state }) => state)).toEqual(['unknown', 'unknown']);
});

it('takes nothing over from another catalog: a profile may have changed', () => {
  const cardsOf = createCards();
  const rows = rowsOf(rowOf('zhuxi-pond-1', 4.5), rowOf('zhuxi-pond-2', 4.5));
  expect(cardsOf(catalog, rows, NOW).map(({ state }) => state)).toEqual(['good', 'good']);
  const profiles = catalog.profiles.map((profile) => ({
    ...profile,
    bands: [{ field: 'dissolved_oxygen', warnBelow: 5, source: 'stricter' }],
  }));
  expect(cardsOf({ ...catalog, profiles }, rows, NOW).map(({ state }) => state)).toEqual(['warning', 'warning']);
});

it('keeps the order of equals whatever order a process that started again lists them in', () => {
  const rows = rowsOf(rowOf('zhuxi-pond-1', 7), rowOf('zhuxi-pond-2', 7));
  const names = (devices: Catalog['devices']) =>
    createCards()({ ...catalog, devices }, rows, NOW).map(({ site }) => site.id);
  expect(names([...catalog.devices].reverse())).toEqual(names(catalog.devices));
});
