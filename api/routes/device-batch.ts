/** Many devices at one time: a table in, looked over first where that is asked for, credentials out. All of them or none. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import { clientIdOf, topicsOf } from '../../base/topics.ts';
import type { AuditTrail } from '../../consumers/audit/trail.ts';
import type { NewDevice, Registry } from '../../registry/registry.ts';
import { whoAndWhere } from '../audited.ts';
import { MOST_ROWS } from '../device-rows.ts';
import { lookOver } from '../device-table.ts';
import { Exact, Label, List, OneOf, Slug } from '../schemas.ts';
import { Credentials } from '../show-device.ts';
import type { DeviceOptions } from './devices.ts';

export interface DeviceBatchOptions extends Pick<DeviceOptions, 'models' | 'addDevice' | 'mqttUrls'> {
  readonly registry: Pick<Registry, 'site' | 'parks' | 'checkDevice' | 'removeDevice' | 'removeSite'>;
  readonly audit: Pick<AuditTrail, 'note'>;
}

const BatchCredentials = Exact({ device: Slug, site: Slug, label: Label, ...Credentials.properties });
export type BatchCredentials = Static<typeof BatchCredentials>;

const BatchAnswer = Exact({
  devices: Type.Integer({ description: 'made, or of a dry run: that would be made' }),
  newSites: List(Type.String(), { description: 'sites that the table names and the park did not have' }),
  problems: List(
    Exact({
      line: Type.Integer({ description: 'of the table; the header is line 1' }),
      column: Type.String(),
      message: Type.String(),
    }),
    { description: 'where there are any nothing was made' },
  ),
  credentials: List(BatchCredentials, { description: 'passwords are here and nowhere else; empty after a dry run' }),
});
export type BatchAnswer = Static<typeof BatchAnswer>;

/** A thousand rows of a few hundred bytes. */
const MOST_BYTES = 512 * 1024;

export const deviceBatchRoutes: FastifyPluginAsyncTypebox<DeviceBatchOptions> = async (app, options) => {
  const { registry, models, addDevice, mqttUrls, audit } = options;
  app.addContentTypeParser('text/csv', { parseAs: 'buffer', bodyLimit: MOST_BYTES }, (_request, body, done) =>
    done(null, textOf(body as Buffer)),
  );

  async function make(given: NewDevice): Promise<BatchCredentials> {
    const { device, password } = await addDevice(given);
    const address = { park: device.park, device: device.id };
    const id = clientIdOf(address);
    return {
      ...{ device: device.id, site: device.site, label: device.label },
      ...{ username: id, password, clientId: id, topics: topicsOf(address), urls: mqttUrls() },
    };
  }

  /** Devices whose passwords nobody gets are of no use: what was made before a failure goes again, the sites that came with them too. */
  async function makeAll(
    park: string,
    devices: readonly NewDevice[],
    newSites: readonly string[],
  ): Promise<readonly BatchCredentials[]> {
    const made: BatchCredentials[] = [];
    try {
      for (const given of devices) made.push(await make(given));
      return made;
    } catch (error) {
      for (const { device } of made) await registry.removeDevice(park, device).catch(() => undefined);
      // One that somebody else has put a device into meanwhile is refused, and stays.
      for (const site of newSites) await registry.removeSite(park, site).catch(() => undefined);
      throw error;
    }
  }

  app.post(
    '/parks/:park/devices',
    {
      bodyLimit: MOST_BYTES,
      config: {
        access: { right: 'administer', park: 'named' },
        // One entry a device, so that each has its own history.
        audit: { what: 'device.add', when: () => false },
        problems: ['BATCH_INVALID', 'PARK_UNKNOWN', 'DEVICE_EXISTS', 'STATE_CONFLICT', 'REQUEST_INVALID'],
      },
      schema: {
        tags: ['registry'],
        summary: `Makes up to ${MOST_ROWS} devices, and sites that are new, out of a table: CSV with the columns site, device, model or kind, and name, name_en, interval_s, site_name, site_type, profile where wanted`,
        consumes: ['text/csv'],
        params: Exact({ park: Slug }),
        querystring: Exact({
          dryRun: Type.Optional(OneOf(['true', 'false'], { description: '`true`: only says what is wrong' })),
        }),
        body: Type.String({ description: 'CSV in UTF-8 or GB 18030; the header in English or Chinese' }),
        response: { 200: BatchAnswer, 201: BatchAnswer },
      },
    },
    async (request, reply) => {
      const { params, query, body } = request;
      const { devices, newSites, problems } = lookOver(body, params.park, registry, models);
      const looked = { devices: devices.length, newSites, problems };
      if (query.dryRun === 'true' || problems.length > 0) return reply.code(200).send({ ...looked, credentials: [] });
      const credentials = await makeAll(params.park, devices, newSites);
      for (const { park, device, site, kind } of devices) {
        const note = { what: 'device.add', where: `${park}/${device}`, after: { site, kind } } as const;
        await audit.note({ ...whoAndWhere(request), ...note });
      }
      return reply.code(201).send({ ...looked, credentials });
    },
  );
};

/** Spreadsheets in China write GB 18030 unless told; what is good UTF-8 is hardly ever anything else. */
function textOf(body: Buffer): string {
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(body);
    } catch {
      // The next one.
    }
  }
  throw new DaoyuError('BATCH_INVALID', 'the table is neither UTF-8 nor GB 18030');
}
