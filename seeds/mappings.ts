/** How real vendors' devices name and scale what they send. Some demo devices and some of a generated fleet use these. */
import type { Mapping } from '../registry/registry.ts';

/** A DTU that passes Modbus registers on: temperature × 10, oxygen × 100, saturation × 10 (register maps of BOQU DOG-2082YS and SUP-DO7013), its own supply × 10. */
export const scaledModbus: Mapping = {
  keys: {
    reg0: { field: 'water_temperature', scale: 0.1 },
    reg1: { field: 'dissolved_oxygen', scale: 0.01 },
    reg2: { field: 'oxygen_saturation', scale: 0.1 },
    vin: { field: 'battery_voltage', scale: 0.1 },
    csq_dbm: 'rssi',
  },
};

/** A cloud module that speaks Alink and names its properties its own way. */
export const alink: Mapping = {
  envelope: 'alink',
  keys: {
    DO: 'dissolved_oxygen',
    WaterTemp: 'water_temperature',
    PH: 'ph',
    NTU: 'turbidity',
    NH3N: 'ammonia_nitrogen',
    PowerSwitch: 'aerator_on',
    RSSI: 'rssi',
  },
};

/** A gateway that was made for ThingsBoard. */
export const thingsBoard: Mapping = {
  envelope: 'thingsboard',
  keys: {
    level_mm: 'water_level',
    ditch_mm: 'ditch_water_level',
    temp: 'water_temperature',
    rain_mm: 'rainfall',
    battery: 'battery_level',
    signal: 'rssi',
  },
};
