/** ChirpStack v3 uplinks: `{devEUI, rxInfo, object}`, or `objectJSON` with the same as a text. The time is that of the first gateway that has one, or of the publish. */
import { isObject, type JsonObject } from '../../base/json.ts';
import { type Decoder, type Draft, firstOf } from './decoder.ts';
import { uplinkDrafts } from './lorawan.ts';

export const chirpStack3: Decoder = { name: 'chirpstack3', fromObject };

function fromObject(event: JsonObject): readonly Draft[] | undefined {
  const { devEUI, applicationID, data, rxInfo, fCnt, fPort, publishedAt } = event;
  if (typeof devEUI !== 'string' || applicationID === undefined) return undefined;
  const decoded = event.object ?? parsedText(event.objectJSON);
  if (!isObject(decoded) && typeof data !== 'string' && fPort === undefined) return undefined;
  return uplinkDrafts({
    envelope: event,
    decoded,
    undecoded: typeof data === 'string' ? { data } : {},
    root: 'object',
    time: timeOfGateway(rxInfo) ?? publishedAt,
    seq: fCnt ?? 0,
    rssi: firstOf(rxInfo)?.rssi,
  });
}

/** `null` where a gateway has no clock. */
function timeOfGateway(gateways: unknown): unknown {
  const list: readonly unknown[] = Array.isArray(gateways) ? gateways : [];
  const timed = list.find((gateway) => isObject(gateway) && typeof gateway.time === 'string');
  return isObject(timed) ? timed.time : undefined;
}

function parsedText(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
