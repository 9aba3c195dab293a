/** Replies that stock firmware expects besides the PUBACK, and resends without: `post_reply` of Alink, `post/reply` of OneNET Studio, `report_reply` of Tencent. */
import { isObject } from '../base/json.ts';

export interface ProtocolReply {
  readonly topic: string;
  readonly payload: string;
}

export interface Refused {
  readonly message: string;
}

/** `/sys/{product}/{device}/thing/event/property/post`, also `…/batch/post` and events. */
const ALINK = /^\/(?:sys|ext)\/[^/]+\/[^/]+\/(thing\/event\/[A-Za-z0-9_/]{1,100}\/post)$/;
/** `$sys/{product}/{device}/thing/property/post`. */
const ONENET = /^\$sys\/[^/]+\/[^/]+\/thing\/(?:property|event|pack|history)\/post$/;
/** `$thing/up/property/{product}/{device}`, answered on `$thing/down/property/…`. */
const TENCENT = /^\$thing\/up\/(property\/[^/]+\/[^/]+)$/;
/** Invalid parameters, in the codes of each protocol. */
const ALINK_REFUSED = 460;
const ONENET_REFUSED = 400;
const TENCENT_REFUSED = 400;
const MAX_BYTES = 256 * 1024;

/** Whether a publish on this topic expects a reply. */
export const expectsReply = (topic: string): boolean => ALINK.test(topic) || ONENET.test(topic) || TENCENT.test(topic);

/** `refused`: nothing of the message was accepted. Undefined if no reply is expected or the message has no id. */
export function protocolReply(topic: string, payload: Uint8Array, refused?: Refused): ProtocolReply | undefined {
  const [, ofTencent] = TENCENT.exec(topic) ?? [];
  if (ofTencent !== undefined) return tencentReply(ofTencent, payload, refused);
  const [, method] = ALINK.exec(topic) ?? [];
  const isOneNet = method === undefined && ONENET.test(topic);
  if (method === undefined && !isOneNet) return undefined;
  const id = memberOf(payload, 'id');
  if (id === undefined) return undefined;
  if (isOneNet) {
    const body = { id, code: refused ? ONENET_REFUSED : 200, msg: refused?.message.slice(0, 200) ?? 'success' };
    return { topic: `${topic}/reply`, payload: JSON.stringify(body) };
  }
  const body = {
    id,
    code: refused ? ALINK_REFUSED : 200,
    data: {},
    message: refused?.message.slice(0, 200) ?? 'success',
    method: method?.replaceAll('/', '.'),
    version: '1.0',
  };
  return { topic: `${topic}_reply`, payload: JSON.stringify(body) };
}

function tencentReply(channel: string, payload: Uint8Array, refused?: Refused): ProtocolReply | undefined {
  const clientToken = memberOf(payload, 'clientToken');
  if (clientToken === undefined) return undefined;
  const code = refused ? TENCENT_REFUSED : 0;
  const body = { method: 'report_reply', clientToken, code, status: refused?.message.slice(0, 200) ?? 'success' };
  return { topic: `$thing/down/${channel}`, payload: JSON.stringify(body) };
}

function memberOf(payload: Uint8Array, name: string): string | number | undefined {
  if (payload.length > MAX_BYTES) return undefined;
  try {
    const message = JSON.parse(Buffer.from(payload).toString('utf8')) as unknown;
    const id = isObject(message) ? message[name] : undefined;
    return typeof id === 'number' || (typeof id === 'string' && id.length <= 64) ? id : undefined;
  } catch {
    return undefined;
  }
}
