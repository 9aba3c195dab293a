/** SUBSCRIBE and UNSUBSCRIBE: checks rights and quota, and answers each filter with its reason code. */
import type { BrokerLimits, Elsewhere } from '../broker.ts';
import { mayRead } from '../topic-rules.ts';
import type { SubscribePacket, UnsubscribePacket } from './packets.ts';
import { REASON } from './reasons.ts';
import type { SessionState } from './session-state.ts';

/** The reason codes for the SUBACK: the granted QoS, at most 1, or why not. */
export function subscribe(
  { filters, properties: { subscriptionIdentifier: subscriptionId } }: SubscribePacket,
  { subscriptions, address }: SessionState,
  { maxSubscriptions, maxTopicBytes }: BrokerLimits,
  elsewhere?: Elsewhere,
): readonly number[] {
  return filters.map(({ filter, qos }) => {
    if (filter.startsWith('$share/')) return REASON.sharedSubscriptionsUnavailable;
    if (!isFilter(filter) || Buffer.byteLength(filter) > maxTopicBytes) return REASON.topicFilterInvalid;
    if (!mayRead(filter, address, elsewhere)) return REASON.notAuthorized;
    if (!subscriptions.has(filter) && subscriptions.size >= maxSubscriptions) return REASON.quotaExceeded;
    const granted = qos === 0 ? 0 : 1;
    subscriptions.set(filter, { qos: granted, subscriptionId });
    return granted;
  });
}

/** The reason codes for the UNSUBACK. */
export function unsubscribe({ filters }: UnsubscribePacket, { subscriptions }: SessionState): readonly number[] {
  return filters.map((filter) => (subscriptions.delete(filter) ? REASON.success : REASON.noSubscriptionExisted));
}

/** `#` stands alone in the last level, `+` alone in any [MQTT5-4.7.1-1, MQTT5-4.7.1-2]. */
function isFilter(filter: string): boolean {
  const levels = filter.split('/');
  return (
    filter !== '' &&
    levels.every((level, index) => {
      if (level === '#') return index === levels.length - 1;
      return level === '+' || !/[+#]/.test(level);
    })
  );
}
