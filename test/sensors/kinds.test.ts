/** The loader finds every kind of a folder, names what is wrong with one, and those of ours are complete. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kind } from '../../sensors/kind.ts';
import { fieldNamed, foldKey, loadKinds } from '../../sensors/kinds.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

const field = {
  name: 'soil_ph',
  label: { zh: '土壤酸碱度', en: 'soil pH' },
  unit: '[pH]',
  symbol: '',
  physical: [0, 14],
  normal: [5, 8],
  resolution: 0.01,
  decimals: 2,
  shape: 'number',
};
const good = {
  name: 'soil_probe',
  label: { zh: '墒情', en: 'Soil probe' },
  subplatform: 'smart_orchard',
  intervalMs: 600_000,
  fields: [field],
  primary: ['soil_ph'],
  panels: [{ title: { zh: '酸碱度', en: 'Acidity' }, fields: ['soil_ph'] }],
};

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'daoyu-kinds-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

const moduleOf = (definition: unknown) => `export default ${JSON.stringify(definition)};`;
const load = async (definition: unknown, file = 'soil_probe.js') =>
  loadKinds(await folderWith({ [file]: moduleOf(definition) }));

describe('loading', () => {
  it('takes one new file for one new kind, and gives it the fields every device has', async () => {
    const kind = (await load(good)).get('soil_probe');
    expect(kind?.fields.map(({ name }) => name)).toEqual(['soil_ph', 'battery_voltage', 'battery_level', 'rssi']);
  });

  it('keeps what a kind says itself of a common field', async () => {
    const own = { ...field, name: 'battery_level', label: { zh: '电量', en: 'own battery' } };
    const kind = (await load({ ...good, fields: [field, own] })).get('soil_probe');
    expect(kind?.fields.filter(({ name }) => name === 'battery_level')).toEqual([own]);
  });

  it('lets a kind show a common field among its primary ones', async () => {
    expect((await load({ ...good, primary: ['soil_ph', 'battery_level'] })).has('soil_probe')).toBe(true);
  });

  it('takes a folder as a path or as a URL, and passes over declarations and maps', async () => {
    const folder = await folderWith({
      'soil_probe.js': moduleOf(good),
      'soil_probe.d.ts': 'export default 1;',
      'soil_probe.js.map': '{}',
      'README.md': '',
    });
    expect([...(await loadKinds(folder)).keys()]).toEqual(['soil_probe']);
    expect([...(await loadKinds(pathToFileURL(`${folder}/`))).keys()]).toEqual(['soil_probe']);
  });

  const withField = (change: object) => ({ ...good, fields: [{ ...field, ...change }] });
  it.each([
    ['a name unlike the file', { ...good, name: 'soil' }, 'must equal the file name "soil_probe"'],
    ["a name of the platform's own figures", { ...good, name: 'daoyu_probe' }, 'must not begin with "daoyu_"'],
    ['an unknown subplatform', { ...good, subplatform: 'smart_fish' }, 'must be one of smart_rice'],
    ['no interval', { ...good, intervalMs: 0 }, 'intervalMs must be more than 0'],
    ['nothing primary', { ...good, primary: [] }, 'primary must name at least one field'],
    ['a primary field that is none', { ...good, primary: ['ph'] }, 'primary names "ph"'],
    [
      'a value derived from what it has not',
      withField({ derived: { from: ['soil_moisture'], source: 'none' } }),
      'field soil_ph: is derived from "soil_moisture"',
    ],
    [
      'a panel of a field that is none',
      { ...good, panels: [{ title: { zh: '盐', en: 'Salt' }, fields: ['salt'] }] },
      'panel Salt names "salt"',
    ],
    ['an empty label', { ...good, label: { zh: ' ', en: 'Soil' } }, 'needs a Chinese and an English label'],
    ['a field twice', { ...good, fields: [field, field] }, 'field soil_ph: is defined twice'],
    [
      'a name in camel case',
      { ...withField({ name: 'soilPh' }), primary: ['soilPh'] },
      'soilPh: its name must be snake_case',
    ],
    ['a field without a label', withField({ label: { zh: '', en: '' } }), 'soil_ph: it needs a Chinese and'],
    ['a field without a unit', withField({ unit: '' }), 'soil_ph: it needs a UCUM unit'],
    ['a range that falls', withField({ physical: [14, 0] }), 'soil_ph: physical [14, 0] must rise'],
    ['normal beyond physical', withField({ normal: [5, 15] }), 'lie inside physical [0, 14]'],
    ['a clamp inside the range', withField({ clampFrom: 1 }), 'clampFrom must lie below the physical minimum 0'],
    ['an enumeration of nothing', withField({ shape: 'enum' }), 'needs at least two choices'],
    ['a stuck limit of nothing', withField({ stuckAfterMinutes: 0 }), 'stuckAfterMinutes must be positive'],
    [
      'an alias of two fields, however it is written',
      {
        ...good,
        fields: [
          { ...field, aliases: ['PH Value'] },
          { ...field, name: 'ph_value' },
        ],
      },
      '"phvalue" could also mean soil_ph',
    ],
    ['an attribute that is a field', { ...good, attributes: ['soil_ph'] }, 'it can be only one'],
    ['no fields at all', { name: 'soil_probe' }, 'is not a Kind'],
  ])('refuses %s', async (_, definition, words) => {
    const refusal = load(definition);
    await expect(refusal).rejects.toMatchObject({ code: 'KIND_INVALID' });
    await expect(refusal).rejects.toThrow(words);
    await expect(refusal).rejects.toThrow('soil_probe.js');
  });

  it('names every problem of a definition at once', async () => {
    await expect(load({ ...good, intervalMs: 0, primary: [] })).rejects.toThrow(/intervalMs.*primary/);
  });

  it('refuses a file that cannot be read as code, and keeps the cause', async () => {
    const folder = await folderWith({ 'soil_probe.js': 'export default {' });
    await expect(loadKinds(folder)).rejects.toMatchObject({ code: 'KIND_INVALID', cause: expect.any(Error) });
  });

  it('does not pass over a file whose name is no name of a kind', async () => {
    await expect(load(good, 'soil-probe.js')).rejects.toThrow('must equal the file name "soil-probe"');
  });

  it('refuses a folder without kinds, and one that is not there', async () => {
    await expect(loadKinds(await folderWith({}))).rejects.toMatchObject({ code: 'KIND_INVALID' });
    await expect(loadKinds(join(tmpdir(), 'daoyu-no-such-folder'))).rejects.toMatchObject({ code: 'KIND_INVALID' });
  });
});

describe('our kinds', () => {
  let kinds: ReadonlyMap<string, Kind>;
  beforeAll(async () => {
    kinds = await loadKinds();
  });
  const of = (kind: string, name: string) => {
    const definition = kinds.get(kind);
    return definition && fieldNamed(definition, name);
  };

  it('are seven', () => {
    expect([...kinds.keys()]).toEqual([
      ...['aquaculture_pond', 'cold_chain', 'drone_seeding', 'grain_dryer', 'orchard', 'paddy_water'],
      'weather_station',
    ]);
  });

  it('carry the shipment and the mission as texts', () => {
    expect(kinds.get('cold_chain')?.attributes).toEqual(['shipment_id', 'batch_id']);
    expect(kinds.get('drone_seeding')?.attributes).toEqual(['mission_id', 'sortie_id']);
  });

  it.each([
    ['paddy_water', 'water_level soil_temperature_5cm soil_ec ammonium_nitrogen irrigation_flow gate_state pump_on'],
    ['aquaculture_pond', 'dissolved_oxygen orp chlorophyll_a secchi_depth salinity aerator_power feeder_on feed_mass'],
    ['cold_chain', 'air_temperature product_temperature door_open hot_gas_temperature light shock latitude speed'],
    [
      'drone_seeding',
      'rtk_fix satellites hdop hopper_weight seeding_rate disc_speed spreading line_index area_covered',
    ],
  ])('%s measures what stations of its sort measure', (kind, names) => {
    const known = kinds.get(kind)?.fields.map(({ name }) => name);
    expect(known).toEqual(expect.arrayContaining([...names.split(' '), 'battery_voltage', 'rssi']));
  });

  it.each([
    ['paddy_water', 'water_level', -150, 'a field under alternate wetting and drying'],
    ['aquaculture_pond', 'turbidity', 7711, 'storm water'],
    ['cold_chain', 'hot_gas_temperature', 85, 'hot gas, not a sensor after power-up'],
    ['cold_chain', 'air_temperature', -34, 'a deep freezer'],
  ])('%s.%s may be %d: %s', (kind, name, value) => {
    const [low, high] = of(kind, name)?.physical ?? [0, 0];
    expect(value).toBeGreaterThanOrEqual(low);
    expect(value).toBeLessThanOrEqual(high);
    expect(of(kind, name)?.sentinels ?? []).not.toContain(value);
  });

  // How long equal values lasted in series of healthy sensors; steps at a minute.
  it.each([
    ['dissolved_oxygen', 6],
    ['water_temperature', 84],
    ['ph', 113],
    ['turbidity', 1445],
  ])('%s of a healthy pond holds for %d minutes without being stuck', (name, run) => {
    expect(of('aquaculture_pond', name)?.stuckAfterMinutes).toBeGreaterThan(run);
  });

  it('the largest minute step of oxygen on a healthy lake, 0.57 mg/L, is no spike, and ten times a reading is one', () => {
    expect(of('aquaculture_pond', 'dissolved_oxygen')?.maxStep).toBeGreaterThan(0.57);
    expect(of('aquaculture_pond', 'dissolved_oxygen')?.maxStep).toBeLessThan(6.5 * 9);
  });

  it('a little below a physical zero is clamped, not refused', () => {
    expect(of('aquaculture_pond', 'turbidity')?.clampFrom).toBeLessThanOrEqual(-0.8);
  });

  it.each([
    ['aquaculture_pond', 'DO', 'dissolved_oxygen'],
    ['aquaculture_pond', 'DISOLVED OXYGEN', 'dissolved_oxygen'],
    ['aquaculture_pond', 'disolved_oxg', 'dissolved_oxygen'],
    ['aquaculture_pond', 'dissolvedOxygen', 'dissolved_oxygen'],
    ['aquaculture_pond', 'ph_level', 'ph'],
    ['aquaculture_pond', 'AMMONIA', 'ammonia_nitrogen'],
    ['paddy_water', 'TEMPERATURE', 'water_temperature'],
    ['paddy_water', 'do_level', 'dissolved_oxygen'],
    ['cold_chain', 'temperature', 'air_temperature'],
    ['cold_chain', 'battery', 'battery_level'],
  ])('%s takes the key %s of real devices for %s', (kind, key, name) => {
    expect((of(kind, name)?.aliases ?? []).concat(name).map(foldKey)).toContain(foldKey(key));
  });

  it('no signal strength is said with 0', () => {
    expect(of('aquaculture_pond', 'rssi')?.sentinels).toEqual([0]);
  });

  it('units of people and of machines go together', () => {
    for (const kind of kinds.values())
      for (const { name, unit, symbol, shape } of kind.fields)
        expect(symbol === '', `${kind.name}.${name}`).toBe(shape !== 'number' || unit === '1' || unit === '[pH]');
  });

  it('only the drone works in missions', () => {
    expect([...kinds.values()].filter(({ isIntermittent }) => isIntermittent).map(({ name }) => name)).toEqual([
      'drone_seeding',
    ]);
  });
});
