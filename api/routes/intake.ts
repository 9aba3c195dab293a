/** Telemetry over HTTP: one device's message, or that of a webhook. A 2xx says what a PUBACK says: the verdict is durable. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import { createTokenBucket, type TokenBucket } from '../../base/token-bucket.ts';
import { type DeviceAddress, topicPrefix } from '../../base/topics.ts';
import { REJECTION_CODES, type RejectionCode } from '../../bus/rejection.ts';
import { createDeviceLogin, type VerifyDevice } from '../device-login.ts';
import { Exact, List, OneOf, Problem } from '../schemas.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose credential a message of telemetry came with. */
    postedBy: DeviceAddress | undefined;
  }
}

/** As it is told to the device. */
interface Reason {
  readonly code: string;
  readonly field?: string;
  readonly message: string;
}

/** A message as intake takes it. */
export interface PostedMessage extends DeviceAddress {
  readonly channel: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly isResend: boolean;
  readonly receivedAt: number;
  /** `receivedAt` is that of the first time the message came. */
  readonly isOnce?: true;
  readonly onRefused: (reasons: readonly Reason[], isWhole: boolean) => void;
}

/** Of messages with an idempotency key, whichever process they reach. */
export interface Idempotency {
  /** When the message of this key was first received, epoch ms. */
  firstReceipt(device: DeviceAddress, key: string): Promise<number>;
}

export interface IntakeRouteOptions {
  readonly verifyDevice: VerifyDevice;
  /** Resolves when the verdict is durable; rejects when the log takes nothing. */
  readonly admit: (message: PostedMessage) => Promise<void>;
  /** Of messages with an idempotency key. */
  readonly idempotency: Idempotency;
  readonly monotonic: () => number;
  readonly clock: () => number;
  readonly limits: {
    readonly maxPacketBytes: number;
    /** Messages a second of one device, with a burst of ten seconds' worth. */
    readonly maxMessagesPerSecond: number;
    /** No verdict within this, ms: 503. */
    readonly admitTimeoutMs: number;
  };
}

const Told = List(
  Exact({ code: OneOf(REJECTION_CODES), field: Type.Optional(Type.String()), message: Type.String() }),
  { description: 'values that were not taken, as on the errors topic; they are in quarantine' },
);
const Kept = Exact({ status: Type.Literal('kept'), told: Told });
const Refused = Type.Object({ ...Problem.properties, told: Told }, { additionalProperties: false });

interface Answer {
  readonly status: 200 | 422;
  readonly body: Static<typeof Kept> | Static<typeof Refused>;
}

/** Messages that wait for the log at one time, of all devices. */
const MAX_WAITING = 256;
const MAX_DEVICES = 20_000;
/** Answers that this process remembers for their idempotency keys; what is older or another's is taken again, as a repeat. */
const MAX_REMEMBERED = 10_000;
const KEY = /^[\x21-\x7e ]{1,200}$/;

export const intakeRoutes: FastifyPluginAsyncTypebox<IntakeRouteOptions> = async (app, options) => {
  const { admit, clock, monotonic, limits } = options;
  const login = createDeviceLogin(options.verifyDevice, monotonic);
  const paces = new Map<string, TokenBucket>();
  const remembered = new Map<string, Promise<Answer>>();
  let waiting = 0;

  function keepPace({ park, device }: DeviceAddress): number {
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

  async function take(message: Omit<PostedMessage, 'onRefused'>): Promise<Answer> {
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

  /** The same key and device: one message, however often it comes. */
  function takeOnce(key: string, message: Omit<PostedMessage, 'onRefused'>): Promise<Answer> {
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

  async function takeAsFirst(key: string, message: Omit<PostedMessage, 'onRefused'>): Promise<Answer> {
    const receivedAt = await options.idempotency.firstReceipt(message, key);
    return take({ ...message, receivedAt, isOnce: true });
  }

  // Whatever the content type, the decoders see the bytes as they came.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.decorateRequest('postedBy', undefined);

  const route = {
    bodyLimit: limits.maxPacketBytes,
    config: {
      // It asks for the credential of the device itself.
      access: 'anyone' as const,
      problems: [
        ...['UNAUTHORIZED', 'TOO_MANY_ATTEMPTS', 'TOO_MANY_REQUESTS', 'REQUEST_INVALID'],
        ...['INTAKE_BUSY', 'BUS_FULL', 'BUS_UNAVAILABLE', 'DISK_FULL'],
      ],
    },
    /** Before a byte of the body is read. */
    onRequest: async (request: FastifyRequest) => {
      request.postedBy = await login(request);
    },
  };
  const schema = {
    tags: ['intake'],
    description:
      'Basic with the MQTT user name and password of the device, or `Bearer {park}.{device}.{password}`. 2xx: the verdict is durable, as with a PUBACK. 422: nothing of it was taken; it is in quarantine, and sending it again changes nothing. 429 and 503: nothing was kept, send again after `Retry-After`.',
    security: [{ device: [] }],
    consumes: [
      'application/json',
      'application/senml+json',
      'application/senml+cbor',
      'application/cbor',
      'text/plain',
    ],
    headers: Type.Object({
      'idempotency-key': Type.Optional(
        Type.String({
          pattern: KEY.source,
          description: 'for messages without a measured time: the same key again is the same message',
        }),
      ),
    }),
    response: {
      200: Kept,
      422: {
        description: REJECTION_CODES.map((code) => `\`${code}\``).join(', '),
        content: { 'application/problem+json': { schema: Refused } },
      },
    },
  };

  async function handle(request: FastifyRequest, reply: FastifyReply, format: string | undefined) {
    const { postedBy, body, headers } = request;
    if (postedBy === undefined) throw new Error('a message without a device');
    void reply.header('cache-control', 'no-store');
    const waitSeconds = keepPace(postedBy);
    if (waitSeconds > 0) {
      void reply.header('retry-after', waitSeconds);
      throw new DaoyuError(
        'TOO_MANY_REQUESTS',
        `more than ${limits.maxMessagesPerSecond} messages a second of one device: send a backlog as one array`,
      );
    }
    const channel = channelOf(headers['content-type'], format);
    const message = {
      ...postedBy,
      channel,
      topic: `${topicPrefix(postedBy)}${channel}`,
      payload: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
      isResend: false,
      receivedAt: clock(),
    };
    const key = headers['idempotency-key'];
    const { status, body: answer } = await (typeof key === 'string' ? takeOnce(key, message) : take(message));
    if (status === 422) void reply.type('application/problem+json; charset=utf-8');
    return reply.code(status).send(answer);
  }

  app.post(
    '/intake',
    { ...route, schema: { ...schema, summary: 'Takes a message of telemetry' } },
    async (request, reply) => handle(request, reply, undefined),
  );
  app.post(
    '/intake/:format',
    {
      ...route,
      schema: {
        ...schema,
        summary: 'Takes a message of a named format, for webhooks',
        params: Exact({
          format: Type.String({ pattern: '^[a-z0-9]{1,32}$', description: 'chirpstack, tts, senml …' }),
        }),
      },
    },
    async (request, reply) => handle(request, reply, request.params.format),
  );
};

/** What follows the device in the topic, for the decoders that cannot be told by the bytes. */
function channelOf(contentType = '', format: string | undefined): string {
  const [type = ''] = contentType.toLowerCase().split(';');
  if (format === 'senml' || /senml/.test(type)) return 'telemetry/senml';
  if (format === 'cbor' || type.trim() === 'application/cbor') return 'telemetry/cbor';
  return 'telemetry';
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
