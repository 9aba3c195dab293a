/** One message of a gateway with several children in it: a list whose elements name their device, or an object whose keys do. Each part becomes a message of its own. */
import { isObject, type JsonObject } from '../base/json.ts';
import { foldKey } from '../sensors/kinds.ts';
import { hasContents } from './decoders/decoder.ts';
import { idsIn } from './sender-ids.ts';
import { ageOf, timeOf } from './time-keys.ts';
import { isBacklogName } from './unfold.ts';

export interface ChildPart {
  /** Names of the child, the most telling first. */
  readonly names: readonly string[];
  /** What is the child's, as a message that names it. */
  readonly value: JsonObject;
}

export interface Split {
  readonly parts: readonly ChildPart[];
  /** What is not of a child and measures something: the gateway's own. */
  readonly rest: JsonObject | undefined;
}

/** Whether one of these names is that of a registered child. */
type IsChild = (names: readonly string[]) => boolean;

/** In lists of these names each element is a device, registered or not. */
const DEVICES = new Set(
  ['devices', 'deviceList', 'devList', 'subDevices', 'subDeviceList', 'children', 'nodes', 'nodeList', 'terminals']
    .concat(['slaves', 'stations', 'uplinks'])
    .map(foldKey),
);
/** Further names of an element: they count only where a child is registered under them. */
const LOCAL_NAMES = ['mac', 'addr', 'address', 'nodeId', 'node_id', 'node', 'slave', 'uuid', 'eui', 'id', 'name', 'no'];
const MAX_DEPTH = 4;

interface Search {
  readonly parts: ChildPart[];
  readonly isChild: IsChild;
  /** Time and age of the containers around it. */
  readonly timing: JsonObject;
  /** Under which key it stands; undefined: it is the message. */
  readonly name: string | undefined;
  readonly depth: number;
}

/** Undefined: the message is of one device. */
export function splitChildren(message: unknown, isChild: IsChild): Split | undefined {
  const parts: ChildPart[] = [];
  const rest = takeOut(message, { parts, isChild, timing: {}, name: undefined, depth: 0 });
  if (parts.length === 0) return undefined;
  return { parts, rest: isObject(rest) && hasContents(rest) ? rest : undefined };
}

/** What is left of the value; undefined: nothing. */
function takeOut(value: unknown, search: Search): unknown {
  if (search.depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return takeOutOfList(value as readonly unknown[], search);
  if (!isObject(value)) return value;
  const { parts, isChild, name, depth } = search;
  const names = depth === 0 ? [] : idsIn(value);
  if (isChild(names)) {
    parts.push({ names, value: timed(value, search.timing) });
    return undefined;
  }
  const timing = { ...search.timing, ...timingOf(value) };
  const left: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const keyed = keyedBy(key, member, search);
    for (const element of keyed ?? [])
      parts.push({ names: [key], value: { ...timed(element, timing), deviceName: key } });
    const rest = keyed === undefined ? takeOut(member, { ...search, timing, name: key, depth: depth + 1 }) : undefined;
    if (rest !== undefined) left[key] = rest;
  }
  const isEmptied = Object.keys(left).length === 0 && Object.keys(value).length > 0;
  return isEmptied && name !== undefined ? undefined : left;
}

/** `{"probe 3": {…}}` of Zigbee bridges, `{"probe 3": [{ts, values}]}` of ThingsBoard's gateways. */
function keyedBy(key: string, member: unknown, { name, isChild }: Search): readonly JsonObject[] | undefined {
  const elements: readonly unknown[] = Array.isArray(member) ? member : [member];
  if (elements.length === 0 || !elements.every(isObject)) return undefined;
  const isNamed = name === undefined && Array.isArray(member) && !isBacklogName(key);
  const isThingsBoards = isNamed && elements.every((element) => 'ts' in element && isObject(element.values));
  return isThingsBoards || isChild([key]) ? elements : undefined;
}

function takeOutOfList(list: readonly unknown[], search: Search): unknown {
  const { parts, isChild, timing, name } = search;
  if (list.length === 0 || !list.every(isObject)) return list;
  const isOfDevices = name === undefined || DEVICES.has(foldKey(name)) || list.every((each) => idsIn(each).length > 0);
  const left = list.filter((element) => {
    const part = partOf(element, isChild, isOfDevices);
    if (part !== undefined) parts.push({ ...part, value: timed(part.value, timing) });
    return part === undefined;
  });
  return left.length === 0 ? undefined : left;
}

function partOf(element: JsonObject, isChild: IsChild, isOfDevices: boolean): ChildPart | undefined {
  const names = idsIn(element);
  if (names.length > 0 && (isOfDevices || isChild(names))) return { names, value: asMessage(element) };
  const key = LOCAL_NAMES.find((each) => textOf(element[each]).some((name) => isChild([name])));
  if (key === undefined) return undefined;
  const { [key]: name, ...value } = element;
  // Written where a replay looks for it.
  return { names: textOf(name), value: { ...value, deviceName: String(name) } };
}

/** What Alink and OneNET Studio pack or keep of a child is a post like its own. */
function asMessage({ identity, ...own }: JsonObject): JsonObject {
  if (!isObject(identity)) return own;
  return { id: '0', version: '1.0', identity, params: Array.isArray(own.properties) ? [own] : own };
}

/** The time that the message says once is that of each part which says none. */
function timed(part: JsonObject, timing: JsonObject): JsonObject {
  return timeOf(part) === undefined && ageOf(part) === undefined && !('identity' in part)
    ? { ...timing, ...part }
    : part;
}

function timingOf(object: JsonObject): JsonObject {
  const time = timeOf(object);
  const age = ageOf(object);
  return { ...(time !== undefined && { time }), ...(age !== undefined && { age }) };
}

const textOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? [String(value)] : []);
