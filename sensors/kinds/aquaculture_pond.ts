/** A pond station: crab, crayfish or seedling water. Physical ranges are those of probes' data sheets (optical oxygen 0-20 mg/L ±0.3, pH 0-14 ±0.1), normal ones those of crab and crayfish extension texts. */
import { MG_PER_L, MILLIMETRE, measured, PERCENT, temperature, toggle } from '../fields.ts';
import type { Kind } from '../kind.ts';
import { oxygenSaturation } from '../oxygen-saturation.ts';
import { unionisedShare } from '../unionised-ammonia.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const pond: Kind = {
  name: 'aquaculture_pond',
  label: { zh: '养殖池塘', en: 'Aquaculture pond' },
  subplatform: 'smart_fishery',
  intervalMs: 300_000,
  defaultProfile: 'crab_pond',
  // Ponds die unnoticed when the station fails at four in the morning.
  silentIsCritical: { fromHour: 20, toHour: 8 },
  fallsByNight: ['dissolved_oxygen'],
  advice: {
    dissolved_oxygen_low: {
      zh: '立即开启全部增氧机并到塘边查看；停喂；必要时注新水、撒增氧剂',
      en: 'Run every aerator now and go to the pond; stop feeding; add fresh water or an oxygen source if it keeps falling',
    },
    dissolved_oxygen_low_by_dawn: {
      zh: '现在就开增氧机；今晚停喂；夜里加密巡塘，备好增氧剂',
      en: 'Start the aerators now; no feed tonight; look at the pond more often and have an oxygen source at hand',
    },
    water_temperature_high: {
      zh: '加深水位、夜间换水；停喂',
      en: 'Raise the water level, exchange water at night; stop feeding',
    },
    water_temperature_low: { zh: '加深水位保温；停喂', en: 'Raise the water level to keep the warmth; stop feeding' },
    ph_high: { zh: '复测；换水，控制藻类', en: 'Measure again; exchange water, control algae' },
    ph_low: { zh: '复测；少量多次泼洒生石灰水', en: 'Measure again; spread lime water a little at a time' },
    unionised_ammonia_high: {
      zh: '停喂、换水、开增氧机；不要再泼石灰',
      en: 'Stop feeding, exchange water, aerate; do not lime',
    },
    ammonia_nitrogen_high: { zh: '停喂、换水、底改', en: 'Stop feeding, exchange water, treat the bottom' },
    nitrite_nitrogen_high: { zh: '换水、增氧；可加食盐缓解', en: 'Exchange water, aerate; salt helps' },
    water_level_low: { zh: '查漏，补水', en: 'Look for a leak, add water' },
    water_level_high: { zh: '排水，查塘埂', en: 'Release water, check the bund' },
  },
  equipment: [
    {
      name: 'aerator_without_power',
      label: {
        zh: '增氧机“开”但没有功率：没有真的在转',
        en: 'the aerator is on but draws no power: it is not running',
      },
      action: {
        zh: '查空开、缺相、热继电器；先用备用增氧机',
        en: 'Check breaker, phases and thermal relay; use the spare aerator first',
      },
      terms: [
        { field: 'aerator_on', is: 1 },
        { field: 'aerator_power', below: 0.1 },
      ],
      criticalTerms: [{ field: 'dissolved_oxygen', below: 4 }],
      holdMinutes: { warning: 2, critical: 1 },
      source: 'on, with less than a fifth of the power of the smallest aerator (0.75 kW); worse while oxygen is low',
    },
  ],
  controls: [
    {
      command: 'aerator',
      field: 'aerator_on',
      measured: 'aerator_power',
      hasAuto: true,
      band: {
        field: 'dissolved_oxygen',
        onBelow: 4.5,
        offAbove: 6,
        leastGap: 0.5,
        source:
          'above the warning limit of crab ponds, which starts no alarm; in the simulated pond 10 to 12 hours a day',
      },
      interlocks: [
        {
          isOn: false,
          terms: [{ field: 'dissolved_oxygen', below: 4 }],
          label: {
            zh: '溶解氧低于 4 mg/L，不应关闭增氧机',
            en: 'dissolved oxygen is below 4 mg/L: the aerator should not be off',
          },
          source: 'the warning limit of crab ponds',
        },
      ],
    },
    {
      command: 'feeder',
      field: 'feeder_on',
      interlocks: [
        {
          isOn: true,
          terms: [{ field: 'dissolved_oxygen', below: 4 }],
          label: { zh: '溶解氧低于 4 mg/L，不应投喂', en: 'dissolved oxygen is below 4 mg/L: no feeding' },
          source: 'what to do about low oxygen begins with feeding no more',
        },
      ],
    },
  ],
  fields: [
    // On a healthy lake buoy equal values lasted for 83 minutes at a sample a minute, 243 at one an hour.
    temperature('water_temperature', '水温', 'water temperature', [-2, 45], {
      normal: [4, 33],
      stuckAfterMinutes: 300,
      aliases: ['temperature', 'temp', 'water_temp', 'wt', 'temperatur'],
    }),
    // On a healthy lake steps reached 0.57 mg/L in one minute, 1.0 in five, 3.3 in sixty; equal values lasted for 3 minutes, at six samples an hour for 20.
    measured('dissolved_oxygen', '溶解氧', 'dissolved oxygen', MG_PER_L, [0, 25], 0.01, {
      normal: [3, 14],
      maxStep: 2,
      stuckAfterMinutes: 60,
      clampFrom: -0.1,
      siblings: ['oxygen_saturation'],
      aliases: [
        'do',
        'do_level',
        'oxygen',
        'dissolvedoxygen',
        'disolved_oxygen',
        'disolved_oxg',
        'DISOLVED OXYGEN',
        'odo',
        'rdo',
        'rdo konzentration',
        'do conc',
        'do concentration',
        '溶氧',
      ],
    }),
    measured('oxygen_saturation', '氧饱和度', 'oxygen saturation', PERCENT, [0, 300], 0.1, {
      normal: [40, 180],
      maxStep: 25,
      stuckAfterMinutes: 60,
      clampFrom: -1,
      derived: {
        from: ['dissolved_oxygen', 'water_temperature'],
        takesPressure: true,
        value: (oxygen, celsius, pressure) =>
          (100 * (oxygen ?? Number.NaN)) / oxygenSaturation(celsius ?? Number.NaN, pressure),
        source:
          'Benson & Krause 1984 (APHA 4500-O), fresh water, at the measured air pressure or the standard one of the height of the site (440 m where none is entered)',
      },
      aliases: ['do_sat', 'saturation', 'do_percent', 'do_saturation', 'odo_sat', 'rdo_sat'],
    }),
    // A healthy tank kept the same pH for 127 minutes.
    measured('ph', 'pH', 'pH', ['[pH]', ''], [0, 14], 0.01, {
      normal: [7.2, 9.2],
      maxStep: 0.5,
      stuckAfterMinutes: 360,
      aliases: ['ph_level', 'ph_value'],
    }),
    measured('ammonia_nitrogen', '氨氮', 'total ammonia nitrogen', MG_PER_L, [0, 50], 0.01, {
      intervalMs: HOUR,
      normal: [0, 0.5],
      maxStep: 1,
      clampFrom: -0.05,
      aliases: ['ammonia', 'nh3_n', 'nh3n', 'tan', 'nh4'],
    }),
    // The toxic part: 18 % of total ammonia at pH 8.5 and 28 °C. GB 11607-89 allows 0.02 mg/L.
    measured('unionised_ammonia', '非离子氨', 'un-ionised ammonia', MG_PER_L, [0, 50], 0.0001, {
      intervalMs: HOUR,
      normal: [0, 0.02],
      derived: {
        from: ['ammonia_nitrogen', 'water_temperature', 'ph'],
        value: (total, celsius, ph) => (total ?? Number.NaN) * unionisedShare(celsius ?? Number.NaN, ph ?? Number.NaN),
        source: 'Emerson et al. 1975, fresh water, as nitrogen',
      },
    }),
    measured('nitrite_nitrogen', '亚硝酸盐氮', 'nitrite nitrogen', MG_PER_L, [0, 10], 0.001, {
      intervalMs: HOUR,
      normal: [0, 0.1],
      clampFrom: -0.01,
      aliases: ['nitrite', 'no2', 'no2_n'],
    }),
    // Up to 10,000: an EXO2 measured storm water of 7,711 FNU. Clear water reads a little below zero; a healthy tank
    // held one whole number for 26 hours.
    measured('turbidity', '浊度', 'turbidity', ['{NTU}', 'NTU'], [0, 10_000], 0.1, {
      normal: [5, 150],
      maxStep: 2000,
      stuckAfterMinutes: 4500,
      clampFrom: -1,
      aliases: ['ntu', 'turb'],
    }),
    measured('secchi_depth', '透明度', 'Secchi depth', ['cm', 'cm'], [0, 300], 1, {
      intervalMs: DAY,
      normal: [30, 60],
      aliases: ['transparency'],
    }),
    measured('specific_conductance', '电导率', 'specific conductance', ['uS/cm', 'µS/cm'], [0, 60_000], 1, {
      normal: [150, 1200],
      maxStep: 500,
      clampFrom: -5,
      aliases: ['conductivity', 'ec', 'cond', 'sp_cond'],
      openUnit: { aliases: ['conductivity', 'ec', 'cond'], units: ['mS/cm'], within: [20, 60_000], step: 0.01 },
    }),
    measured('salinity', '盐度', 'salinity', ['g/kg', 'g/kg'], [0, 45], 0.01, {
      normal: [0, 0.5],
      maxStep: 5,
      clampFrom: -0.05,
    }),
    measured('orp', '氧化还原电位', 'redox potential', ['mV', 'mV'], [-1000, 1000], 1, {
      normal: [50, 350],
      maxStep: 150,
    }),
    measured('chlorophyll_a', '叶绿素a', 'chlorophyll a', ['ug/L', 'µg/L'], [0, 500], 0.1, {
      normal: [5, 100],
      clampFrom: -1,
      aliases: ['chl', 'chla', 'chlorophyll'],
    }),
    // Of a station with a barometer; saturation follows it.
    measured('air_pressure', '气压', 'air pressure', ['hPa', 'hPa'], [800, 1060], 0.1, {
      normal: [930, 985],
      maxStep: 5,
      aliases: ['atmospheric_pressure', 'baro'],
    }),
    measured('water_level', '水位', 'water depth', MILLIMETRE, [0, 5000], 1, {
      normal: [800, 1500],
      maxStep: 200,
      clampFrom: -20,
      aliases: ['level', 'depth'],
      openUnit: { aliases: ['level', 'depth'], units: ['cm', 'm'], within: [300, 5000] },
    }),
    toggle('aerator_on', '增氧机', 'aerator', undefined, { aliases: ['aerator', 'aerator_state'] }),
    measured('aerator_power', '增氧机功率', 'aerator power', ['kW', 'kW'], [0, 30], 0.01, {
      normal: [0, 7.5],
      clampFrom: -0.05,
    }),
    toggle('feeder_on', '投饵机', 'feeder', undefined, { aliases: ['feeder'] }),
    measured('feed_mass', '投饵量', 'feed given', ['kg', 'kg'], [0, 500], 0.1, {
      normal: [0, 100],
      clampFrom: -0.5,
      isIntervalSum: true,
    }),
  ],
  primary: ['dissolved_oxygen', 'water_temperature', 'ph', 'aerator_on'],
  panels: [
    { title: { zh: '溶解氧', en: 'Dissolved oxygen' }, fields: ['dissolved_oxygen'] },
    { title: { zh: '水温', en: 'Water temperature' }, fields: ['water_temperature'] },
    { title: { zh: 'pH', en: 'pH' }, fields: ['ph'] },
    { title: { zh: '氨氮与亚硝酸盐氮', en: 'Ammonia and nitrite' }, fields: ['ammonia_nitrogen', 'nitrite_nitrogen'] },
    { title: { zh: '非离子氨', en: 'Un-ionised ammonia' }, fields: ['unionised_ammonia'] },
    { title: { zh: '氧饱和度', en: 'Oxygen saturation' }, fields: ['oxygen_saturation'] },
    { title: { zh: '浊度', en: 'Turbidity' }, fields: ['turbidity'] },
    { title: { zh: '水位', en: 'Water depth' }, fields: ['water_level'] },
    { title: { zh: '增氧机', en: 'Aerator' }, fields: ['aerator_on', 'aerator_power'] },
  ],
};
export default pond;
