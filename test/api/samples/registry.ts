import { type Samples, WRONG_TOKEN } from './sample.ts';

const PROFILE = {
  label: { zh: '试验塘', en: 'trial pond' },
  author: 'the tests',
  kinds: ['aquaculture_pond'],
  bands: [{ field: 'dissolved_oxygen', target: [5, 12], warnBelow: 4, criticalBelow: 3, source: 'the tests' }],
};
const RING = [
  [107.8, 31.1],
  [107.81, 31.1],
  [107.81, 31.11],
  [107.8, 31.1],
];

export const registrySamples: Samples = {
  'get /api/v1/display': [{ path: '/api/v1/display', status: 200 }],
  'get /api/v1/kinds': [{ path: '/api/v1/kinds', status: 200 }],
  'get /api/v1/models': [{ path: '/api/v1/models', status: 200 }],
  'get /api/v1/parks': [{ path: '/api/v1/parks', status: 200 }],
  'post /api/v1/parks': [
    { path: '/api/v1/parks', status: 201, body: { park: 'moon', label: { zh: '月', en: 'moon' }, towns: [] } },
    { path: '/api/v1/parks', status: 409, body: { park: 'moon' } },
    { path: '/api/v1/parks', status: 400, body: { park: 'No slug' } },
  ],
  'patch /api/v1/parks/{park}': [
    { path: '/api/v1/parks/moon', status: 200, body: { label: { zh: '月球', en: 'the moon' } } },
    { path: '/api/v1/parks/mars', status: 400, body: { towns: [] } },
  ],
  'post /api/v1/sites': [
    { path: '/api/v1/sites', status: 201, body: { park: 'moon', site: 'sea', type: 'pond', boundary: null } },
    { path: '/api/v1/sites', status: 409, body: { park: 'moon', site: 'sea' } },
    { path: '/api/v1/sites', status: 400, body: { park: 'mars', site: 'sea' } },
  ],
  'delete /api/v1/parks/{park}': [
    { path: '/api/v1/parks/moon', status: 409 },
    { path: '/api/v1/parks/mars', status: 400 },
  ],
  'delete /api/v1/sites/{park}/{site}': [
    { path: '/api/v1/sites/moon/sea', status: 204 },
    { path: '/api/v1/sites/moon/sea', status: 404 },
    { path: '/api/v1/sites/daoyu/openapi-site', status: 409 },
  ],
  'patch /api/v1/sites/{park}/{site}': [
    {
      path: '/api/v1/sites/daoyu/openapi-site',
      status: 200,
      body: {
        stages: [{ from: '2026-05-10', profile: 'crab_pond' }],
        latitude: 31.1,
        longitude: 107.8,
        boundary: { type: 'Polygon', coordinates: [RING] },
      },
    },
    { path: '/api/v1/sites/daoyu/nowhere', status: 404, body: { latitude: null, longitude: null } },
    { path: '/api/v1/sites/daoyu/openapi-site', status: 400, body: { profile: 'nothing-such' } },
    { path: '/api/v1/sites/daoyu/openapi-site', status: 400, body: { colour: 'red' } },
  ],
  'put /api/v1/profiles/{name}': [
    { path: '/api/v1/profiles/trial_pond', status: 200, body: { ...PROFILE, version: 0 } },
    { path: '/api/v1/profiles/trial_pond', status: 409, body: { ...PROFILE, version: 0 } },
    { path: '/api/v1/profiles/trial_pond', status: 400, body: { ...PROFILE, version: 1, name: 'another' } },
  ],
  'delete /api/v1/demo': [
    { path: '/api/v1/demo', status: 200 },
    { path: '/api/v1/demo', status: 401, headers: WRONG_TOKEN },
  ],
};
