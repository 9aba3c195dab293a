/** Helium Console uplinks: `{dev_eui, fcnt, hotspots, reported_at, decoded: {payload}}`; without a function in the console, the bytes stand in `payload`. */
import { isObject, type JsonObject } from '../../base/json.ts';
import { type Decoder, type Draft, firstOf } from './decoder.ts';
import { uplinkDrafts } from './lorawan.ts';

export const helium: Decoder = { name: 'helium', fromObject };

function fromObject(message: JsonObject): readonly Draft[] | undefined {
  const { dev_eui: eui, hotspots, decoded, payload, fcnt, reported_at: time } = message;
  if (typeof eui !== 'string' || !Array.isArray(hotspots)) return undefined;
  return uplinkDrafts({
    envelope: message,
    decoded: isObject(decoded) && decoded.status !== 'error' ? decoded.payload : undefined,
    undecoded: typeof payload === 'string' ? { payload } : {},
    root: 'decoded.payload',
    time,
    seq: fcnt ?? 0,
    rssi: firstOf(hotspots)?.rssi,
  });
}
