/** One value a topic, as ESPHome and the first Shelly publish: `telemetry/sensor/pond_temperature/state` with the payload `24.3`. The topic is the key, dots for its levels. */
import { isObject } from '../../base/json.ts';
import type { Outcome } from '../json.ts';
import type { DecodeContext, Decoder, Draft } from './decoder.ts';

export const espHome: Decoder = { name: 'esphome', fromBytes };

const MAX_BYTES = 64;
/** ESPHome: `sensor/{name}/state`. */
const KEY = /^(?:(?:sensor|binary_sensor|switch|number)\/)?(.+?)(?:\/state)?$/;

function fromBytes(bytes: Uint8Array, { channel = '' }: DecodeContext): Outcome<readonly Draft[]> | undefined {
  if (!channel.startsWith('telemetry/') || bytes.length === 0 || bytes.length > MAX_BYTES) return undefined;
  const text = Buffer.from(bytes).toString('utf8').trim();
  const value = parsedText(text);
  if (isObject(value) || Array.isArray(value)) return undefined;
  const path = channel.slice('telemetry/'.length);
  const key = (KEY.exec(path)?.[1] ?? path).replaceAll('/', '.');
  return { ok: true, value: [{ values: { [key]: value }, root: 'topic' }] };
}

/** A number as one; any other text as it stands (`ON`, `21.1 °C`). */
function parsedText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text === 'nan' || text === '' ? null : text;
  }
}
