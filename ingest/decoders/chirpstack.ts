/** ChirpStack v4 events as JSON. Protobuf leaves zeros out: no `fCnt` is 0. A repeated uplink has the time of the first, so it is one reading. */
import { isObject, type JsonObject } from '../../base/json.ts';
import { type Decoder, type Draft, firstOf, nothing } from './decoder.ts';
import { uplinkDrafts } from './lorawan.ts';

export const chirpStack: Decoder = { name: 'chirpstack', fromObject };

function fromObject(event: JsonObject): readonly Draft[] | undefined {
  if (!isObject(event.deviceInfo) || typeof event.deviceInfo.devEui !== 'string') return undefined;
  const [received] = [firstOf(event.rxInfo)];
  const time = event.time ?? received?.gwTime ?? received?.nsTime;
  const { object, data } = event;
  if (isObject(object) || typeof data === 'string' || 'fPort' in event) {
    return uplinkDrafts({
      envelope: event,
      decoded: object,
      undecoded: typeof data === 'string' ? { data } : {},
      root: 'object',
      time,
      seq: event.fCnt ?? 0,
      rssi: received?.rssi,
    });
  }
  if (
    typeof event.batteryLevel === 'number' &&
    event.batteryLevelUnavailable !== true &&
    event.externalPowerSource !== true
  )
    return [{ time, values: { battery_level: event.batteryLevel }, envelope: event }];
  if (isObject(event.location)) return [{ time, values: event.location, root: 'location', envelope: event }];
  return [nothing(event, 'this event of ChirpStack holds no measurement: let it send events "up" only')];
}
