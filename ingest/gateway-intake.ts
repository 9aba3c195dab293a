/** A gateway may send everything on one topic: the message itself says whose it is, or whose its parts are. */
import type { JsonObject } from '../base/json.ts';
import type { Rejection } from '../bus/rejection.ts';
import type { Device } from '../registry/registry.ts';
import { afterAll } from './after-all.ts';
import { type Split, splitChildren } from './children.ts';
import { MAX_READINGS } from './decode.ts';
import type { OnRefused, ReceivedMessage } from './intake.ts';
import { parseJson } from './json.ts';
import { idsOf, senderIds } from './sender-ids.ts';

/** Of a gateway: the child that one of these names belongs to; `unknown` where none of them does; undefined where there is no name. */
export type ChildNamed = (gateway: Device, names: readonly string[]) => Device | 'unknown' | undefined;

type Admit = (message: ReceivedMessage, device: Device) => Promise<void>;

export interface GatewayIntakeOptions {
  /** Absent: there are no gateways. */
  readonly childNamed: ChildNamed | undefined;
  readonly admitTelemetry: Admit;
  readonly admitOfChild: Admit;
  /** `name`: of a child that nobody has registered. */
  readonly admitElsewhere: (message: ReceivedMessage, device: Device, name?: string) => Promise<void>;
  readonly refuseMessage: (message: ReceivedMessage, reason: Rejection) => Promise<void>;
}

export function createGatewayIntake(options: GatewayIntakeOptions): Admit {
  const { childNamed, admitTelemetry, admitOfChild, admitElsewhere, refuseMessage } = options;

  /** Each part is a message of its child: its verdict, ledger and memory. The message is acknowledged once all of them are durable. */
  function admitParts(message: ReceivedMessage, device: Device, { parts, rest }: Split): Promise<void> {
    if (parts.length > MAX_READINGS) {
      return refuseMessage(message, {
        code: 'PAYLOAD_TOO_MANY_READINGS',
        message: `${parts.length} devices in one message: send at most ${MAX_READINGS}`,
      });
    }
    const refusals = gatherRefusals(parts.length + (rest === undefined ? 0 : 1));
    const partOf = (value: JsonObject): ReceivedMessage => ({
      ...message,
      payload: Buffer.from(JSON.stringify(value)),
      onRefused: refusals.add,
    });
    const verdicts = parts.map(({ names, value }) => {
      const child = childNamed?.(device, names);
      return typeof child === 'object'
        ? admitOfChild(partOf(value), child)
        : admitElsewhere(partOf(value), device, names[0]);
    });
    if (rest !== undefined) verdicts.push(admitTelemetry(partOf(rest), device));
    refusals.report(message.onRefused);
    return afterAll(verdicts);
  }

  return (message, device) => {
    if (device.isGateway !== true || childNamed === undefined) return admitTelemetry(message, device);
    const parsed = isJson(message.payload) ? parseJson(message.payload) : undefined;
    const names = parsed?.ok === true ? idsOf(parsed.value) : senderIds(message.payload);
    const child = childNamed(device, names);
    if (typeof child === 'object' && child !== device) return admitOfChild(message, child);
    const isChild = (each: readonly string[]) => typeof childNamed(device, each) === 'object';
    const split = parsed?.ok === true ? splitChildren(parsed.value, isChild) : undefined;
    if (split !== undefined) return admitParts(message, device, split);
    return child === 'unknown' ? admitElsewhere(message, device, names[0]) : admitTelemetry(message, device);
  };
}

/** `{` or `[`, as senders of JSON begin. */
const isJson = ([first]: Uint8Array) => first === 0x7b || first === 0x5b;

/** Of a message in parts: refused whole where each part is. */
function gatherRefusals(parts: number) {
  const all: Rejection[] = [];
  let whole = 0;
  return {
    add: (reasons: readonly Rejection[], isWhole: boolean) => {
      all.push(...reasons);
      if (isWhole) whole += 1;
    },
    report(onRefused: OnRefused | undefined) {
      if (all.length > 0) onRefused?.(all, whole === parts);
    },
  };
}
