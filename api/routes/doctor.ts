/** Examines a device from the broker's side: begin, follow, end. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Doctor } from '../../doctor/doctor.ts';
import { actorOf } from '../actor.ts';
import { Report } from '../doctor-schemas.ts';
import { Exact, Slug, Text } from '../schemas.ts';

export interface DoctorRouteOptions {
  readonly doctor: Pick<Doctor, 'start' | 'find' | 'stop'>;
}

const DEFAULT_SECONDS = 900;
const LEAST_SECONDS = 5;
const MOST_SECONDS = 24 * 3600;
const params = Exact({ park: Slug, device: Slug });
const tags = ['doctor'];

export const doctorRoutes: FastifyPluginAsyncTypebox<DoctorRouteOptions> = async (app, { doctor }) => {
  app.post(
    '/devices/:park/:device/doctor',
    {
      config: {
        access: { right: 'operate', park: 'named' },
        audit: { what: 'doctor.start', asked: true },
        problems: ['DEVICE_UNKNOWN', 'DOCTOR_RUNNING', 'DOCTOR_BUSY'],
      },
      schema: {
        tags,
        summary:
          'Begins to examine a device from the broker’s side; `active` also withholds a PUBACK, delays and disconnects it',
        params,
        body: Exact({
          watchSeconds: Type.Optional(
            Type.Integer({
              minimum: LEAST_SECONDS,
              maximum: MOST_SECONDS,
              description: `how long, default ${DEFAULT_SECONDS}`,
            }),
          ),
          active: Type.Optional(Type.Boolean({ description: 'provoke the device; default false' })),
          by: Type.Optional(Text('name of the person who asks; absent: who is signed in', 64)),
        }),
        response: { 201: Report },
      },
    },
    async (request, reply) => {
      const { watchSeconds = DEFAULT_SECONDS, active = false, by } = request.body;
      const options = { watchMs: watchSeconds * 1000, isActive: active, by: actorOf(request, by) };
      return reply.code(201).send(await doctor.start(request.params, options));
    },
  );

  app.get(
    '/devices/:park/:device/doctor',
    {
      config: { access: { right: 'read', park: 'named' }, problems: ['DEVICE_UNKNOWN'] },
      schema: {
        tags,
        summary: 'The report of the examination under way, renewed every two to ten seconds, or of the last one',
        params,
        response: { 200: Report, 204: Type.Null({ description: 'the device was never examined' }) },
      },
    },
    async (request, reply) => {
      const report = await doctor.find(request.params);
      return report === undefined ? reply.code(204).send(null) : reply.send(report);
    },
  );

  app.delete(
    '/devices/:park/:device/doctor',
    {
      config: {
        access: { right: 'operate', park: 'named' },
        audit: { what: 'doctor.stop' },
        problems: ['DEVICE_UNKNOWN', 'REPORT_UNKNOWN'],
      },
      schema: { tags, summary: 'Ends the examination; answers with its report', params, response: { 200: Report } },
    },
    async (request) => doctor.stop(request.params),
  );
};
