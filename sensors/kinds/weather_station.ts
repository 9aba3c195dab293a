/** A weather station of a park: what degree days, forecasts and spraying are worked out from. Physical ranges are those of agro-meteorological instruments, normal ones those of Kaijiang (record high 40.5 °C, about 450 m above the sea). */
import { vapourPressureDeficit } from '../air.ts';
import { MILLIMETRE, measured, PERCENT, temperature } from '../fields.ts';
import type { Kind } from '../kind.ts';

const station: Kind = {
  name: 'weather_station',
  label: { zh: '气象站', en: 'Weather station' },
  subplatform: 'smart_rice',
  // Agro-meteorological practice.
  intervalMs: 600_000,
  defaultProfile: 'weather',
  advice: {
    wind_speed_high: { zh: '停止飞防与飞播；固定棚膜、投饵机', en: 'Stop flying; fasten covers and feeders' },
    air_temperature_high: { zh: '早晚作业；稻田灌深水降温', en: 'Work at dawn and dusk; deepen the water on paddies' },
    air_temperature_low: { zh: '防霜冻：秧田灌水、果树覆盖', en: 'Frost: flood seedbeds, cover trees' },
  },
  fields: [
    temperature('air_temperature', '气温', 'air temperature', [-30, 55], {
      normal: [-5, 40],
      stuckAfterMinutes: 300,
      aliases: ['temperature', 'temp', 'air_temp', 'ta'],
    }),
    measured('air_humidity', '相对湿度', 'relative humidity', PERCENT, [0, 100], 0.1, {
      normal: [30, 100],
      maxStep: 20,
      aliases: ['humidity', 'rh', 'air_rh', 'relative_humidity'],
      openUnit: {
        aliases: ['humidity', 'rh', 'air_rh', 'relative_humidity'],
        units: ['ratio'],
        within: [1, 100],
        step: 0,
      },
    }),
    measured('vapour_pressure_deficit', '饱和水汽压差', 'vapour pressure deficit', ['kPa', 'kPa'], [0, 12], 0.01, {
      normal: [0, 4],
      derived: {
        from: ['air_temperature', 'air_humidity'],
        value: (celsius, humidity) => vapourPressureDeficit(celsius ?? Number.NaN, humidity ?? Number.NaN),
        source: 'FAO-56 equations 11 and 12',
      },
      aliases: ['vpd'],
    }),
    measured('air_pressure', '气压', 'air pressure', ['hPa', 'hPa'], [800, 1060], 0.1, {
      normal: [930, 985],
      maxStep: 5,
      aliases: ['pressure', 'atmospheric_pressure', 'baro'],
    }),
    measured('wind_speed', '风速', 'wind speed', ['m/s', 'm/s'], [0, 60], 0.1, {
      normal: [0, 12],
      aliases: ['wind', 'ws'],
    }),
    measured('wind_direction', '风向', 'wind direction', ['deg', '°'], [0, 360], 1, { aliases: ['wd', 'wind_dir'] }),
    // The sum since the last report; a bucket tips at 0.2 mm.
    measured('rainfall', '雨量', 'rainfall', MILLIMETRE, [0, 100], 0.2, {
      normal: [0, 20],
      isIntervalSum: true,
      aliases: ['rain'],
    }),
    // Pyranometers and quantum sensors show a little less than nothing at night.
    measured('solar_radiation', '总辐射', 'global radiation', ['W/m2', 'W/m²'], [0, 1500], 1, {
      normal: [0, 1100],
      clampFrom: -10,
      aliases: ['radiation', 'solar', 'global_radiation'],
    }),
    measured('par', '光合有效辐射', 'photosynthetic photon flux', ['umol/(m2.s)', 'µmol/(m²·s)'], [0, 2600], 1, {
      normal: [0, 2200],
      clampFrom: -5,
      aliases: ['ppfd'],
    }),
    measured('illuminance', '光照度', 'illuminance', ['lx', 'lx'], [0, 200_000], 1, {
      normal: [0, 130_000],
      aliases: ['lux', 'light'],
    }),
  ],
  primary: ['air_temperature', 'rainfall', 'air_humidity', 'wind_speed'],
  panels: [
    { title: { zh: '气温', en: 'Air temperature' }, fields: ['air_temperature'] },
    { title: { zh: '雨量', en: 'Rainfall' }, fields: ['rainfall'] },
    { title: { zh: '相对湿度', en: 'Relative humidity' }, fields: ['air_humidity'] },
    { title: { zh: '总辐射', en: 'Global radiation' }, fields: ['solar_radiation'] },
    { title: { zh: '风速', en: 'Wind speed' }, fields: ['wind_speed'] },
    { title: { zh: '气压', en: 'Air pressure' }, fields: ['air_pressure'] },
  ],
};
export default station;
