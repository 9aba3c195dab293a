/** China Mobile OneNET before Studio: `dp: {key: [{v, t}]}` of the MQTT kit and `datastreams: [{id, datapoints: [{at, value}]}]` of the first platform. Studio's posts have Alink's shape. */
import { BEIJING_OFFSET_MINUTES } from '../../base/beijing-time.ts';
import { isObject, type JsonObject } from '../../base/json.ts';
import { beside, type Decoder, type Draft, gatherByTime } from './decoder.ts';

export const oneNet: Decoder = {
  name: 'onenet',
  acceptsTexts: true,
  fromObject: (object) => dataPoints(object) ?? dataStreams(object),
};

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

const withRest = (drafts: readonly Draft[], rest: JsonObject) =>
  Object.keys(rest).length === 0 ? drafts : [...drafts, { values: rest }];
