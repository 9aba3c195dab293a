/** Tencent IoT Explorer: `{method: "report", clientToken, timestamp, params: {…}}`. */
import { isObject, type JsonObject } from '../../base/json.ts';
import { properties } from './alink.ts';
import { beside, type Decoder, type Draft, nothing, withRest } from './decoder.ts';

export const tencent: Decoder = { name: 'tencent', fromObject };

/** Of messages that hold no property: what the device is, what it asks for. */
const OTHERS = ['report_info', 'get_status', 'control_reply', 'clear_control'];

function fromObject(message: JsonObject): readonly Draft[] | undefined {
  const { method, clientToken, params, timestamp } = message;
  if (clientToken === undefined || typeof method !== 'string') return undefined;
  if (OTHERS.includes(method))
    return [nothing(message, `a message of the method ${method} holds no measurement: send method "report"`)];
  if (!method.startsWith('report') || !isObject(params)) return undefined;
  const drafts = properties({ ...(timestamp !== undefined && { timestamp }), ...params });
  return withRest(drafts, beside(message, ['method', 'clientToken', 'params', 'timestamp', 'version']));
}
