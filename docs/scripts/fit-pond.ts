/** Fits the pond's oxygen equation to a week of real measurements, one day held out at a time: `npx tsx docs/scripts/fit-pond.ts [FILE]`. */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { oxygenSaturation, pressureAt } from '../../sensors/oxygen-saturation.ts';
import { uniform } from '../../simulators/random.ts';
import { type Metabolism, oxygenRates, stepOxygen } from '../../simulators/water/oxygen.ts';

interface Step {
  readonly oxygen: number;
  readonly temperature: number;
  readonly par: number;
  readonly wind: number;
}

export interface HeldOutDay {
  readonly date: string;
  /** Root mean square errors over the day, mg/L, each knowing the day's first value. */
  readonly model: number;
  /** The day before, moved to the day's first value. */
  readonly yesterday: number;
  /** The day's first value for all of it. */
  readonly flat: number;
}

export interface Fit {
  readonly parameters: Pick<Metabolism, 'maxPhotosynthesis' | 'halfLight' | 'respiration'>;
  readonly days: readonly HeldOutDay[];
  readonly mean: Omit<HeldOutDay, 'date'>;
  /** Over the whole week with the parameters of the whole week: what fitting without holding out would claim. */
  readonly inSample: number;
}

/** Lake Mendota: mixed to about 6 m, 259 m above the sea, wind measured at 2 m. */
const DEPTH = 6;
const EXTINCTION = 0.6;
const PRESSURE = pressureAt(259);
const TO_TEN_METRES = (10 / 2) ** 0.15;
const STEP_MINUTES = 10;
const STEPS_A_DAY = 1440 / STEP_MINUTES;
const DRAWS = 1500;

/** The week of the document: test/data/README.md. */
export const LAKE = new URL('../../test/data/pond_lake_mendota_1min.csv.gz', import.meta.url);

export function fitPond(file: string | URL): Fit {
  const { dates, days } = readDays(file);
  const heldOut = dates.slice(1).map((date, index) => {
    const day = index + 1;
    const body = search(days.filter((_, other) => other !== day));
    const actual = days[day] ?? [];
    const before = days[day - 1] ?? [];
    const first = actual[0]?.oxygen ?? 0;
    return {
      date,
      model: rootMeanSquare(actual, simulate(actual, body)),
      yesterday: rootMeanSquare(
        actual,
        before.map((step) => step.oxygen - (before[0]?.oxygen ?? 0) + first),
      ),
      flat: rootMeanSquare(
        actual,
        actual.map(() => first),
      ),
    };
  });
  const mean = (pick: (day: HeldOutDay) => number) => heldOut.reduce((sum, day) => sum + pick(day), 0) / heldOut.length;
  const all = search(days);
  return {
    parameters: all,
    days: heldOut,
    mean: { model: mean((day) => day.model), yesterday: mean((day) => day.yesterday), flat: mean((day) => day.flat) },
    inSample: days.reduce((sum, day) => sum + rootMeanSquare(day, simulate(day, all)), 0) / days.length,
  };
}

/** Measured days, in means of ten minutes. */
export function readDays(file: string | URL): { dates: readonly string[]; days: readonly (readonly Step[])[] } {
  const bytes = readFileSync(file);
  const text = (String(file).endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  const [header = '', ...lines] = text.trim().split(/\r?\n/);
  const names = header.split(',');
  const place = (name: string) => names.indexOf(name);
  const columns = ['dissolved_oxygen', 'water_temperature', 'par_umol_m2_s', 'wind_speed'].map(place);
  const byDay = new Map<string, Map<number, number[][]>>();
  for (const line of lines) {
    const cells = line.split(',');
    const [date = '', clock = ''] = (cells[place('time_local')] ?? '').split(' ');
    const [hour = 0, minute = 0] = clock.split(':').map(Number);
    const values = columns.map((column) => Number(cells[column]));
    if (values.some((value) => !Number.isFinite(value))) continue;
    const slot = Math.floor((hour * 60 + minute) / STEP_MINUTES);
    const day = byDay.get(date) ?? new Map<number, number[][]>();
    byDay.set(date, day);
    day.set(slot, [...(day.get(slot) ?? []), values]);
  }
  const whole = [...byDay].filter(([, slots]) => slots.size === STEPS_A_DAY);
  return {
    dates: whole.map(([date]) => date),
    days: whole.map(([, slots]) =>
      Array.from({ length: STEPS_A_DAY }, (_, slot): Step => {
        const rows = slots.get(slot) ?? [];
        const [oxygen = 0, temperature = 0, par = 0, wind = 0] = columns.map(
          (_column, index) => rows.reduce((sum, row) => sum + (row[index] ?? 0), 0) / rows.length,
        );
        return { oxygen, temperature, par, wind: wind * TO_TEN_METRES };
      }),
    ),
  };
}

/** Oxygen through a day that begins at the measured value, driven by the measured light, wind and warmth. */
export function simulate(day: readonly Step[], body: Metabolism): number[] {
  let oxygen = day[0]?.oxygen ?? 0;
  return day.map(({ temperature, par, wind }) => {
    const now = oxygen;
    const rates = oxygenRates(body, temperature, Math.max(0, par), wind);
    oxygen = stepOxygen(oxygen, rates, oxygenSaturation(temperature, PRESSURE), 0, STEP_MINUTES / 60);
    return now;
  });
}

/** Random draws, the later ones around the best so far: three parameters need no better. */
function search(days: readonly (readonly Step[])[]): Metabolism {
  let best: { body: Metabolism; error: number } | undefined;
  for (let draw = 0; draw < DRAWS; draw++) {
    const around = draw > DRAWS / 2 ? best?.body : undefined;
    const pick = (index: number, low: number, high: number, centre: number | undefined) => {
      const share = uniform(index, draw);
      const drawn = centre === undefined ? low * (high / low) ** share : centre * 1.25 ** (2 * share - 1);
      return Math.min(high, Math.max(low, drawn));
    };
    const body: Metabolism = {
      depth: DEPTH,
      extinction: EXTINCTION,
      maxPhotosynthesis: pick(1, 0.05, 6, around?.maxPhotosynthesis),
      halfLight: pick(2, 40, 800, around?.halfLight),
      respiration: pick(3, 0.02, 0.8, around?.respiration),
      sedimentDemand: 0,
      animals: 0,
    };
    const error = days.reduce((sum, day) => sum + rootMeanSquare(day, simulate(day, body)) ** 2, 0);
    if (best === undefined || error < best.error) best = { body, error };
  }
  if (best === undefined) throw new Error('no day to fit');
  return best.body;
}

function rootMeanSquare(actual: readonly Step[], guess: readonly number[]): number {
  const sum = actual.reduce((total, { oxygen }, index) => total + (oxygen - (guess[index] ?? oxygen)) ** 2, 0);
  return Math.sqrt(sum / actual.length);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const file = process.argv[2] ?? LAKE;
  const { parameters, days, mean, inSample } = fitPond(file);
  const row = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(2) : cell)).join(' | ')} |\n`;
  process.stdout.write(row(['day held out', 'model', 'yesterday again', 'flat']));
  process.stdout.write('| --- | --- | --- | --- |\n');
  for (const { date, model, yesterday, flat } of days) process.stdout.write(row([date, model, yesterday, flat]));
  process.stdout.write(row(['mean', mean.model, mean.yesterday, mean.flat]));
  const { maxPhotosynthesis, halfLight, respiration } = parameters;
  process.stdout.write(
    `\nall days: maxPhotosynthesis ${maxPhotosynthesis.toFixed(3)} mg/L/h, halfLight ${halfLight.toFixed(0)} µmol/m²/s, respiration ${respiration.toFixed(3)} mg/L/h; error in sample ${inSample.toFixed(2)} mg/L\n`,
  );
}
