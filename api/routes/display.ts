/** What the operator chose for the page of this installation. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { Exact } from '../schemas.ts';

export interface DisplayOptions {
  /** The base layer of maps; absent: none. */
  readonly mapTiles?: string | undefined;
  /** Whoever made the map wants to be named. */
  readonly mapAttribution?: string | undefined;
}

const DisplayAnswer = Exact({
  map: Type.Optional(
    Exact(
      { tiles: Type.String({ description: 'with `{z}`, `{x}`, `{y}`' }), attribution: Type.String() },
      { description: 'base layer; absent: none' },
    ),
  ),
});
export type DisplayAnswer = Static<typeof DisplayAnswer>;

export const displayRoutes: FastifyPluginAsyncTypebox<DisplayOptions> = async (
  app,
  { mapTiles, mapAttribution = '' },
) => {
  app.get(
    '/display',
    {
      config: { access: 'known' },
      schema: {
        tags: ['registry'],
        summary: 'What the operator chose for the page: the base layer of maps',
        response: { 200: DisplayAnswer },
      },
    },
    async () => (mapTiles === undefined ? {} : { map: { tiles: mapTiles, attribution: mapAttribution } }),
  );
};
