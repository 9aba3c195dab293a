/** The ledger: what became of every reading received. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import type { Ledger } from '../../consumers/ledger.ts';
import { parksSeen } from '../authorize.ts';
import { Exact, List, Where } from '../schemas.ts';

export interface LedgerOptions {
  readonly ledger: Ledger;
}

const Count = (description: string) => Type.Integer({ description });

const LedgerAnswer = Exact(
  {
    ledger: List(
      Exact({
        // A record of an unknown sender may name no device.
        park: Type.String(),
        device: Type.String(),
        received: Count('readings; a message that holds none counts as one'),
        stored: Count('in the store'),
        duplicate: Count('came before'),
        quarantined: Count('refused, with the reason'),
        pending: Count('on the log, not yet in the store'),
      }),
    ),
    isComplete: Type.Boolean({ description: 'false: the newest entries of the log are not counted yet' }),
  },
  { description: 'received = stored + duplicate + quarantined + pending in every row' },
);
export type LedgerAnswer = Static<typeof LedgerAnswer>;
export type LedgerRow = LedgerAnswer['ledger'][number];

export const ledgerRoutes: FastifyPluginAsyncTypebox<LedgerOptions> = async (app, { ledger }) => {
  app.get(
    '/ledger',
    {
      config: { access: { right: 'read', park: 'listed' }, problems: ['STORE_UNAVAILABLE', 'BUS_UNAVAILABLE'] },
      schema: {
        tags: ['ledger'],
        summary: 'received = stored + duplicate + quarantined + pending, for every device at any time',
        querystring: Exact({ park: Where.park, device: Where.device }),
        response: { 200: LedgerAnswer },
      },
    },
    async (request) => {
      const { rows, isComplete } = await ledger.account(request.query);
      const sees = parksSeen(request);
      return { ledger: rows.filter(({ park }) => sees(park)), isComplete };
    },
  );
};
