/** Units as devices write them, and their conversion into the unit of a field. UCUM codes first, then what people type. */

interface Unit {
  /** Only units of one dimension convert into each other. */
  readonly dimension: string;
  /** Base value = value × factor + offset. */
  readonly factor: number;
  readonly offset: number;
}

const UNITS = new Map<string, Unit>();

function define(dimension: string, names: string, factor: number, offset = 0): void {
  for (const name of names.split(' ')) UNITS.set(fold(name), { dimension, factor, offset });
}

/** `µ` and `μ` are two characters of Unicode; superscripts and blanks are typed in many ways. Case carries no meaning in what is listed here. */
function fold(text: string): string {
  return (
    text
      .trim()
      .toLowerCase()
      .replace(/[\s_]/g, '')
      .replace(/[µμ]/g, 'u')
      .replace(/³/g, '3')
      .replace(/²/g, '2')
      // The ordinal sign of Spanish and Italian keyboards.
      .replace(/º/g, '°')
      .replace(/℃/g, '°c')
      .replace(/℉/g, '°f')
  );
}

define('temperature', 'Cel °C C degC deg_C celsius 摄氏度 degreesC degreeC degrees_celsius', 1);
define(
  'temperature',
  '[degF] °F F degF deg_F fahrenheit 华氏度 degreesF degreeF degrees_fahrenheit FAH',
  5 / 9,
  -160 / 9,
);
define('temperature', 'K kelvin KEL', 1, -273.15);
define('length', 'mm 毫米 millimetre millimeter MMT', 1);
define('length', 'cm 厘米 centimetre centimeter CMT', 10);
define('length', 'm meter metre 米 MTR', 1000);
define('length', 'km', 1e6);
define('length', '[in_i] in inch', 25.4);
define('length', '[ft_i] ft', 304.8);
define('conductivity', 'uS/cm 微西/厘米 微西门子/厘米 uS/cm@25°C uS', 1);
define('conductivity', 'mS/cm 毫西/厘米 毫西门子/厘米 mS/cm@25°C', 1000);
define('conductivity', 'dS/m', 1000);
define('conductivity', 'mS/m', 10);
define('conductivity', 'S/m', 10_000);
define('conductivity', 'S/cm', 1e6);
define('voltage', 'V volt volts 伏 伏特', 1);
define('voltage', 'mV 毫伏', 0.001);
define('fraction', '% percent 百分比 %RH %EL %sat %vol m3/m3% ％ P1 %vwc pct', 1);
define('fraction', '/ m3/m3 ratio 比值', 100);
define('fraction', '‰', 0.1);
define('concentration', 'mg/L g/m3 ppm 毫克/升 毫克每升 M1', 1);
define('concentration', 'ug/L ppb mg/m3', 0.001);
define('concentration', 'g/L', 1000);
define('salinity', 'g/kg ppt psu', 1);
define('mass', 'kg 公斤', 1);
define('mass', 'g', 0.001);
define('mass', 't', 1000);
define('mass', '[lb_av] lb', 0.45359237);
define('mass', '斤', 0.5);
define('speed', 'm/s 米/秒 MTS', 1);
define('speed', 'km/h kph kmh KMH 公里/小时 千米/小时', 1 / 3.6);
define('speed', '[kn_i] kn knot', 1852 / 3600);
define('speed', 'mph', 0.44704);
define('flow', 'm3/h 立方米/小时 方/小时', 1);
define('flow', 'm3/s', 3600);
define('flow', 'L/s', 3.6);
define('flow', 'L/min lpm 升/分', 0.06);
define('power', 'kW', 1);
define('power', 'W', 0.001);
define('area', 'har ha 公顷', 1);
define('area', 'm2', 0.0001);
define('area', '亩', 1 / 15);
define('angle', 'deg ° lat lon', 1);
define('angle', 'rad', 180 / Math.PI);
define('illuminance', 'lx lux 勒克斯', 1);
define('illuminance', 'klx klux', 1000);
define('acceleration', 'm/s2', 1);
define('acceleration', '[g]', 9.80665);
define('pressure', 'hPa mbar 百帕', 1);
define('pressure', 'Pa', 0.01);
define('pressure', 'kPa 千帕', 10);
define('pressure', 'bar', 1000);
define('pressure', 'mm[Hg] mmHg', 1.33322387415);
define('pressure', "[in_i'Hg] inHg", 33.8638815789);
define('signal', 'dB[mW] dBm', 1);
define('signal', 'dBW', 1, 30);
define('acidity', '[pH] pH pHunits pHunit Q30', 1);
define('turbidity', '{NTU} NTU FNU FTU [NTU]', 1);
define('seed flow', 'kg/min', 1);
define('seed flow', 'g/s', 0.06);
define('seeding rate', 'kg/har kg/ha', 1);
define('seeding rate', 'kg/亩', 15);
define('rotation', '/min r/min rpm', 1);
define('bare', '1', 1);

export const isUnit = (text: string): boolean => UNITS.has(fold(text));

export interface Conversion {
  readonly scale: number;
  readonly offset: number;
}

/** Pairs that were asked for; devices that invent units must not grow it. */
const KNOWN = new Map<string, Conversion | undefined>();
const MAX_KNOWN = 1000;

/** `value × scale + offset` is the value in `to`; undefined where a unit is unknown or they measure different things. */
export function conversion(from: string, to: string): Conversion | undefined {
  const key = `${from}\n${to}`;
  const known = KNOWN.get(key);
  if (known !== undefined || KNOWN.has(key)) return known;
  const found = workedOut(from, to);
  if (KNOWN.size < MAX_KNOWN) KNOWN.set(key, found);
  return found;
}

function workedOut(from: string, to: string): Conversion | undefined {
  const source = UNITS.get(fold(from));
  const target = UNITS.get(fold(to));
  if (source === undefined || target === undefined || source.dimension !== target.dimension) return undefined;
  return { scale: source.factor / target.factor, offset: (source.offset - target.offset) / target.factor };
}
