/** Parses a message on the `status` topic of a device. */
import { type Outcome, refuse } from './json.ts';

export interface StatusMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** The death certificate of a Sparkplug node or device: the topic itself means offline. */
const SPARKPLUG_DEATH = /^spBv1\.0\/[^/]+\/[ND]DEATH\//;

/** Undefined for an empty payload. */
export function parseStatus({ topic, payload }: StatusMessage): Outcome<'online' | 'offline' | undefined> {
  if (SPARKPLUG_DEATH.test(topic)) return { ok: true, value: 'offline' };
  // Tasmota sends `Online`, Zigbee2MQTT sends `{"state":"online"}`.
  const given = Buffer.from(payload.subarray(0, 64)).toString('utf8').trim().toLowerCase();
  const text = /^\{"state":\s*"(\w+)"\}$/.exec(given)?.[1] ?? given;
  if (text === '') return { ok: true, value: undefined };
  if (text === 'online' || text === 'offline') return { ok: true, value: text };
  return refuse({ code: 'STATUS_INVALID', message: 'the status must be the text online or offline' });
}
