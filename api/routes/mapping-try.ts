/** Shows the result of decoding a payload, with the device's mapping or another one, and stores nothing. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import { REJECTION_CODES, type Rejection } from '../../bus/rejection.ts';
import type { Mapping as DeviceMapping, KeyMapping } from '../../registry/mapping.ts';
import type { Reading } from '../../sensors/reading.ts';
import { Mapping } from '../mapping-schema.ts';
import { ByName, Exact, Flagged, List, OneOf, Slug, Text, Time } from '../schemas.ts';

export interface MappingTrial {
  readonly readings: readonly Reading[];
  readonly told: readonly Rejection[];
  readonly proposals: readonly { readonly key: string; readonly target: KeyMapping; readonly because: string }[];
}

export interface MappingTryOptions {
  /** Rejects with `DEVICE_UNKNOWN`, `MAPPING_INVALID`. `mapping`: absent for that of the device. */
  readonly tryMapping: (
    park: string,
    device: string,
    payload: Uint8Array,
    more: { readonly mapping?: DeviceMapping; readonly channel?: string },
  ) => Promise<MappingTrial>;
}

const Trial = Exact({
  readings: List(
    Exact({
      ...{ park: Slug, site: Slug, device: Slug, kind: Type.String(), time: Time('measured') },
      receivedAt: Time('of this request'),
      seq: Type.Optional(Type.Number()),
      values: ByName(Type.Number()),
      flags: Type.Optional(Flagged),
      attributes: Type.Optional(ByName(Type.String())),
    }),
    { description: 'as they would be stored' },
  ),
  told: List(
    Exact({
      code: OneOf(REJECTION_CODES),
      field: Type.Optional(Type.String()),
      position: Type.Optional(Type.Number()),
      message: Type.String(),
    }),
    { description: 'what the device would be told' },
  ),
  proposals: List(
    Exact({
      key: Type.String({ description: 'for keys of the mapping' }),
      target: Type.Unsafe<KeyMapping>({ type: 'object', description: '{field, scale, unit, …}, as in a mapping' }),
      because: Type.String(),
    }),
  ),
});

export const mappingTryRoutes: FastifyPluginAsyncTypebox<MappingTryOptions> = async (app, { tryMapping }) => {
  app.post(
    '/devices/:park/:device/mapping/try',
    {
      // Changes nothing, but shows what a device sends.
      config: {
        access: { right: 'agronomy', park: 'named' },
        problems: ['DEVICE_UNKNOWN', 'MAPPING_INVALID', 'REQUEST_INVALID'],
      },
      schema: {
        tags: ['registry'],
        summary:
          'Shows what a payload would become, what the device would be told and what a mapping could say; stores nothing',
        params: Exact({ park: Slug, device: Slug }),
        body: Exact({
          payload: Type.Optional(
            Type.Unknown({ description: 'the message: JSON, or a text that is sent as it stands' }),
          ),
          hex: Type.Optional(Text('the message as bytes, instead of payload', 200_000)),
          channel: Type.Optional(Text('what follows the device in the topic, telemetry unless given', 200)),
          mapping: Type.Optional(Mapping),
        }),
        response: { 200: Trial },
      },
    },
    async ({ params: { park, device }, body: { payload, hex, mapping, channel } }) => {
      const bytes = bytesOf(payload, hex);
      return tryMapping(park, device, bytes, {
        ...(mapping !== undefined && { mapping }),
        ...(channel !== undefined && { channel }),
      });
    },
  );
};

function bytesOf(payload: unknown, hex: string | undefined): Uint8Array {
  if ((payload === undefined) === (hex === undefined))
    throw new DaoyuError('REQUEST_INVALID', 'the body must hold either payload or hex');
  if (hex === undefined) return Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const digits = hex.replace(/[\s:,-]/g, '');
  if (!/^(?:[0-9A-Fa-f]{2})*$/.test(digits))
    throw new DaoyuError('REQUEST_INVALID', 'hex must hold pairs of hexadecimal digits');
  return Buffer.from(digits, 'hex');
}
