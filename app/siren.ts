/** Sirens driven by devices of the platform: commands to them, and the heartbeat without which they sound by themselves. */
import type { DeviceOrder } from '../alarms/channels/channel.ts';
import type { ChannelBook } from '../alarms/notify/channel-book.ts';
import { codeOf } from '../base/errors.ts';
import { pause } from '../base/pause.ts';
import { sendLive } from '../cluster/downlink.ts';
import { createCommands } from '../commands/commands.ts';
import type { Services } from './services.ts';

/** A siren that has not received it for five minutes sounds by itself: the platform or the link has failed. */
export const HEARTBEAT_MS = 60_000;
const ANSWER_WITHIN_MS = 8000;
const LOOK_EVERY_MS = 250;
/** A later siren would only confuse. */
const EXPIRES_MS = 120_000;
const never = new AbortController().signal;

type Parts = Pick<Services, 'bus' | 'kv' | 'pubsub' | 'presence' | 'registry' | 'clock' | 'monotonic' | 'log'>;

export function orderDevices({ bus, kv, pubsub, presence, registry, clock, monotonic, log }: Parts): DeviceOrder {
  const commands = createCommands({ bus, kv, tell: sendLive(pubsub, presence), clock, log });
  return async ({ park, device, name, value, key }, signal) => {
    if (registry.device(park, device) === undefined)
      return { state: 'failed', message: `park ${park} has no device ${device}` };
    try {
      const request = { park, device, name, value, by: 'alarms', expiresInMs: EXPIRES_MS, idempotencyKey: key };
      let command = await commands.send(request);
      const deadline = monotonic() + ANSWER_WITHIN_MS;
      while (command.state === 'sent' && monotonic() < deadline && !signal?.aborted) {
        await pause(LOOK_EVERY_MS, signal ?? never);
        command = await commands.find({ park, device }, command.id);
      }
      const { state, message } = command;
      return { state, ...(message !== undefined && { message }) };
    } catch (error) {
      return { state: 'unsent', message: `${codeOf(error)} ${(error as Error).message}` };
    }
  };
}

/** `commands/heartbeat`, QoS 1, once a minute to each siren; no command is recorded for it. */
export function keepSirensQuiet(
  { pubsub, presence, clock, log }: Pick<Parts, 'pubsub' | 'presence' | 'clock' | 'log'>,
  book: Pick<ChannelBook, 'channels'>,
) {
  const tell = sendLive(pubsub, presence);
  const beat = () => {
    const payload = JSON.stringify({ at: clock(), everyMs: HEARTBEAT_MS });
    for (const { kind, settings } of book.channels()) {
      if (kind !== 'siren') continue;
      const address = { park: String(settings.park), device: String(settings.device) };
      tell(address, 'commands/heartbeat', payload).catch((error: unknown) =>
        log.warn({ ...address, code: codeOf(error) }, 'the sign of life did not go out to a siren'),
      );
    }
  };
  beat();
  const timer = setInterval(beat, HEARTBEAT_MS);
  return { close: () => clearInterval(timer) };
}
