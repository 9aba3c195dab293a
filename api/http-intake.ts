/** Takes messages of devices over HTTP: at a bounded rate and number, once per idempotency key, with a deadline for the verdict. */
import { type Static, Type } from 'typebox';
import { DaoyuError } from '../base/errors.ts';
import { createTokenBucket, type TokenBucket } from '../base/token-bucket.ts';
import type { DeviceAddress } from '../base/topics.ts';
import { REJECTION_CODES, type RejectionCode } from '../bus/rejection.ts';
import { Exact, List, OneOf, Problem } from './schemas.ts';

/** A reason as published to the device. */
interface Reason {
  readonly code: string;
  readonly field?: string;
  readonly message: string;
}

/** A message for intake. */
export interface PostedMessage extends DeviceAddress {
  readonly channel: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly isResend: boolean;
  readonly receivedAt: number;
  /** `receivedAt` is that of the first request with this message. */
  readonly isOnce?: true;
  readonly onRefused: (reasons: readonly Reason[], isWhole: boolean) => void;
}

/** Recognises messages with an idempotency key in all processes. */
export interface Idempotency {
  /** When the message of this key was first received, epoch ms. */
  firstReceipt(device: DeviceAddress, key: string): Promise<number>;
}

export interface HttpIntakeOptions {
  /** Resolves once the verdict is durable; rejects if the log rejects the append. */
  readonly admit: (message: PostedMessage) => Promise<void>;
  readonly idempotency: Idempotency;
  readonly monotonic: () => number;
  readonly limits: {
    /** Messages per second of one device, with a burst of ten seconds' worth. */
    readonly maxMessagesPerSecond: number;
    /** Without a verdict in this time, ms, the answer is 503. */
    readonly admitTimeoutMs: number;
  };
}

type Message = Omit<PostedMessage, 'onRefused'>;

export interface HttpIntake {
  /** Counts a message of a device; above its rate, the seconds to wait, otherwise 0. */
  paceSeconds(device: DeviceAddress): number;
  /** Rejects with `INTAKE_BUSY`, or with the reason of the log. */
  take(message: Message): Promise<Answer>;
  /** Requests with equal key and device are one message. */
  takeOnce(key: string, message: Message): Promise<Answer>;
}

const Told = List(
  Exact({ code: OneOf(REJECTION_CODES), field: Type.Optional(Type.String()), message: Type.String() }),
  { description: 'values that were refused, as on the errors topic; they are in quarantine' },
);
export const Kept = Exact({ status: Type.Literal('kept'), told: Told });
export const Refused = Type.Object({ ...Problem.properties, told: Told }, { additionalProperties: false });

export interface Answer {
  readonly status: 200 | 422;
  readonly body: Static<typeof Kept> | Static<typeof Refused>;
}

/** Pending messages of all devices. */
const MAX_WAITING = 256;
const MAX_DEVICES = 20_000;
/** Answers remembered by idempotency key in this process; other repeats are taken again and recognised as duplicates. */
const MAX_REMEMBERED = 10_000;

export function createHttpIntake({ admit, idempotency, monotonic, limits }: HttpIntakeOptions): HttpIntake {
  const paces = new Map<string, TokenBucket>();
  const remembered = new Map<string, Promise<Answer>>();
  let waiting = 0;

  function paceSeconds({ park, device }: DeviceAddress): number {
    const key = `${park}.${device}`;
    let bucket = paces.get(key);
    if (bucket === undefined) {
      bucket = createTokenBucket(limits.maxMessagesPerSecond, monotonic);
      paces.set(key, bucket);
      const [oldest] = paces.keys();
      if (paces.size > MAX_DEVICES && oldest !== undefined) paces.delete(oldest);
    }
    return bucket.tryTake() ? 0 : Math.ceil(1 / limits.maxMessagesPerSecond);
  }

  async function take(message: Message): Promise<Answer> {
    if (waiting >= MAX_WAITING)
      throw new DaoyuError('INTAKE_BUSY', `${MAX_WAITING} messages wait for the log already: send again after a pause`);
    let refused: { readonly reasons: readonly Reason[]; readonly isWhole: boolean } | undefined;
    waiting += 1;
    const durable = admit({ ...message, onRefused: (reasons, isWhole) => (refused = { reasons, isWhole }) });
    const settled = durable.finally(() => {
      waiting -= 1;
    });
    await within(settled, limits.admitTimeoutMs);
    return answerOf(refused?.reasons ?? [], refused?.isWhole === true);
  }

  function takeOnce(key: string, message: Message): Promise<Answer> {
    const name = `${message.park}.${message.device} ${key}`;
    const known = remembered.get(name);
    if (known !== undefined) return known;
    const answer = takeAsFirst(key, message);
    remembered.set(name, answer);
    answer.catch(() => remembered.delete(name));
    const [oldest] = remembered.keys();
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    return answer;
  }

  async function takeAsFirst(key: string, message: Message): Promise<Answer> {
    const receivedAt = await idempotency.firstReceipt(message, key);
    return take({ ...message, receivedAt, isOnce: true });
  }

  return { paceSeconds, take, takeOnce };
}

function answerOf(reasons: readonly Reason[], isWhole: boolean): Answer {
  const told = reasons.slice(0, 20).map(({ code, field, message }) => ({
    code: code as RejectionCode,
    ...(field !== undefined && { field }),
    message,
  }));
  const [first] = reasons;
  if (!isWhole || first === undefined) return { status: 200, body: { status: 'kept', told } };
  const { code, message: detail } = first;
  return {
    status: 422,
    body: { type: `/docs/errors#${code}`, title: 'Refused, and kept in quarantine', status: 422, detail, code, told },
  };
}

async function within(durable: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DaoyuError('INTAKE_BUSY', 'the log gave no verdict in time: send again')), ms);
  });
  try {
    await Promise.race([durable, late]);
  } finally {
    clearTimeout(timer);
  }
}
