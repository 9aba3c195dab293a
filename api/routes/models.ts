/** Device models found in the field, with mapping, notes and examples. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import type { DeviceModel } from '../../registry/device-model.ts';
import { AnyJson } from '../command-schemas.ts';
import { Mapping } from '../mapping-schema.ts';
import { ByName, Exact, Label, List, OneOf, Sentence } from '../schemas.ts';

export interface ModelOptions {
  readonly models: ReadonlyMap<string, DeviceModel>;
}

const Model = Exact({
  model: Type.String({ description: 'to name when a device is made' }),
  label: Label,
  maker: Type.Optional(Type.String()),
  kind: Type.String({ description: 'its sensor kind' }),
  intervalMs: Type.Optional(
    Type.Integer({ description: 'how often it reports as it comes; the kind’s own when absent' }),
  ),
  clock: OneOf(['device', 'none'], { description: 'whether its messages carry the measured time' }),
  mapping: Type.Optional(Mapping),
  notes: List(Sentence, { description: 'what to look at when it is mounted, wired and set up' }),
  calibration: Type.Optional(
    ByName(Exact({ everyDays: Type.Integer(), method: Sentence }), { description: 'by field' }),
  ),
  examples: List(
    Exact({
      channel: Type.Optional(Type.String({ description: 'what follows the device in the topic' })),
      payload: Type.Optional(AnyJson('a message as the device sends it')),
      hex: Type.Optional(Type.String({ description: 'instead of a payload, bytes' })),
      stored: List(
        Exact({
          time: Type.Optional(Type.String()),
          values: ByName(Type.Number(), { description: 'by field' }),
        }),
      ),
      told: List(Type.String(), { description: 'codes of what the device is told' }),
    }),
  ),
});

const ModelsAnswer = Exact({ models: List(Model) });
export type ModelsAnswer = Static<typeof ModelsAnswer>;

export const modelRoutes: FastifyPluginAsyncTypebox<ModelOptions> = async (app, { models }) => {
  app.get(
    '/models',
    {
      config: { access: { right: 'read', park: 'any' } },
      schema: {
        tags: ['registry'],
        summary: 'Device models: mapping, interval, wiring and calibration notes, examples',
        response: { 200: ModelsAnswer },
      },
    },
    async () => ({ models: [...models.values()] as never }),
  );
};
