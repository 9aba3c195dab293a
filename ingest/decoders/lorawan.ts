/** What uplinks of LoRaWAN network servers have in common: the decoded object of the device, and the radio around it. */
import { isObject, type JsonObject } from '../../base/json.ts';
import { timeKeyInContainer } from '../time-keys.ts';
import type { Draft } from './decoder.ts';
import { fromObject as fromSenseCap } from './sensecap.ts';

export interface Uplink {
  readonly envelope: JsonObject;
  /** What the codec made of the bytes. */
  readonly decoded: unknown;
  /** The bytes, where there is no codec. */
  readonly undecoded: JsonObject;
  readonly root: string;
  readonly time: unknown;
  readonly seq: unknown;
  readonly rssi: unknown;
}

export function uplinkDrafts({ envelope, decoded, undecoded, root, time, seq, rssi }: Uplink): readonly Draft[] {
  const object = isObject(decoded) ? decoded : undefined;
  const radio = rssi === undefined ? {} : { rssi };
  if (object === undefined) return [{ time, seq, envelope, root, values: { ...radio, ...undecoded } }];
  const inner = fromSenseCap(object) ?? [{ values: object }];
  return inner.map((draft) => {
    // A device that keeps a backlog says itself when it measured.
    const own = timeKeyInContainer(draft.values);
    return {
      ...draft,
      envelope,
      root,
      seq,
      time: draft.time ?? (own === undefined ? time : draft.values[own]),
      values: { ...radio, ...draft.values },
    };
  });
}
