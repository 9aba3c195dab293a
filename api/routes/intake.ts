/** Telemetry over HTTP, from a device or a webhook. A 2xx means the same as a PUBACK: the verdict is durable. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import { type DeviceAddress, topicPrefix } from '../../base/topics.ts';
import { REJECTION_CODES } from '../../bus/rejection.ts';
import { createDeviceLogin, type VerifyDevice } from '../device-login.ts';
import { createHttpIntake, type HttpIntakeOptions, Kept, Refused } from '../http-intake.ts';
import { Exact } from '../schemas.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The device whose credential came with the message. */
    postedBy: DeviceAddress | undefined;
  }
}

export interface IntakeRouteOptions extends HttpIntakeOptions {
  readonly verifyDevice: VerifyDevice;
  readonly clock: () => number;
  readonly limits: HttpIntakeOptions['limits'] & { readonly maxPacketBytes: number };
}

const KEY = /^[\x21-\x7e ]{1,200}$/;

export const intakeRoutes: FastifyPluginAsyncTypebox<IntakeRouteOptions> = async (app, options) => {
  const { clock, limits } = options;
  const login = createDeviceLogin(options.verifyDevice, options.monotonic);
  const intake = createHttpIntake(options);

  // The decoders get the raw bytes, whatever the content type.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.decorateRequest('postedBy', undefined);

  const route = {
    bodyLimit: limits.maxPacketBytes,
    config: {
      // The route checks the credential of the device itself.
      access: 'anyone' as const,
      problems: [
        ...['UNAUTHORIZED', 'TOO_MANY_ATTEMPTS', 'TOO_MANY_REQUESTS', 'REQUEST_INVALID'],
        ...['INTAKE_BUSY', 'BUS_FULL', 'BUS_UNAVAILABLE', 'DISK_FULL'],
      ],
    },
    /** Runs before the body is read. */
    onRequest: async (request: FastifyRequest) => {
      request.postedBy = await login(request);
    },
  };
  const schema = {
    tags: ['intake'],
    description:
      'Basic with the MQTT user name and password of the device, or `Bearer {park}.{device}.{password}`. 2xx: the verdict is durable, as with a PUBACK. 422: nothing was accepted; the message is in quarantine, and resending it changes nothing. 429 and 503: nothing was stored; resend after `Retry-After`.',
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
    const waitSeconds = intake.paceSeconds(postedBy);
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
    const { status, body: answer } = await (typeof key === 'string'
      ? intake.takeOnce(key, message)
      : intake.take(message));
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

/** The rest of the topic after the device, for decoders that the bytes do not determine. */
function channelOf(contentType = '', format: string | undefined): string {
  const [type = ''] = contentType.toLowerCase().split(';');
  if (format === 'senml' || /senml/.test(type)) return 'telemetry/senml';
  if (format === 'cbor' || type.trim() === 'application/cbor') return 'telemetry/cbor';
  return 'telemetry';
}
