/** Simulates battery and signal strength, for the fields a kind takes from the common ones. A battery the kind defines itself belongs to its model. */
import { COMMON_FIELDS } from '../sensors/common-fields.ts';
import type { Kind } from '../sensors/kind.ts';
import { gaussian, seedOf, smooth, uniform } from './random.ts';
import { solarHour } from './weather/sun.ts';
import { KAIJIANG } from './weather/weather.ts';

export interface BatterySignalOptions {
  readonly kind: Kind;
  readonly seed: string;
  /** Stores and vehicles have mains or an alternator; the others have a 12 V battery and a solar panel. */
  readonly siteType: string | undefined;
}

const MAINS = new Set(['cold_store', 'vehicle']);
/** Mean signal of a real logger, dBm. */
const MEAN_RSSI = -81;
const HOUR = 3_600_000;

/** Names of the fields that `createBatterySignal` provides instead of the model. */
export function batterySignalFields(kind: Kind): readonly string[] {
  return kind.fields.filter((field) => COMMON_FIELDS.includes(field)).map(({ name }) => name);
}

export function createBatterySignal({
  kind,
  seed,
  siteType,
}: BatterySignalOptions): (at: number) => Record<string, number> {
  const names = batterySignalFields(kind);
  const base = seedOf(`${seed}/vitals`);
  const rssi = MEAN_RSSI + 8 * (2 * uniform(base, 0) - 1);
  const isOnMains = siteType !== undefined && MAINS.has(siteType);
  const charge = (at: number) => (isOnMains ? 1 : solarCharge(base, at));
  const of: Readonly<Record<string, (at: number) => number>> = {
    // 12.1 V when a quarter full, 12.8 V when full, 13.6 V on float charge.
    battery_voltage: (at) => round(isOnMains ? 13.6 : 11.9 + 0.9 * charge(at), 2),
    battery_level: (at) => Math.round(100 * charge(at)),
    rssi: (at) =>
      Math.round(
        Math.max(
          -113,
          Math.min(-51, rssi + 4 * smooth(base, at / HOUR) + gaussian(base ^ 0x1b873593, Math.floor(at / 1000))),
        ),
      ),
  };
  return (at) => {
    const values: Record<string, number> = {};
    for (const name of names) {
      const value = of[name]?.(at);
      if (value !== undefined) values[name] = value;
    }
    return values;
  };
}

/** State of charge, 0…1: highest in the late afternoon, lowest at sunrise, lower after cloudy weeks. */
function solarCharge(seed: number, at: number): number {
  const hour = solarHour(at, KAIJIANG.longitude);
  const swing = 0.12 * Math.sin(((hour - 10.5) / 24) * 2 * Math.PI);
  return Math.max(0.25, Math.min(1, 0.8 + swing + 0.1 * smooth(seed ^ 0x85ebca6b, at / (72 * HOUR))));
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));
