/** The health of a device in words: what is bad, what is unknown, and which of the two is shown first. */
import { beforeAll, describe, expect, it } from 'vitest';
import { seeds } from '../../seeds/seeds.ts';
import { assess, type LatestValues } from '../../sensors/assess.ts';
import type { Kind } from '../../sensors/kind.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import type { Profile } from '../../sensors/profile.ts';

const NOW = Date.parse('2026-07-20T05:40:00+08:00');
const INTERVAL = 60_000;
let kinds: ReadonlyMap<string, Kind>;
beforeAll(async () => {
  kinds = await loadKinds();
});

function kindNamed(name: string): Kind {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
}

function profileNamed(name: string): Profile {
  const profile = seeds.profiles.find((each) => each.name === name);
  if (profile === undefined) throw new Error(`no profile ${name}`);
  return profile;
}

function health(
  kind: string,
  profile: string | undefined,
  values: Record<string, number>,
  extras: Partial<LatestValues> & { ageMs?: number } = {},
) {
  const { ageMs = 12_000, ...rest } = extras;
  return assess({
    kind: kindNamed(kind),
    profile: profile === undefined ? undefined : profileNamed(profile),
    intervalMs: INTERVAL,
    now: NOW,
    latest: { time: NOW - ageMs, values, ...rest },
  });
}

const pond = (values: Record<string, number>, extras = {}) => health('aquaculture_pond', 'crab_pond', values, extras);
const textsOf = ({ reasons }: ReturnType<typeof assess>) => reasons.map(({ label }) => label.zh);

describe('a profile decides', () => {
  it.each([
    ['crab_pond', 2.7, 'critical'],
    ['crab_pond', 3, 'warning'],
    ['crab_pond', 3.99, 'warning'],
    ['crab_pond', 4, 'good'],
    ['crayfish_pond', 3.6, 'good'],
    ['crayfish_pond', 2.6, 'warning'],
    ['seedling', 4.5, 'warning'],
    ['seedling', 3.9, 'critical'],
  ])('in a %s, %d mg/L of oxygen is %s…', (profile, dissolved_oxygen, state) => {
    expect(health('aquaculture_pond', profile, { dissolved_oxygen }).state).toBe(state);
  });

  it.each([
    ['rice_field', { dissolved_oxygen: 2.66, water_level: 20, ditch_water_level: 900 }, 'good'],
    ['paddy_awd', { water_level: -150 }, 'good'],
    ['paddy_awd', { water_level: -180 }, 'warning'],
    ['paddy_awd', { water_level: -201 }, 'critical'],
    ['paddy_awd', { water_level: 120 }, 'critical'],
    ['paddy_heading', { water_level: -5 }, 'critical'],
    ['rice_crayfish', { water_level: 400, ditch_water_level: 300 }, 'critical'],
  ])('of a paddy in %s with %j the state is %s', (profile, values, state) => {
    expect(health('paddy_water', profile, values).state).toBe(state);
  });

  it.each([
    ['live_crab', 1.5, 'critical'],
    ['live_crab', 3, 'warning'],
    ['live_crab', 7, 'good'],
    ['chilled_fish', 7, 'warning'],
    ['frozen_fish', -16, 'warning'],
    ['frozen_fish', -14, 'critical'],
    ['frozen_fish', -30, 'good'],
  ])('for %s, air of %d °C is %s', (profile, air_temperature, state) => {
    expect(health('cold_chain', profile, { air_temperature }).state).toBe(state);
  });

  it('says value, limit and profile in both languages', () => {
    const { reasons } = pond({ dissolved_oxygen: 2.7 });
    expect(reasons).toEqual([
      {
        field: 'dissolved_oxygen',
        code: 'low',
        state: 'critical',
        label: {
          zh: '溶解氧 2.70 mg/L，低于 3.0（蟹塘）',
          en: 'dissolved oxygen 2.70 mg/L, below 3.0 (Crab pond)',
        },
      },
    ]);
  });

  it('does not round a value onto the limit it has crossed', () => {
    expect(textsOf(pond({ dissolved_oxygen: 2.996 }))).toEqual(['溶解氧 2.996 mg/L，低于 3.0（蟹塘）']);
  });

  it('puts the worst first, then what matters most', () => {
    const assessment = pond({ turbidity: 20, nitrite_nitrogen: 0.2, ph: 9.2, dissolved_oxygen: 2.1 });
    expect(assessment.reasons.map(({ field, state }) => [field, state])).toEqual([
      ['dissolved_oxygen', 'critical'],
      ['ph', 'warning'],
      ['nitrite_nitrogen', 'warning'],
    ]);
  });

  it('that is made for another kind is left aside', () => {
    expect(health('cold_chain', 'crab_pond', { air_temperature: 4 })).toMatchObject({ state: 'good', reasons: [] });
  });

  it('a band that counts only while something is on is silent otherwise', () => {
    expect(health('drone_seeding', 'drone_seeding', { spreading: 0, seeding_rate: 0, wind_speed: 6 }).state).toBe(
      'good',
    );
    expect(health('drone_seeding', 'drone_seeding', { spreading: 1, seeding_rate: 34 }).state).toBe('warning');
  });
});

describe('without a profile', () => {
  it('what is normal for the kind decides, and is no more than a warning', () => {
    expect(health('aquaculture_pond', undefined, { dissolved_oxygen: 0.4 })).toMatchObject({
      state: 'warning',
      reasons: [{ field: 'dissolved_oxygen', label: { zh: '溶解氧 0.40 mg/L，低于 3.0（正常范围）' } }],
    });
  });

  it('a vehicle far from the county is not ill', () => {
    expect(health('cold_chain', undefined, { air_temperature: 4, latitude: 23.1, longitude: 113.3 }).state).toBe(
      'good',
    );
  });
});

describe('silence', () => {
  it('begins after three intervals', () => {
    expect(pond({ dissolved_oxygen: 6 }, { ageMs: 3 * INTERVAL }).state).toBe('good');
    expect(pond({ dissolved_oxygen: 6 }, { ageMs: 3 * INTERVAL + 1 }).state).toBe('unknown');
  });

  it('is unknown, never good, and says for how long', () => {
    expect(pond({ dissolved_oxygen: 6 }, { ageMs: 23 * 60_000 })).toMatchObject({
      state: 'unknown',
      reasons: [{ code: 'silent', label: { zh: '23 分钟无数据', en: 'no data for 23 min' } }],
      ageMs: 23 * 60_000,
    });
  });

  it('does not make the last bad value forgotten', () => {
    expect(textsOf(pond({ dissolved_oxygen: 2.1 }, { ageMs: 23 * 60_000 }))).toEqual([
      '23 分钟无数据',
      '最后读数：溶解氧 2.10 mg/L，低于 3.0（蟹塘）',
    ]);
  });

  it('from the first day on is unknown, too', () => {
    const given = { kind: kindNamed('aquaculture_pond'), intervalMs: INTERVAL, now: NOW, latest: undefined };
    expect(assess(given)).toMatchObject({ state: 'unknown', reasons: [{ code: 'no_data' }] });
    expect(assess(given)).not.toHaveProperty('ageMs');
  });

  it('of a drone between missions is rest', () => {
    expect(health('drone_seeding', 'drone_seeding', { battery_level: 12 }, { ageMs: 3 * 3_600_000 })).toMatchObject({
      state: 'good',
      reasons: [{ code: 'idle', label: { zh: '待命，上次作业于 3 小时前' } }],
    });
  });

  it('of the one probe that matters shows although the rest of the device speaks', () => {
    const olderFields = { dissolved_oxygen: NOW - 23 * 60_000 };
    expect(pond({ dissolved_oxygen: 6, ph: 8 }, { olderFields, ageMs: 0 })).toMatchObject({
      state: 'unknown',
      reasons: [{ field: 'dissolved_oxygen', code: 'silent', label: { zh: '溶解氧 23 分钟无数据' } }],
    });
  });

  it('of an hourly analyser is its way of working, of a switch that reports changes only, too', () => {
    const olderFields = { ammonia_nitrogen: NOW - 50 * 60_000, aerator_on: NOW - 8 * 3_600_000 };
    const assessment = pond({ dissolved_oxygen: 6, ammonia_nitrogen: 1.2, aerator_on: 1 }, { olderFields, ageMs: 0 });
    expect(assessment.reasons.map(({ field, state }) => [field, state])).toEqual([['ammonia_nitrogen', 'critical']]);
  });

  it('is not seen where a clock runs ahead', () => {
    expect(pond({ dissolved_oxygen: 6 }, { ageMs: -40_000 })).toMatchObject({ state: 'good', ageMs: 0 });
  });
});

describe('a doubtful value', () => {
  it.each([
    ['stuck', '溶解氧读数卡住'],
    ['spike', '溶解氧突跳，待下一读数确认'],
    ['clock', '溶解氧的时间可疑'],
  ])('that is %s is unknown, not judged by its bands', (flag, text) => {
    const assessment = pond({ dissolved_oxygen: 1 }, { flags: { dissolved_oxygen: [flag] } });
    expect(assessment.state).toBe('unknown');
    expect(textsOf(assessment)).toEqual([text]);
  });

  it.each(['late', 'clamped'])('that is only %s is believed', (flag) => {
    expect(pond({ dissolved_oxygen: 1 }, { flags: { dissolved_oxygen: [flag] } }).state).toBe('critical');
  });

  it('outranks a warning but not what is critical', () => {
    const flags = { dissolved_oxygen: ['stuck'] };
    expect(pond({ dissolved_oxygen: 6, ph: 9.2 }, { flags }).state).toBe('unknown');
    expect(pond({ dissolved_oxygen: 6, ph: 9.9 }, { flags }).state).toBe('critical');
  });

  it('of a secondary field is mentioned but leaves the device good', () => {
    const assessment = pond({ dissolved_oxygen: 6, turbidity: 100 }, { flags: { turbidity: ['stuck'] } });
    expect(assessment.state).toBe('good');
    expect(textsOf(assessment)).toEqual(['浊度读数卡住']);
  });
});
