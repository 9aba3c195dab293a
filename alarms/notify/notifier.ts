/** Follows the alarms on the log and notifies people: decides by the plan, hands the notices to the outbox. One process at a time does it. */
import type { Log } from '../../base/logger.ts';
import { subjects } from '../../base/topics.ts';
import type { Bus, Delivery } from '../../bus/bus.ts';
import { startConsumer } from '../../bus/consumer.ts';
import type { Kv } from '../../kv/kv.ts';
import { parseTransition } from '../keeper.ts';
import type { ChannelBook } from './channel-book.ts';
import { type FollowUpState, type Intent, NOTHING_FOLLOWED, onClock, onTransition } from './follow-up.ts';
import type { Outbox } from './outbox.ts';

export const ALARM_NOTIFIER = 'alarm-notifier';
const STATE_KEY = 'notify/state';
const LIMITS = { maxDeliveries: 64, maxBytes: 1024 * 1024, waitMs: 5 } as const;

export interface NotifierOptions {
  readonly bus: Pick<Bus, 'consume'>;
  readonly kv: Kv;
  readonly book: Pick<ChannelBook, 'plan' | 'names'>;
  readonly outbox: Pick<Outbox, 'add'>;
  readonly log: Log;
}

interface Kept {
  /** Up to here everything is decided. */
  readonly position: number;
  readonly state: FollowUpState;
}

export async function startNotifier({
  bus,
  kv,
  book,
  outbox,
  log,
}: NotifierOptions): Promise<{ close(): Promise<void> }> {
  let kept: Kept | undefined;

  async function take(deliveries: readonly Delivery[]): Promise<void> {
    // Read again after a failure: notices decided but not stored are decided again, with the same ids.
    const before = kept ?? (await kv.get<Kept>(STATE_KEY))?.value ?? { position: 0, state: NOTHING_FOLLOWED };
    kept = undefined;
    let { state } = before;
    const intents: Intent[] = [];
    for (const delivery of deliveries) {
      if (delivery.position <= before.position) continue;
      const [next, made] = step(state, delivery);
      state = next;
      intents.push(...made);
    }
    await outbox.add(intents);
    const now = { position: deliveries.at(-1)?.position ?? before.position, state };
    if (state !== before.state) await kv.put(STATE_KEY, now);
    kept = now;
  }

  function step(state: FollowUpState, { subject, data }: Delivery): readonly [FollowUpState, readonly Intent[]] {
    const setup = { plan: book.plan(), channels: book.names() };
    if (subject === subjects.clock) {
      const at = clockOf(data);
      return at === undefined ? [state, []] : onClock(state, at, setup);
    }
    const transition = parseTransition(data);
    return transition === undefined ? [state, []] : onTransition(state, transition, setup);
  }

  return startConsumer({
    ...LIMITS,
    bus,
    name: ALARM_NOTIFIER,
    subjects: [subjects.allAlarms, subjects.clock],
    log,
    take,
  });
}

function clockOf(data: string): number | undefined {
  try {
    const { at } = JSON.parse(data) as { readonly at?: unknown };
    return typeof at === 'number' ? at : undefined;
  } catch {
    return undefined;
  }
}
