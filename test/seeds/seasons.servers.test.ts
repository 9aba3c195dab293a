/** The rice year of the demo fields: a valid plan, which the simulated farmers keep to, and the outlines that the simulated crews fly over. */
import { describe, expect, it } from 'vitest';
import { changedSite } from '../../registry/site-change.ts';
import { boundaries } from '../../seeds/boundaries.ts';
import { seasons, stagesAround } from '../../seeds/seasons.ts';
import { seeds, seedsAt } from '../../seeds/seeds.ts';
import { assess } from '../../sensors/assess.ts';
import { intervalAt, intervalsOf, profileAt } from '../../sensors/stages.ts';
import { createModelOf } from '../../simulators/model-of.ts';
import { HOUR, kinds, memberNamed, models } from '../simulators/world.ts';

const NOW = Date.parse('2026-06-01T00:00:00+08:00');
const DAY = 24 * HOUR;
const { sites, profiles } = seedsAt(NOW);
const siteNamed = (id: string) => {
  const found = sites.find((site) => site.id === id);
  if (found === undefined) throw new Error(`no site ${id}`);
  return found;
};

describe('the seasons of a fresh install', () => {
  it('are plans and outlines that the registry takes', () => {
    for (const { stages, boundary, ...site } of sites) {
      const kindsThere = new Set(seeds.devices.filter((each) => each.site === site.id).map(({ kind }) => kind));
      const change = { ...(stages && { stages }), ...(boundary && { boundary }) };
      expect(changedSite(site, change, { profiles, kinds: kindsThere }), site.id).toMatchObject(change);
    }
  });

  it('reach from the year before to the year after, whenever it is installed', () => {
    for (const date of ['2026-01-01', '2026-12-31', '2028-02-29']) {
      const now = Date.parse(`${date}T00:00:00+08:00`);
      for (const season of Object.values(seasons)) {
        const spells = intervalsOf({ stages: stagesAround(now, season) });
        const current = intervalAt(spells, now);
        expect(now - (spells[1]?.from ?? now)).toBeGreaterThan(200 * DAY);
        expect((spells.at(-1)?.from ?? now) - now).toBeGreaterThan(200 * DAY);
        expect(current?.profile).toBeDefined();
      }
    }
  });

  it('transplant in May and have the heading stage in July, a few days apart from field to field', () => {
    const stages = sites.flatMap((site) => site.stages ?? []).filter(({ from }) => from.startsWith('2026'));
    const daysOf = (profile: string) => stages.filter((each) => each.profile === profile).map(({ from }) => from);
    for (const day of daysOf('paddy_recovery')) expect(day >= '2026-05-05' && day <= '2026-05-16', day).toBe(true);
    for (const day of daysOf('paddy_heading')) expect(day >= '2026-06-25' && day <= '2026-07-05', day).toBe(true);
    expect(new Set(daysOf('paddy_recovery')).size).toBeGreaterThan(2);
  });
});

describe('a healthy year of a demo paddy', () => {
  it.each(Object.keys(seasons))('%s is good by the stage of each day, but for storms and the eve of a change', (id) => {
    const site = siteNamed(id);
    const model = createModelOf(kinds, models)({ ...memberNamed(`${id}-level`), lateDays: seasons[id]?.lateDays ?? 0 });
    const kind = kinds.get('paddy_water');
    if (kind === undefined) throw new Error('no kind paddy_water');
    const spells = intervalsOf(site);
    let calm = 0;
    let good = 0;
    for (let at = NOW - 150 * DAY; at < NOW + 214 * DAY; at += 5 * HOUR) {
      const values = model.sample(at);
      const profile = profiles.find(({ name }) => name === profileAt(site, at));
      const latest = { time: at, values };
      const { state, reasons } = assess({ kind, profile, intervalMs: HOUR, now: at, latest });
      expect(state, `${new Date(at).toISOString()} ${JSON.stringify(reasons)}`).not.toBe('critical');
      // The farmer changes the water on the day before a stage begins.
      if (intervalAt(spells, at)?.to === intervalAt(spells, at + DAY)?.to) {
        calm += 1;
        if (state === 'good') good += 1;
      }
    }
    expect(good / calm).toBeGreaterThan(0.99);
  });

  it('would not be good by one stage all year', () => {
    const model = createModelOf(kinds, models)({ ...memberNamed('gantang-paddy-1-level'), lateDays: -2 });
    const levels = [NOW + 10 * DAY, NOW + 24 * DAY, NOW + 40 * DAY].map((at) => model.sample(at).water_level ?? 0);
    const heading = profiles.find(({ name }) => name === 'paddy_heading')?.bands[0];
    expect(levels.some((level) => level < (heading?.criticalBelow ?? 0))).toBe(true);
  });
});

describe('a seeding crew', () => {
  it.each(Object.keys(boundaries))('flies the outline that the registry has of %s', (id) => {
    const site = siteNamed(id);
    const device = seeds.devices.find((each) => each.site === id)?.device ?? '';
    const ring = site.boundary?.coordinates[0] ?? [];
    const corners = [0, 1].map((axis) => ring.map((position) => position[axis as 0 | 1]));
    const [east, north] = corners.map((values) => [Math.min(...values), Math.max(...values)] as const);
    const mission = { condition: 'mission', fromHour: 8, toHour: 10 } as const;
    const world = { seed: 'another', start: NOW, conditions: [mission] };
    const boundary = boundaries[id];
    const model = createModelOf(kinds, models, world)({ ...memberNamed(device), ...(boundary && { boundary }) });
    const spread: (readonly [number, number])[] = [];
    for (let at = NOW + 8 * HOUR; at < NOW + 10 * HOUR; at += 1000) {
      const { longitude, latitude, spreading } = model.sample(at);
      if (spreading === 1 && longitude !== undefined && latitude !== undefined) spread.push([longitude, latitude]);
    }
    expect(spread.length).toBeGreaterThan(500);
    for (const [axis, span] of [east, north].entries()) {
      const values = spread.map((position) => position[axis] ?? 0);
      // Half a swath and the scatter of a floating fix stay within 15 m.
      const margin = 15 / 95_000;
      expect(Math.abs(Math.min(...values) - (span?.[0] ?? 0))).toBeLessThan(margin);
      expect(Math.abs(Math.max(...values) - (span?.[1] ?? 0))).toBeLessThan(margin);
    }
  });
});
