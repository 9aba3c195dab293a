/** Removes a device, optionally with its readings, and shows beforehand what that would delete. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import type { Ledger } from '../../consumers/ledger.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Store } from '../../store/store.ts';
import { namedDevice, OneDevice } from '../named-device.ts';
import { Exact, OneOf, Time } from '../schemas.ts';

export interface DeviceRemovalOptions {
  readonly registry: Pick<Registry, 'device' | 'removeDevice'>;
  readonly isConnected: (park: string, device: string) => boolean;
  readonly store: Pick<Store, 'holding'>;
  readonly ledger: Pick<Ledger, 'account'>;
  /** Removes the device and its readings. */
  readonly removeReadings: (park: string, device: string) => Promise<void>;
}

const Removal = Exact({
  readings: Type.Integer({ description: 'in the store; `readings=remove` deletes them' }),
  first: Type.Optional(Time('of the first one')),
  last: Type.Optional(Time('of the last one')),
  pending: Type.Integer({ description: 'on the log and not in the store yet' }),
  isConnected: Type.Boolean(),
});
export type Removal = Static<typeof Removal>;

const Removed = Type.Null({ description: 'removed' });

export const deviceRemovalRoutes: FastifyPluginAsyncTypebox<DeviceRemovalOptions> = async (app, options) => {
  const { registry, isConnected, store, ledger, removeReadings } = options;
  const deviceIn = namedDevice(registry);

  function checkDevice({ park, device }: Static<typeof OneDevice>): void {
    if (registry.device(park, device) === undefined)
      throw new DaoyuError('DEVICE_UNKNOWN', `park ${park} has no device ${device}`);
  }

  app.get(
    '/devices/:park/:device/removal',
    {
      config: {
        access: { right: 'administer', park: 'named' },
        problems: ['DEVICE_UNKNOWN', 'STORE_UNAVAILABLE'],
      },
      schema: {
        tags: ['registry'],
        summary: 'What removing a device would delete; changes nothing',
        params: OneDevice,
        response: { 200: Removal },
      },
    },
    async ({ params }) => {
      checkDevice(params);
      const [held, { rows }] = await Promise.all([store.holding(params), ledger.account(params)]);
      const pending = rows.reduce((sum, row) => sum + row.pending, 0);
      return { ...held, pending, isConnected: isConnected(params.park, params.device) };
    },
  );

  app.delete(
    '/devices/:park/:device',
    {
      config: {
        access: { right: 'administer', park: 'named' },
        audit: { what: 'device.remove', of: deviceIn },
        problems: ['DEVICE_UNKNOWN', 'DEVICE_INVALID', 'STATE_CONFLICT', 'READINGS_PENDING', 'STORE_UNAVAILABLE'],
      },
      schema: {
        tags: ['registry'],
        summary: 'Removes a device and its credential; with `readings=remove` its readings too',
        params: OneDevice,
        querystring: Exact({
          readings: Type.Optional(
            OneOf(['keep', 'remove'], {
              description:
                'default `keep`: they stay in the store. `remove`: deletes readings, rollups and newest values; ledger, quarantine, alarms and audit trail stay, and the event log keeps its entries for its retention',
            }),
          ),
        }),
        response: { 204: Removed },
      },
    },
    async (request, reply) => {
      const { park, device } = request.params;
      if (request.query.readings === 'remove') {
        checkDevice(request.params);
        const held = await store.holding({ park, device });
        await removeReadings(park, device);
        request.audited = { after: { removedReadings: held.readings } };
      } else await registry.removeDevice(park, device);
      return reply.code(204).send(null);
    },
  );
};
