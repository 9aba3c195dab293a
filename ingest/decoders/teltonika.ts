/** Teltonika trackers by MQTT: `{state: {reported: {ts, latlng, sp, ang, alt, sat, "66": …}}}`; numbers are the ids of its AVL elements. */
import { isObject, type JsonObject } from '../../base/json.ts';
import { timeOf } from '../time-keys.ts';
import { beside, type Decoder, type Draft } from './decoder.ts';

export const teltonika: Decoder = { name: 'teltonika', fromObject };

function fromObject({ state, ...rest }: JsonObject): readonly Draft[] | undefined {
  if (!isObject(state) || !isObject(state.reported)) return undefined;
  const { reported } = state;
  const { ts, latlng, sp, ang, alt, sat } = reported;
  const [latitude, longitude] = typeof latlng === 'string' ? latlng.split(',').map(Number) : [];
  const values = {
    ...rest,
    // What somebody asks of the device is no measurement; a mapping may still name it.
    ...beside(state, ['reported', 'desired', 'delta']),
    ...beside(reported, ['ts', 'pr', 'evt', 'latlng', 'sp', 'ang', 'alt', 'sat']),
    ...(latlng !== undefined && (isFinitePair(latitude, longitude) ? { latitude, longitude } : { latlng })),
    ...(sp !== undefined && { speed: { value: sp, unit: 'km/h' } }),
    ...(ang !== undefined && { heading: ang }),
    ...(alt !== undefined && { altitude: alt }),
    ...(sat !== undefined && { satellites: sat }),
  };
  // Shadows of other platforms have the same wrapping, and their time around it.
  const time = ts ?? timeOf(reported) ?? timeOf(rest);
  return [{ time, values, root: 'state.reported', envelope: { ...rest, state } }];
}

const isFinitePair = (one: number | undefined, other: number | undefined) =>
  Number.isFinite(one) && Number.isFinite(other);
