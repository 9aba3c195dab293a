import type { Samples } from './sample.ts';

const IMPORT = '/api/v1/import?park=daoyu&device=probe';
const CORRECTION = {
  ...{ park: 'daoyu', device: 'probe', field: 'dissolved_oxygen', from: '-2h', to: '-1h' },
  ...{ method: { is: 'drift', startError: 0, endError: 0.4 }, reason: 'fouled', by: 'openapi' },
};

/** `recordId`: a record in quarantine that can be replayed once. */
export function readingSamples(recordId: string): Samples {
  return {
    'get /api/v1/latest': [
      { path: '/api/v1/latest', status: 200 },
      { path: '/api/v1/latest?device=nobody', status: 404 },
      { path: '/api/v1/latest?kind=fish', status: 400 },
    ],
    'get /api/v1/series': [
      { path: '/api/v1/series?kind=aquaculture_pond', status: 200 },
      { path: '/api/v1/series?kind=aquaculture_pond&every=5m&agg=mean,min,max,count', status: 200 },
      { path: '/api/v1/series?kind=aquaculture_pond&every=5m&quality=all', status: 200 },
      { path: '/api/v1/series?kind=aquaculture_pond&format=csv', status: 200 },
      { path: '/api/v1/series?kind=aquaculture_pond&format=csv&every=1h', status: 200 },
      { path: '/api/v1/series?kind=aquaculture_pond&from=yesterday', status: 400 },
      { path: '/api/v1/series?kind=aquaculture_pond&device=nobody', status: 404 },
      { path: '/api/v1/series', status: 400 },
    ],
    'get /api/v1/ledger': [
      { path: '/api/v1/ledger', status: 200 },
      { path: '/api/v1/ledger?park=X', status: 400 },
    ],
    'get /api/v1/quarantine': [
      { path: '/api/v1/quarantine', status: 200 },
      { path: '/api/v1/quarantine?limit=0', status: 400 },
    ],
    'get /api/v1/quarantine/{id}': [
      { path: `/api/v1/quarantine/${recordId}`, status: 200 },
      { path: '/api/v1/quarantine/nothing', status: 404 },
    ],
    'post /api/v1/quarantine/{id}/replay': [
      { path: `/api/v1/quarantine/${recordId}/replay`, status: 200 },
      { path: `/api/v1/quarantine/${recordId}/replay`, status: 409 },
      { path: '/api/v1/quarantine/nothing/replay', status: 404 },
    ],
    'post /api/v1/corrections': [
      { path: '/api/v1/corrections', status: 201, body: { ...CORRECTION, id: 'openapi-shift' } },
      { path: '/api/v1/corrections', status: 400, body: { ...CORRECTION, to: '-3h' } },
      { path: '/api/v1/corrections', status: 404, body: { ...CORRECTION, device: 'nobody' } },
      { path: '/api/v1/corrections', status: 409, body: { ...CORRECTION, id: 'openapi-shift', reason: 'another' } },
    ],
    'get /api/v1/corrections': [
      { path: '/api/v1/corrections?superseded=true', status: 200 },
      { path: '/api/v1/corrections?as_of=soon', status: 400 },
      { path: '/api/v1/corrections?device=nobody', status: 404 },
    ],
    'get /api/v1/derived-series': [{ path: '/api/v1/derived-series', status: 200 }],
    'get /api/v1/derived': [
      { path: '/api/v1/derived?series=oxygen_dawn_minimum&from=-3d', status: 200 },
      { path: '/api/v1/derived?series=oxygen_debt_hours&from=-3d&parameters=limit=3', status: 200 },
      { path: '/api/v1/derived?series=oxygen_debt_hours&from=-3d&window=season&format=csv', status: 200 },
      { path: '/api/v1/derived?series=happiness', status: 404 },
      { path: '/api/v1/derived?series=oxygen_debt_hours&parameters=base=1', status: 400 },
    ],
    'get /api/v1/statistics': [
      { path: '/api/v1/statistics?kind=aquaculture_pond&from=-3d&window=sun_night', status: 200 },
      { path: '/api/v1/statistics?kind=aquaculture_pond&from=-3d&stats=hours_below,p97.5&limit=4', status: 200 },
      { path: '/api/v1/statistics?kind=aquaculture_pond&from=-3d&window=noon&format=csv', status: 200 },
      { path: '/api/v1/statistics?kind=aquaculture_pond&stats=hours_below', status: 400 },
      { path: '/api/v1/statistics?kind=aquaculture_pond&stats=mode', status: 400 },
    ],
    'get /api/v1/export': [
      ...['csv', 'parquet', 'arrow', 'xlsx', 'datapackage', 'csv&describe=true'].map((format) => ({
        path: `/api/v1/export?kind=aquaculture_pond&from=-2h&format=${format}`,
        status: 200,
      })),
      { path: '/api/v1/export?kind=aquaculture_pond&from=-2h&format=csv&with=weather', status: 400 },
      { path: '/api/v1/export?kind=aquaculture_pond&from=-2h&format=csv&device=nobody', status: 404 },
    ],
    'post /api/v1/import': [
      { path: `${IMPORT}&dryRun=true`, status: 200, file: 'time,do\n2026-11-20 08:00,6.1\n' },
      { path: IMPORT, status: 422, file: 'time,do\n03/04/2026 08:00,6.1\n' },
      { path: IMPORT, status: 400, file: '<html>' },
      { path: `${IMPORT}x`, status: 404, file: 'time,do\n' },
    ],
    'get /api/v1/live': [
      { path: '/api/v1/live?after=0', status: 200 },
      { path: '/api/v1/live?after=x', status: 400 },
    ],
  };
}
