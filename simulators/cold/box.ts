/** Heat balance of a refrigerated room or box: air, cargo and lag of the probe, with a compressor on a thermostat, a defrosting coil and a door. */

export interface Box {
  /** Set point of the thermostat, °C, and its hysteresis in each direction, K. */
  readonly setpoint: number;
  readonly swing: number;
  /** Through the walls, W/K. */
  readonly walls: number;
  /** Air and fittings, J/K. */
  readonly airHeat: number;
  /** Cargo, kg and J/kgK. */
  readonly cargoMass: number;
  readonly cargoHeat: number;
  /** Between air and cargo, W/K. */
  readonly cargoExchange: number;
  /** Cooling at the set point, W; changes by 2 % per kelvin of air temperature. */
  readonly cooling: number;
  /** Fans and lamps, W. */
  readonly inner: number;
  /** Sun on the roof at 1,000 W/m², W. */
  readonly sun: number;
  /** m² and m. */
  readonly doorArea: number;
  readonly doorHeight: number;
  /** Share of the air exchange that a strip curtain prevents. */
  readonly curtain: number;
  /** Time constant of the air probe, s. */
  readonly probeLag: number;
  /** Power of the heater during a defrost, W. */
  readonly defrost: number;
}

export interface AppContext {
  readonly temperature: number;
  /** kg of vapour per kg of air. */
  readonly moisture: number;
  /** W/m². */
  readonly radiation: number;
  readonly isDoorOpen: boolean;
  readonly isDefrosting: boolean;
  readonly isFailed: boolean;
}

export interface BoxState {
  readonly air: number;
  readonly cargo: number;
  /** Temperature of the air probe. */
  readonly probe: number;
  readonly isCooling: boolean;
  /** Relative humidity in the box, %. */
  readonly humidity: number;
  readonly hotGas: number;
  readonly suction: number;
}

const AIR_HEAT = 1005;
const VAPORISATION = 2.5e6;
/** Share of the theoretical exchange that a doorway reaches (ASHRAE). */
const DOORWAY = 0.7;

/** Without power the fans stop, and air and cargo exchange less heat. */
const FANS_STAND = 0.5;

/** One step; the exponential form is exact for constant surroundings. */
export function stepBox(box: Box, state: BoxState, outside: AppContext, seconds: number): BoxState {
  const isCooling = runs(box, state, outside);
  const door = outside.isDoorOpen ? doorway(box, state.air, outside) : { conductance: 0, latent: 0 };
  const cooling = isCooling ? box.cooling * Math.max(0.3, 1 + 0.02 * (state.air - box.setpoint)) : 0;
  const exchange = box.cargoExchange * (outside.isFailed ? FANS_STAND : 1);
  const conductance = box.walls + exchange + door.conductance;
  const heat =
    (box.walls + door.conductance) * outside.temperature +
    exchange * state.cargo +
    door.latent +
    (outside.isFailed ? 0 : box.inner) +
    (box.sun * outside.radiation) / 1000 +
    (outside.isDefrosting ? box.defrost : 0) -
    cooling;
  const balance = heat / conductance;
  const air = balance + (state.air - balance) * Math.exp((-conductance / box.airHeat) * seconds);
  const middle = (state.air + air) / 2;
  return {
    air,
    cargo: state.cargo + ((exchange * (middle - state.cargo)) / (box.cargoMass * box.cargoHeat)) * seconds,
    probe: approach(state.probe, middle, seconds / box.probeLag),
    isCooling,
    humidity: stepHumidity(state, outside, isCooling, seconds),
    // Telemetry of a real store: 45-65 °C while running, below 30 otherwise.
    hotGas: approach(
      state.hotGas,
      isCooling ? 54 + 0.5 * (outside.temperature - 25) : outside.temperature + 2,
      seconds / (isCooling ? 100 : 500),
    ),
    suction: approach(state.suction, isCooling ? state.air - 9 : state.air + 3, seconds / 200),
  };
}

export function beginBox(box: Box, outsideTemperature: number): BoxState {
  return {
    air: box.setpoint,
    cargo: box.setpoint,
    probe: box.setpoint,
    isCooling: false,
    humidity: 86,
    hotGas: outsideTemperature,
    suction: box.setpoint,
  };
}

function runs(box: Box, { probe, isCooling }: BoxState, { isDefrosting, isFailed }: AppContext): boolean {
  if (isDefrosting || isFailed) return false;
  return isCooling ? probe > box.setpoint - box.swing : probe > box.setpoint + box.swing;
}

/** Gosney & Olama 1975 (ASHRAE Refrigeration): cold air leaves at the bottom, warm air enters at the top. Sensible heat in W/K, and W of condensing vapour. */
export function doorway(box: Box, air: number, outside: AppContext): { conductance: number; latent: number } {
  const difference = outside.temperature - air;
  if (difference <= 0) return { conductance: 0, latent: 0 };
  const inside = density(air);
  const ratio = density(outside.temperature) / inside;
  const flow =
    0.221 *
    box.doorArea *
    Math.sqrt(9.81 * box.doorHeight) *
    Math.sqrt(1 - ratio) *
    (2 / (1 + (1 / ratio) ** (1 / 3))) ** 1.5;
  const mass = DOORWAY * (1 - box.curtain) * flow * 1.2;
  const moisture = Math.max(0, outside.moisture - saturatedMoisture(air));
  return { conductance: mass * AIR_HEAT, latent: mass * VAPORISATION * moisture };
}

function density(celsius: number): number {
  return 353 / (celsius + 273.15);
}

/** kg of vapour per kg of air at saturation (Magnus), at 961 hPa. */
export function saturatedMoisture(celsius: number): number {
  const vapour = 6.112 * Math.exp((17.62 * celsius) / (243.12 + celsius));
  return (0.622 * vapour) / (961 - vapour);
}

/** A cold coil dries the air; a door and wet cargo humidify it. */
function stepHumidity(state: BoxState, outside: AppContext, isCooling: boolean, seconds: number): number {
  const target = outside.isDoorOpen ? 96 : outside.isDefrosting ? 94 : isCooling ? 80 : 90;
  return approach(state.humidity, target, seconds / (outside.isDoorOpen ? 150 : 600));
}

function approach(from: number, to: number, steps: number): number {
  return to + (from - to) * Math.exp(-steps);
}
