/** Latest values: the newest measurement of each device, and its state. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { latestKey } from '../../base/keys.ts';
import { deviceHealth } from '../../registry/device-health.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Kind } from '../../sensors/kind.ts';
import type { Store } from '../../store/store.ts';
import { registrySeen } from '../authorize.ts';
import type { QueryGate } from '../query-gate.ts';
import { checkPlace, kindNamed } from '../query-names.ts';
import { ByName, Exact, Flagged, Label, List, Maybe, OneOf, Slug, Text, Time, Where } from '../schemas.ts';

export interface LatestOptions {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices' | 'site' | 'profiles'>;
  readonly store: Pick<Store, 'latest'>;
  readonly clock: () => number;
}

const State = OneOf(['good', 'warning', 'critical', 'unknown']);

const LatestRow = Exact({
  park: Slug,
  site: Slug,
  device: Slug,
  kind: Type.String(),
  time: Maybe(Time('newest measured time; null for a device that never sent')),
  receivedAt: Maybe(Time('when the platform had it')),
  ageMs: Maybe(Type.Integer({ description: 'since it was measured, ms' })),
  state: State,
  reasons: List(
    Exact({
      field: Type.Optional(Type.String({ description: 'absent where the whole device is meant' })),
      code: OneOf(['no_data', 'silent', 'idle', 'startup', 'stuck', 'spike', 'clock', 'low', 'high']),
      state: State,
      label: Label,
    }),
    { description: 'worst first' },
  ),
  values: ByName(Type.Number(), { description: 'newest value of each field' }),
  flags: Flagged,
  olderFields: Type.Optional(
    ByName(Time('measured'), { description: 'times of fields that the newest reading lacks' }),
  ),
  attributes: Type.Optional(ByName(Type.String())),
});
export type LatestRow = Static<typeof LatestRow>;

const LatestAnswer = Exact({ latest: List(LatestRow) });
export type LatestAnswer = Static<typeof LatestAnswer>;

export const latestRoutes: FastifyPluginAsyncTypebox<LatestOptions & { readonly gate: QueryGate }> = async (
  app,
  { kinds, registry, store, clock, gate },
) => {
  app.get(
    '/latest',
    {
      config: {
        access: { right: 'read', park: 'listed' },
        problems: [
          'KIND_UNKNOWN',
          'PARK_UNKNOWN',
          'SITE_UNKNOWN',
          'DEVICE_UNKNOWN',
          'QUERIES_BUSY',
          'QUERY_STOPPED',
          'STORE_UNAVAILABLE',
        ],
      },
      schema: {
        tags: ['readings'],
        summary: "Every device's newest values by measured time, with age, state and why",
        querystring: Exact({ ...Where, kind: Type.Optional(Text('name of a sensor kind', 64)) }),
        response: { 200: LatestAnswer },
      },
    },
    async (request) => {
      const { query } = request;
      if (query.kind !== undefined) kindNamed(kinds, query.kind);
      const seen = registrySeen(registry, request);
      checkPlace(seen, query);
      const now = clock();
      const found = new Map(
        (await gate.run(request, () => store.latest(query))).map((each) => [
          latestKey(each.park, each.device, each.kind),
          each,
        ]),
      );
      const devices = seen.devices(query).filter((device) => query.device === undefined || device.id === query.device);
      const latest = devices.flatMap((device) => {
        const kind = kinds.get(device.kind);
        if (kind === undefined) return [];
        const reading = found.get(latestKey(device.park, device.id, device.kind));
        const site = registry.site(device.park, device.site);
        const profiles = registry.profiles();
        const { state, reasons, ageMs = null } = deviceHealth({ device, kind, site, profiles, latest: reading, now });
        return [
          {
            park: device.park,
            site: device.site,
            device: device.id,
            kind: device.kind,
            time: reading?.time ?? null,
            receivedAt: reading?.receivedAt ?? null,
            ageMs,
            state,
            reasons,
            values: reading?.values ?? {},
            flags: reading?.flags ?? {},
            ...(reading?.olderFields && { olderFields: reading.olderFields }),
            ...(reading?.attributes && { attributes: reading.attributes }),
          },
        ];
      });
      return { latest };
    },
  );
};
