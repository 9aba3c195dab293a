/** Reason codes of MQTT 5 that this server gives [MQTT5 2.4], and the error that carries one to the end of a connection. */

export const REASON = {
  success: 0x00,
  disconnectWithWill: 0x04,
  noSubscriptionExisted: 0x11,
  malformedPacket: 0x81,
  protocolError: 0x82,
  notAccepted: 0x83,
  clientIdInvalid: 0x85,
  badUserNameOrPassword: 0x86,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  serverBusy: 0x89,
  shuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  topicFilterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  packetIdNotFound: 0x92,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  administrativeAction: 0x98,
  payloadFormatInvalid: 0x99,
  sharedSubscriptionsUnavailable: 0x9e,
  connectionRateExceeded: 0x9f,
} as const;

/** Ends the connection: with this reason in the DISCONNECT, or in the CONNACK before there is a session [MQTT5 4.13.1]. */
export class ProtocolError extends Error {
  readonly reason: number;

  constructor(reason: number, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** For a message of which nothing was accepted; it is in quarantine, and the device should forget it. `code` is from docs/errors.md. */
export function refusedReason(code: string): number {
  if (code === 'CHANNEL_UNKNOWN') return REASON.topicNameInvalid;
  if (code === 'DEVICE_UNKNOWN' || code === 'DEVICE_DISABLED') return REASON.notAuthorized;
  if (code.startsWith('PAYLOAD_TOO_')) return REASON.quotaExceeded;
  if (code.startsWith('PAYLOAD_') || code === 'STATUS_INVALID' || code === 'REPLY_INVALID')
    return REASON.payloadFormatInvalid;
  return REASON.notAccepted;
}
