/** Reasons to refuse a whole message, whatever it holds. */
import type { DeviceTopic } from '../base/topics.ts';
import type { Rejection } from '../bus/rejection.ts';
import type { Device } from '../registry/registry.ts';

export function deviceUnknown({ park, device }: DeviceTopic): Rejection {
  return { code: 'DEVICE_UNKNOWN', message: `no device ${device} is registered in park ${park}` };
}

export function deviceLocked({ park, device }: DeviceTopic, lock: 'disabled' | 'retired'): Rejection {
  return { code: 'DEVICE_DISABLED', message: `device ${device} of park ${park} is ${lock}: enable it, then replay` };
}

export function kindUnknown({ kind }: Device): Rejection {
  return {
    code: 'KIND_UNKNOWN',
    message: `the device is registered as ${kind}, which this installation does not know`,
  };
}

export function childUnknown(
  { device, topic }: DeviceTopic & { readonly topic: string },
  name: string | undefined,
): Rejection {
  const what =
    name === undefined ? `the topic ${JSON.stringify(topic.slice(0, 128))}` : `the id ${JSON.stringify(name)}`;
  const option = name === undefined ? `--topic '${topic.slice(0, 128)}'` : `--id ${name}`;
  return {
    code: 'CHILD_UNKNOWN',
    message: `no device behind ${device} has ${what}: register it, e.g. daoyu devices add DEVICE … --gateway ${device} ${option}, then replay; to ignore a topic, set --topic '!…' of ${device}`,
  };
}

export function channelUnknown(channel: string): Rejection {
  const shown = JSON.stringify(channel.slice(0, 64));
  return {
    code: 'CHANNEL_UNKNOWN',
    message: `the channel ${shown} has no use: publish below telemetry, on status or on replies`,
  };
}

export function oversize(sizeBytes: number, maxPacketBytes: number | undefined): Rejection {
  const limit = maxPacketBytes === undefined ? '' : ` (${maxPacketBytes})`;
  return {
    code: 'PAYLOAD_TOO_LARGE',
    message: `a publish of ${sizeBytes} bytes exceeds the limit of this server${limit}: send smaller batches; only its beginning was kept`,
  };
}
