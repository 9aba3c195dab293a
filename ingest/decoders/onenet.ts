/** China Mobile OneNET before Studio: `dp: {key: [{v, t}]}` of the MQTT kit and `datastreams: [{id, datapoints: [{at, value}]}]` of the first platform. Studio's posts have Alink's shape; what either platform pushes over HTTP stands in `msg`. */
import { BEIJING_OFFSET_MINUTES } from '../../base/beijing-time.ts';
import { isObject, type JsonObject } from '../../base/json.ts';
import { properties } from './alink.ts';
import { beside, type Decoder, type Draft, gatherByTime, nothing, withRest } from './decoder.ts';

export const oneNet: Decoder = {
  name: 'onenet',
  acceptsTexts: true,
  fromObject: (object) => pushed(object) ?? dataPoints(object) ?? dataStreams(object),
};

const AROUND_PUSH = ['msg', 'msg_signature', 'signature', 'nonce', 'time', 'id', 'enc_msg'];

/** `{msg: {type: 1, ds_id, at, value}}` or a list of such; of Studio `{msg: "{…, notifyType, data: {params}}"}`, the text a message of its own. */
function pushed(object: JsonObject): readonly Draft[] | undefined {
  const msg = typeof object.msg === 'string' ? parsedText(object.msg) : object.msg;
  const list: readonly unknown[] = Array.isArray(msg) ? msg : [msg ?? object];
  if (!list.every(isPushed)) return undefined;
  const drafts = list.flatMap(draftsOf);
  return msg === undefined ? drafts : withRest(drafts, beside(object, AROUND_PUSH));
}

function isPushed(message: unknown): message is JsonObject {
  if (!isObject(message)) return false;
  return 'ds_id' in message || ('notifyType' in message && isObject(message.data));
}

function draftsOf(message: JsonObject): readonly Draft[] {
  if ('ds_id' in message) {
    const { ds_id: key, at, value, ...others } = message;
    const rest = beside(others, ['type', 'dev_id', 'imei', 'dev_name', 'pid']);
    return [{ time: at, values: { ...rest, [String(key)]: value } }];
  }
  const { data } = message;
  if (isObject(data) && isObject(data.params))
    return properties(data.params).map((draft) => ({ ...draft, root: 'data.params' }));
  return [nothing(message, 'this push of OneNET holds no property: let it push device properties only')];
}

function parsedText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** `t`: epoch seconds; absent: now. */
function dataPoints(object: JsonObject): readonly Draft[] | undefined {
  const { dp } = object;
  if (!isObject(dp) || !Object.values(dp).every((list) => Array.isArray(list) && list.every(isObject)))
    return undefined;
  const gathered = gatherByTime();
  for (const [key, list] of Object.entries(dp)) {
    for (const { v, t, ...others } of list as readonly JsonObject[]) {
      gathered.add(t, key, Object.keys(others).length === 0 ? v : { ...others, value: v });
    }
  }
  return withRest(gathered.drafts({ root: 'dp' }), beside(object, ['id', 'dp']));
}

/** `at` is Beijing time and carries no offset. */
function dataStreams(object: JsonObject): readonly Draft[] | undefined {
  const { datastreams } = object;
  if (!Array.isArray(datastreams) || datastreams.length === 0 || !datastreams.every(isStream)) return undefined;
  const gathered = gatherByTime();
  for (const { id, datapoints } of datastreams) {
    for (const { at, value, ...others } of datapoints) {
      gathered.add(at, id, Object.keys(others).length === 0 ? value : { ...others, value });
    }
  }
  return withRest(gathered.drafts({ utcOffsetMinutes: BEIJING_OFFSET_MINUTES }), beside(object, ['datastreams']));
}

function isStream(value: unknown): value is { readonly id: string; readonly datapoints: readonly JsonObject[] } {
  return (
    isObject(value) &&
    typeof value.id === 'string' &&
    Array.isArray(value.datapoints) &&
    value.datapoints.every(isObject)
  );
}
