/** Draws the pictures of docs/simulators.md from the models themselves: `npx tsx docs/scripts/plot-models.ts [FOLDER]`. The same code draws the same pictures. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seeds } from '../../seeds/seeds.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { type Condition, timedConditions } from '../../simulators/conditions.ts';
import { depositGrid } from '../../simulators/drone/deposit.ts';
import { planField } from '../../simulators/drone/field-plan.ts';
import { flyMission, ORDER } from '../../simulators/drone/flight.ts';
import { createModelOf } from '../../simulators/model-of.ts';
import { FIELD } from '../../simulators/models/drone_seeding.ts';
import { loadModels } from '../../simulators/models.ts';
import { createField, levelOf } from '../../simulators/paddy/water-balance.ts';
import { createWeather, KAIJIANG } from '../../simulators/weather/weather.ts';
import { COLORS, frame, r, renderChart, type Series } from './chart.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const JULY = Date.parse('2026-07-14T00:00:00+08:00');
const SEED = 'kaijiang';
const folder = process.argv[2] ?? fileURLToPath(new URL('../figures/', import.meta.url));
const kinds = await loadKinds();
const models = await loadModels();

mkdirSync(folder, { recursive: true });
for (const [name, svg] of Object.entries({
  weather: weather(),
  pond: pond(),
  'pond-crash': pondCrash(),
  paddy: paddy(),
  'paddy-season': paddySeason(),
  'cold-store': coldStore(),
  'cold-van': coldVan(),
  'cold-breakdown': coldBreakdown(),
  drone: drone(),
  'drone-field': droneField(),
}))
  writeFileSync(join(folder, `${name}.svg`), svg);

function sampler(device: string, start: number, conditions: readonly Condition[] = []) {
  const found = seeds.devices.find((each) => each.device === device);
  const site = seeds.sites.find((each) => each.id === found?.site);
  if (found === undefined || site === undefined) throw new Error(`no seeded device ${device}`);
  const { park, kind } = found;
  const model = createModelOf(kinds, models, { seed: SEED, start, conditions })({
    park,
    site: site.id,
    device,
    kind,
    password: '',
    intervalMs: 60_000,
    ...(site.profile !== undefined && { profile: site.profile }),
    siteType: site.type,
    ...(site.latitude !== undefined && { latitude: site.latitude }),
    ...(site.longitude !== undefined && { longitude: site.longitude }),
  });
  let known = { at: Number.NaN, values: {} as Record<string, number> };
  /** A line of one field; several lines of one instant cost one sample. */
  return (field: string) => (at: number) => {
    if (known.at !== at) known = { at, values: model.sample(at) };
    return known.values[field];
  };
}

function line(name: string, color: string, value: Series['value'], shape?: Series['shape']): Series {
  return { name, color, value, ...(shape && { shape }) };
}

function weather(): string {
  const from = JULY + 4 * DAY;
  const sky = createWeather({ seed: SEED, ...KAIJIANG, conditions: [] });
  return renderChart({
    from,
    to: from + 3 * DAY,
    stepMs: 600_000,
    panels: [
      { title: '总辐射 global radiation, W/m²', series: [line('', COLORS.orange, (at) => sky.at(at).radiation)] },
      {
        title: '气温与露点 air and dew point, °C',
        series: [
          line('气温 air', COLORS.orange, (at) => sky.at(at).airTemperature),
          line('露点 dew point', COLORS.blue, (at) => sky.at(at).dewPoint),
        ],
      },
      { title: '雨强 rain, mm/h', height: 64, series: [line('', COLORS.blue, (at) => sky.at(at).rain, 'bars')] },
      { title: '风速 wind at 10 m, m/s', height: 64, series: [line('', COLORS.grey, (at) => sky.at(at).wind)] },
    ],
  });
}

function pond(): string {
  const from = JULY + 4 * DAY;
  const station = sampler('zhuxi-pond-3-station', from);
  const bottom = sampler('zhuxi-pond-3-deep', from);
  return renderChart({
    from,
    to: from + 3 * DAY,
    stepMs: 600_000,
    panels: [
      {
        title: '溶解氧 dissolved oxygen, mg/L',
        height: 120,
        series: [
          line('表层 surface', COLORS.blue, station('dissolved_oxygen')),
          line('底层 bottom', COLORS.purple, bottom('dissolved_oxygen')),
        ],
        limits: [{ value: 4, name: '警告 warning 4' }],
      },
      {
        title: '水温 water temperature, °C',
        series: [
          line('表层 surface', COLORS.orange, station('water_temperature')),
          line('底层 bottom', COLORS.purple, bottom('water_temperature')),
        ],
      },
      { title: 'pH', series: [line('', COLORS.green, station('ph'))] },
      {
        title: '氨氮 total ammonia nitrogen, mg/L',
        height: 64,
        series: [line('', COLORS.grey, station('ammonia_nitrogen'))],
      },
      { title: '浊度 turbidity, NTU', height: 64, series: [line('', COLORS.orange, station('turbidity'))] },
      { title: '水位 water depth, mm', height: 64, series: [line('', COLORS.blue, station('water_level'))] },
    ],
  });
}

/** Sunny, two dark days, sunny again. */
function dark(): Condition[] {
  return [
    { condition: 'sky', state: 'clear', clearness: 0.5, fromHour: -480, toHour: 480 },
    { condition: 'rain', mmPerHour: 0, fromHour: -480, toHour: 480 },
    { condition: 'sky', state: 'overcast', clearness: 0.22, fromHour: 24, toHour: 48 },
    { condition: 'sky', state: 'overcast', clearness: 0.18, fromHour: 48, toHour: 72 },
  ];
}

function pondCrash(): string {
  const whole = sampler('zhuxi-pond-1-station', JULY, dark());
  const broken = sampler('zhuxi-pond-1-station', JULY, [
    ...dark(),
    { condition: 'aerator', state: 'broken', fromHour: 0, toHour: 480 },
  ]);
  return renderChart({
    from: JULY + 0.5 * DAY,
    to: JULY + 4 * DAY,
    stepMs: 600_000,
    panels: [
      {
        title: '溶解氧，两个阴天 oxygen, two dark days, mg/L',
        height: 150,
        series: [
          line('自动增氧 works', COLORS.blue, whole('dissolved_oxygen')),
          line('故障 broken', COLORS.red, broken('dissolved_oxygen')),
        ],
        limits: [
          { value: 4, name: '警告 4' },
          { value: 3, name: '严重 3' },
        ],
        range: [0, 14],
      },
      {
        title: '增氧机功率 aerator power, kW',
        height: 50,
        series: [
          line('正常 works', COLORS.blue, whole('aerator_power'), 'step'),
          line('故障 broken', COLORS.red, broken('aerator_power'), 'step'),
        ],
      },
      {
        title: 'pH',
        height: 80,
        series: [line('正常 works', COLORS.blue, whole('ph')), line('故障 broken', COLORS.red, broken('ph'))],
      },
    ],
  });
}

function paddy(): string {
  const from = Date.parse('2026-06-03T00:00:00+08:00');
  const station = sampler('zhuxi-paddy-1-level', from, [
    { condition: 'rain', mmPerHour: 0, fromHour: -24 * 9, toHour: 60 },
    { condition: 'rain', mmPerHour: 18, fromHour: 60, toHour: 62 },
  ]);
  return renderChart({
    from,
    to: from + 3 * DAY,
    stepMs: 600_000,
    panels: [
      { title: '田面水位 water over the soil, mm', series: [line('', COLORS.blue, station('water_level'))] },
      {
        title: '环沟水深 depth in the ditch, mm',
        height: 64,
        series: [line('', COLORS.purple, station('ditch_water_level'))],
      },
      {
        title: '雨量与灌溉 rain and irrigation',
        height: 64,
        series: [
          line('雨 rain, mm/10 min', COLORS.blue, station('rainfall'), 'bars'),
          line('灌溉 irrigation, 10 m³/h', COLORS.green, (at) => (station('irrigation_flow')(at) ?? 0) / 10, 'step'),
        ],
      },
      {
        title: '水温与土温 water and soil, °C',
        height: 110,
        series: [
          line('水 water', COLORS.orange, station('water_temperature')),
          line('土 5 cm', COLORS.green, station('soil_temperature_5cm')),
          line('20 cm', COLORS.grey, station('soil_temperature_20cm')),
        ],
      },
      { title: '溶解氧 dissolved oxygen, mg/L', series: [line('', COLORS.blue, station('dissolved_oxygen'))] },
      { title: 'pH', height: 64, series: [line('', COLORS.green, station('ph'))] },
    ],
  });
}

function paddySeason(): string {
  const from = Date.parse('2026-04-20T00:00:00+08:00');
  const conditions = timedConditions([], 0);
  const sky = createWeather({ seed: SEED, ...KAIJIANG, conditions });
  const of = (regime: 'alternate' | 'crab') => {
    const field = createField({ weather: sky, ...KAIJIANG, regime, shift: 0, leakiness: 1, conditions });
    return (at: number) => levelOf(field.at(at).before);
  };
  return renderChart({
    from,
    to: from + 150 * DAY,
    stepMs: DAY / 4,
    panels: [
      {
        title: '田面水位 water over the soil, mm',
        height: 190,
        series: [
          line('干湿交替 alternate wet–dry', COLORS.blue, of('alternate')),
          line('稻蟹 rice–crab', COLORS.orange, of('crab')),
        ],
        limits: [{ value: -150, name: '下限 limit −150' }],
      },
      {
        title: '日雨量 rain, mm a day',
        height: 70,
        series: [
          line(
            '',
            COLORS.blue,
            (at) => (at % DAY < DAY / 4 ? sky.dayNumbered(Math.floor(at / DAY)).rain : undefined),
            'bars',
          ),
        ],
      },
    ],
  });
}

function coldStore(): string {
  const from = JULY + DAY;
  const chilled = sampler('logistics-chilled-1-logger', from);
  const frozen = sampler('logistics-frozen-1-logger', from);
  return renderChart({
    from,
    to: from + 3 * DAY,
    stepMs: 300_000,
    panels: [
      {
        title: '冰鲜库 chilled store, °C',
        height: 110,
        series: [
          line('空气 air', COLORS.blue, chilled('air_temperature')),
          line('货品 product', COLORS.orange, chilled('product_temperature')),
        ],
        limits: [{ value: 4, name: '上限 limit 4' }],
      },
      {
        title: '冷冻库 frozen store, °C',
        height: 110,
        series: [
          line('空气 air', COLORS.blue, frozen('air_temperature')),
          line('货品 product', COLORS.orange, frozen('product_temperature')),
        ],
        limits: [{ value: -18, name: '上限 limit −18' }],
      },
      {
        title: '冷冻库开门 frozen: door open',
        height: 10,
        range: [0, 1],
        series: [line('', COLORS.red, frozen('door_open'), 'on')],
      },
      {
        title: '冷冻库化霜 frozen: defrost',
        height: 10,
        range: [0, 1],
        series: [line('', COLORS.green, frozen('defrost_on'), 'on')],
      },
    ],
  });
}

function coldVan(): string {
  const from = JULY + DAY + 4 * HOUR;
  const van = sampler('reefer-2-logger', from);
  return renderChart({
    from,
    to: from + 16 * HOUR,
    stepMs: 60_000,
    panels: [
      {
        title: '冷藏车（冷冻） frozen van, °C',
        height: 130,
        series: [
          line('空气 air', COLORS.blue, van('air_temperature')),
          line('货品 product', COLORS.orange, van('product_temperature')),
        ],
        limits: [{ value: -18, name: '上限 limit −18' }],
      },
      { title: '开门 door open', height: 10, range: [0, 1], series: [line('', COLORS.red, van('door_open'), 'on')] },
      {
        title: '压缩机 compressor on',
        height: 10,
        range: [0, 1],
        series: [line('', COLORS.blue, van('compressor_on'), 'on')],
      },
      {
        title: '车速 speed, km/h（隧道内无定位 no fix in tunnels）',
        height: 80,
        series: [line('', COLORS.grey, van('speed'))],
      },
    ],
  });
}

function coldBreakdown(): string {
  const from = JULY + DAY + 6 * HOUR;
  const van = sampler('reefer-1-logger', JULY, [
    { condition: 'compressor', state: 'failed', fromHour: 34, toHour: 48 },
  ]);
  return renderChart({
    from,
    to: from + 16 * HOUR,
    stepMs: 60_000,
    panels: [
      {
        title: '活蟹车，10:00 压缩机停 compressor fails, °C',
        height: 130,
        series: [
          line('空气 air', COLORS.blue, van('air_temperature')),
          line('货品 product', COLORS.orange, van('product_temperature')),
        ],
        limits: [
          { value: 12, name: '警告 warning 12' },
          { value: 16, name: '严重 critical 16' },
        ],
      },
    ],
  });
}

function drone(): string {
  const from = Date.parse('2026-05-14T09:00:00+08:00');
  const ground = sampler('renshi-drone-ground', from, [{ condition: 'mission', fromHour: 0, toHour: 2 }]);
  return renderChart({
    from: from - 60_000,
    to: from + 40 * 60_000,
    stepMs: 1000,
    panels: [
      {
        title: '播量 seeding rate, kg/ha',
        series: [line('', COLORS.green, ground('seeding_rate'))],
        limits: [{ value: 40, name: '目标 wanted 40' }],
        range: [0, 60],
      },
      {
        title: '料箱与电量 hopper and battery',
        series: [
          line('料箱 hopper, kg', COLORS.orange, ground('hopper_weight')),
          line('电量 battery, %', COLORS.blue, ground('battery_level')),
        ],
        range: [0, 100],
      },
      { title: '已播面积 area seeded, ha', height: 64, series: [line('', COLORS.green, ground('area_covered'))] },
      { title: '地速 ground speed, m/s', height: 64, series: [line('', COLORS.grey, ground('ground_speed'))] },
    ],
  });
}

/** The track over what fell on each square metre. */
function droneField(): string {
  const plan = planField(FIELD, ORDER.swath);
  const sorties = flyMission(plan, ORDER, 0, 5);
  const { cells, mean, variation } = depositGrid(sorties, ORDER.swath, 5);
  const scale = 1.25;
  const size = 390;
  const middle = [size / 2 - 5, 140] as const;
  const classes = Array.from({ length: 8 }, () => '');
  for (const { east, north, rate } of cells) {
    if (east % 2 !== 0 || north % 2 !== 0) continue;
    const shade = Math.max(0, Math.min(7, Math.floor((rate / (2 * ORDER.rate)) * 8)));
    classes[shade] += `M${r(middle[0] + east * scale)} ${r(middle[1] - north * scale)}h2.6v2.6h-2.6z`;
  }
  const squares = classes
    .map((path, shade) => {
      const [red, green, blue] = [247 - 27 * shade, 245 - 16 * shade, 235 - 24 * shade];
      return `<path d="${path}" fill="rgb(${red},${green},${blue})"/>`;
    })
    .join('');
  const outline = FIELD.map(([x, y]) => `${r(middle[0] + x * scale)},${r(middle[1] - y * scale)}`).join(' ');
  const colors = [COLORS.blue, COLORS.orange, COLORS.purple, COLORS.red];
  const tracks = sorties
    .map(({ seconds }, index) => {
      const spots = seconds
        .map(({ spot: [x, y] }) => `${r(middle[0] + x * scale)},${r(middle[1] - y * scale)}`)
        .join(' ');
      return `<polyline points="${spots}" fill="none" stroke="${colors[index % 4]}" stroke-width="0.9"/>`;
    })
    .join('');
  const legend = sorties
    .map((_, index) => `<tspan fill="${colors[index % 4]}">━ 架次 sortie ${index + 1}  </tspan>`)
    .join('');
  return frame(
    '航线与落种 flight and where the seed fell',
    300,
    `<text x="10" y="16" font-weight="600">航线与落种 flight and where the seed fell</text><text x="10" y="30" font-size="10">${legend}</text>${squares}<polygon points="${outline}" fill="none" stroke="#1f2933" stroke-dasharray="4 3"/>${tracks}<text x="10" y="278" font-size="10">绿色越深落种越多 darker: more seed · 平均 mean ${mean.toFixed(1)} kg/ha</text><text x="10" y="293" font-size="10">变异系数 CV ${variation.toFixed(0)} % · 虚线 dashed: 田块 the field, ${plan.area.toFixed(1)} ha</text>`,
    size,
  );
}
