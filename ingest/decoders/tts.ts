/** The Things Stack v3, by MQTT or webhook. Zeros are left out. A simulated uplink is understood and never stored. */
import { isObject, type JsonObject } from '../../base/json.ts';
import { type Decoder, type Draft, firstOf, nothing } from './decoder.ts';
import { uplinkDrafts } from './lorawan.ts';

export const theThingsStack: Decoder = { name: 'tts', fromObject };

function fromObject(message: JsonObject): readonly Draft[] | undefined {
  const { uplink_message: uplink, end_device_ids: ids } = message;
  if (!isObject(uplink)) {
    return isObject(ids) && typeof ids.device_id === 'string'
      ? [nothing(message, 'this message of The Things Stack is no uplink: subscribe to v3/+/devices/+/up only')]
      : undefined;
  }
  const drafts = uplinkDrafts({
    envelope: message,
    decoded: uplink.decoded_payload ?? firstOf(uplink.normalized_payload),
    undecoded: typeof uplink.frm_payload === 'string' ? { frm_payload: uplink.frm_payload } : {},
    root:
      uplink.decoded_payload === undefined && uplink.normalized_payload !== undefined
        ? 'uplink_message.normalized_payload[0]'
        : 'uplink_message.decoded_payload',
    time: message.received_at ?? uplink.received_at,
    seq: uplink.f_cnt ?? 0,
    rssi: firstOf(uplink.rx_metadata)?.rssi,
  });
  if (message.simulated !== true && uplink.simulated !== true) return drafts;
  const refusal = {
    code: 'READING_SIMULATED',
    message: 'the uplink was simulated in the console: nobody measured it',
  } as const;
  return drafts.map((draft) => ({ ...draft, refusal }));
}
