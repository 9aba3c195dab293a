/** Samples of reports and of what mails them; the channel that they name is one of the samples of alarms. */
import type { Samples } from './sample.ts';

export const reportSamples: Samples = {
  'get /api/v1/reports': [
    { path: '/api/v1/reports?report=daily&park=daoyu', status: 200 },
    { path: '/api/v1/reports?report=weekly&park=daoyu&lang=en&format=html', status: 200 },
    { path: '/api/v1/reports?report=season&park=daoyu&site=openapi-site', status: 409 },
    { path: '/api/v1/reports?report=trip&park=daoyu&device=second&from=-6h&to=now', status: 200 },
    { path: '/api/v1/reports?report=trip&park=daoyu&device=probe&from=-6h&to=now', status: 409 },
    { path: '/api/v1/reports?report=season&park=daoyu', status: 400 },
  ],
  'post /api/v1/reports/links': [
    { path: '/api/v1/reports/links', status: 201, body: { report: 'daily', park: 'daoyu', lang: 'en', days: 1 } },
    { path: '/api/v1/reports/links', status: 404, body: { report: 'season', park: 'daoyu', site: 'nowhere' } },
  ],
  'put /api/v1/report-schedules/{name}': [
    {
      path: '/api/v1/report-schedules/morning',
      status: 200,
      body: { report: 'daily', park: 'daoyu', at: '05:30', channel: 'letters', language: 'zh', isPdf: true },
    },
    {
      path: '/api/v1/report-schedules/morning',
      status: 400,
      body: { report: 'daily', park: 'daoyu', at: '25:30', channel: 'none', language: 'zh' },
    },
  ],
  'get /api/v1/report-schedules': [{ path: '/api/v1/report-schedules', status: 200 }],
  'delete /api/v1/report-schedules/{name}': [
    { path: '/api/v1/report-schedules/morning', status: 204 },
    { path: '/api/v1/report-schedules/morning', status: 404 },
  ],
};
