import type { Samples } from './sample.ts';

const PLAN = {
  ...{ people: [], shifts: [], exceptions: [], steps: [{ afterMinutes: 0, who: 'everyone' }] },
  repeatMinutes: { critical: 10, warning: 240 },
};

const PROFILE = {
  name: 'crab_pond',
  label: { zh: '试验塘', en: 'trial pond' },
  author: 'the tests',
  kinds: ['aquaculture_pond'],
  bands: [{ field: 'dissolved_oxygen', warnBelow: 4, criticalBelow: 3, source: 'the tests' }],
};

/** `alarm`: the id of an open alarm. */
export function alarmSamples(alarm: string): Samples {
  const alarms = '/api/v1/alarms';
  const inAnHour = Date.now() + 3_600_000;
  return {
    'get /api/v1/channels': [{ path: '/api/v1/channels', status: 200 }],
    'put /api/v1/channels/{name}': [
      {
        path: '/api/v1/channels/group',
        status: 200,
        body: { kind: 'wecom', settings: { key: 'a-key', endpoint: 'http://127.0.0.1:9' } },
      },
      { path: '/api/v1/channels/group', status: 400, body: { kind: 'wecom', settings: { token: 'x' } } },
      {
        path: '/api/v1/channels/letters',
        status: 200,
        body: { kind: 'email', settings: { url: 'smtp://127.0.0.1:9', from: 'a@example.com', to: ['b@example.com'] } },
      },
    ],
    'post /api/v1/channels/{name}/test': [
      { path: '/api/v1/channels/none/test', status: 404 },
      { path: '/api/v1/channels/group/test', status: 200 },
    ],
    'delete /api/v1/channels/{name}': [
      { path: '/api/v1/channels/group', status: 204 },
      { path: '/api/v1/channels/group', status: 404 },
    ],
    'get /api/v1/alarm-plan': [{ path: '/api/v1/alarm-plan', status: 200 }],
    'put /api/v1/alarm-plan': [
      { path: '/api/v1/alarm-plan', status: 200, body: PLAN },
      { path: '/api/v1/alarm-plan', status: 400, body: { ...PLAN, people: [{ name: 'x', channels: ['none'] }] } },
    ],
    'get /api/v1/alarms/{id}/notices': [{ path: `${alarms}/${alarm}/notices`, status: 200 }],
    'get /api/v1/alarms': [
      { path: alarms, status: 200 },
      { path: `${alarms}?park=platform&state=open&from=-24h&to=now&limit=10`, status: 200 },
      { path: `${alarms}?state=asleep`, status: 400 },
      { path: `${alarms}?device=nobody`, status: 404 },
    ],
    'get /api/v1/alarms/{id}/transitions': [
      { path: `${alarms}/${alarm}/transitions`, status: 200 },
      { path: `${alarms}/0000000000000-0000000000/transitions`, status: 404 },
    ],
    'get /api/v1/alarms/report': [
      { path: `${alarms}/report`, status: 200 },
      { path: `${alarms}/report?park=nowhere`, status: 400 },
      { path: `${alarms}/report?from=yesterday`, status: 400 },
    ],
    'get /api/v1/alarms/log.csv': [
      { path: `${alarms}/log.csv?from=-1h`, status: 200 },
      { path: `${alarms}/log.csv?from=now&to=-1h`, status: 400 },
    ],
    'post /api/v1/alarms/what-if': [
      {
        path: `${alarms}/what-if`,
        status: 200,
        body: { park: 'daoyu', site: 'openapi-site', profile: PROFILE, from: '-1d' },
      },
      { path: `${alarms}/what-if`, status: 404, body: { park: 'daoyu', site: 'nowhere', profile: PROFILE } },
      { path: `${alarms}/what-if`, status: 400, body: { park: 'daoyu', site: 'openapi-site' } },
    ],
    'post /api/v1/alarms/test': [
      { path: `${alarms}/test`, status: 200, body: { severity: 'warning' } },
      { path: `${alarms}/test`, status: 400, body: { severity: 'grave' } },
    ],
    'post /api/v1/alarms/{id}/acknowledge': [
      { path: `${alarms}/${alarm}/acknowledge`, status: 200, body: { note: 'on my way' } },
      { path: `${alarms}/0000000000000-0000000000/acknowledge`, status: 404, body: {} },
      { path: `${alarms}/${alarm}/acknowledge`, status: 400, body: { who: 'me' } },
    ],
    'post /api/v1/alarms/{id}/shelve': [
      {
        path: `${alarms}/${alarm}/shelve`,
        status: 200,
        body: { until: inAnHour, reason: 'the aerator is being mended' },
      },
      { path: `${alarms}/${alarm}/shelve`, status: 400, body: { until: inAnHour } },
      { path: `${alarms}/${alarm}/shelve`, status: 400, body: { until: 9e12, reason: 'for ever' } },
    ],
    'get /api/v1/alarms/live': [{ path: `${alarms}/live`, status: 200 }],
    'post /api/v1/maintenance': [
      {
        path: '/api/v1/maintenance',
        status: 202,
        body: { park: 'daoyu', site: 'openapi-site', until: inAnHour, reason: 'cleaning' },
      },
      {
        path: '/api/v1/maintenance',
        status: 404,
        body: { park: 'daoyu', site: 'nowhere', until: inAnHour, reason: 'cleaning' },
      },
    ],
  };
}
