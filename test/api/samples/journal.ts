import type { Samples } from './sample.ts';

export const journalSamples: Samples = {
  'get /api/v1/event-kinds': [{ path: '/api/v1/event-kinds', status: 200 }],
  'post /api/v1/events': [
    {
      path: '/api/v1/events',
      status: 201,
      body: {
        park: 'daoyu',
        site: 'openapi-site',
        kind: 'note',
        at: '-1h',
        by: 'openapi',
        note: 'rain',
        id: 'openapi-note',
      },
    },
    {
      path: '/api/v1/events',
      status: 201,
      body: {
        ...{ park: 'daoyu', site: 'openapi-site', kind: 'feeding', at: '-1h', by: 'openapi', values: { kg: 3 } },
        ...{ id: 'openapi-fed', supersedes: 'openapi-note' },
      },
    },
    {
      path: '/api/v1/events',
      status: 400,
      body: { park: 'daoyu', site: 'openapi-site', kind: 'feeding', by: 'openapi', values: {} },
    },
    {
      path: '/api/v1/events',
      status: 409,
      body: { park: 'daoyu', site: 'openapi-site', kind: 'note', by: 'openapi', supersedes: 'openapi-note' },
    },
    {
      path: '/api/v1/events',
      status: 404,
      body: { park: 'daoyu', site: 'openapi-site', kind: 'note', by: 'openapi', supersedes: 'openapi-nothing' },
    },
  ],
  'get /api/v1/events': [
    { path: '/api/v1/events', status: 200 },
    { path: '/api/v1/events?superseded=true&from=-1d', status: 200 },
    { path: '/api/v1/events?from=yesterday', status: 400 },
    { path: '/api/v1/events?park=nowhere', status: 400 },
    { path: '/api/v1/events?site=nowhere', status: 404 },
  ],
  'get /api/v1/seasons': [
    { path: '/api/v1/seasons', status: 200 },
    { path: '/api/v1/seasons?site=nowhere', status: 404 },
  ],
};
