import Schema from 'typebox/schema';
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { connectMqtt, type RunningPlatform, runPlatform } from '../running-platform.ts';
import { runApi } from './running-api.ts';

interface Media {
  readonly schema: object;
}
interface Answer {
  readonly description: string;
  readonly content?: Readonly<Record<string, Media>>;
}
type Operation = { readonly responses: Readonly<Record<string, Answer>> };
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Sample {
  readonly path: string;
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is. */
  readonly file?: string;
}

const DEVICES = '/api/v1/devices';
const IMPORT = '/api/v1/import?park=daoyu&device=probe';
const KEY = { 'idempotency-key': 'of the tests' };
const GRANTS = [{ role: 'viewer', park: 'daoyu' }];
const SHARED = { park: 'daoyu', site: 'openapi-site', kind: 'aquaculture_pond' };
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

const PLAN = {
  ...{ people: [], shifts: [], exceptions: [], steps: [{ afterMinutes: 0, who: 'everyone' }] },
  repeatMinutes: { critical: 10, warning: 240 },
};

/** Whatever is answered, at least once of each route: first what is well, then what the route refuses. */
function samplesOf(
  recordId: string,
  alarm: string,
  command: string,
  ofDevice: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly Sample[]>> {
  const alarms = '/api/v1/alarms';
  const inAnHour = Date.now() + 3_600_000;
  const strange = { authorization: 'Bearer guess' };
  return {
    'get /healthz': [{ path: '/healthz', status: 200 }],
    'get /api/v1/channels': [{ path: '/api/v1/channels', status: 200 }],
    'put /api/v1/channels/{name}': [
      {
        path: '/api/v1/channels/group',
        status: 200,
        body: { kind: 'wecom', settings: { key: 'a-key', endpoint: 'http://127.0.0.1:9' } },
      },
      { path: '/api/v1/channels/group', status: 400, body: { kind: 'wecom', settings: { token: 'x' } } },
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
    'get /readyz': [
      { path: '/readyz', status: 200 },
      { path: '/readyz', status: 200, headers: strange },
    ],
    'get /metrics': [
      { path: '/metrics', status: 200 },
      { path: '/metrics', status: 401, headers: strange },
    ],
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
    'get /api/v1/devices': [
      { path: DEVICES, status: 200 },
      { path: `${DEVICES}?kind=fish`, status: 400 },
      { path: `${DEVICES}?site=nowhere`, status: 404 },
    ],
    'post /api/v1/devices': [
      {
        path: DEVICES,
        status: 201,
        body: { park: 'daoyu', site: 'openapi-site', device: 'second', kind: 'cold_chain' },
      },
      {
        path: DEVICES,
        status: 409,
        body: { park: 'daoyu', site: 'openapi-site', device: 'probe', kind: 'cold_chain' },
      },
      { path: DEVICES, status: 400, body: { park: 'mars', site: 'openapi-site', device: 'x', kind: 'cold_chain' } },
      { path: DEVICES, status: 401, body: {}, headers: strange },
    ],
    'patch /api/v1/devices/{park}/{device}': [
      { path: `${DEVICES}/daoyu/silent`, status: 200, body: { isRetired: true, isDisabled: true } },
      { path: `${DEVICES}/daoyu/nobody`, status: 404, body: { isDisabled: true } },
      { path: `${DEVICES}/daoyu/silent`, status: 400, body: {} },
    ],
    'post /api/v1/devices/{park}/{device}/credentials': [
      { path: `${DEVICES}/daoyu/silent/credentials`, status: 201, body: {} },
      { path: `${DEVICES}/daoyu/nobody/credentials`, status: 404, body: {} },
    ],
    'put /api/v1/devices/{park}/{device}/mapping': [
      {
        path: `${DEVICES}/daoyu/probe/mapping`,
        status: 200,
        body: { keys: { rong_yang: 'dissolved_oxygen', T: { field: 'water_temperature', scale: 0.1 }, rssi: null } },
      },
      { path: `${DEVICES}/daoyu/nobody/mapping`, status: 404, body: {} },
      { path: `${DEVICES}/daoyu/probe/mapping`, status: 400, body: { keys: { DO: 'oxygen' } } },
    ],
    'post /api/v1/devices/{park}/{device}/mapping/try': [
      { path: `${DEVICES}/daoyu/probe/mapping/try`, status: 200, body: { payload: { dissolved_oxygen: 6.4, x: 1 } } },
      { path: `${DEVICES}/daoyu/nobody/mapping/try`, status: 404, body: { payload: {} } },
      { path: `${DEVICES}/daoyu/probe/mapping/try`, status: 400, body: {} },
    ],
    'post /api/v1/intake': [
      { path: '/api/v1/intake', status: 401, body: {} },
      { path: '/api/v1/intake', status: 200, body: { dissolved_oxygen: 6.4 }, headers: ofDevice },
      { path: '/api/v1/intake', status: 422, body: { dissolved_oxygen: 64 }, headers: ofDevice },
    ],
    'post /api/v1/intake/{format}': [
      { path: '/api/v1/intake/tts', status: 200, body: { ph: 7.1 }, headers: ofDevice },
      { path: '/api/v1/intake/T-T-S', status: 400, body: {}, headers: ofDevice },
    ],
    'post /api/v1/devices/{park}/{device}/doctor': [
      { path: `${DEVICES}/daoyu/probe/doctor`, status: 201, body: { watchSeconds: 600 } },
      { path: `${DEVICES}/daoyu/probe/doctor`, status: 409, body: {} },
      { path: `${DEVICES}/daoyu/nobody/doctor`, status: 404, body: {} },
      { path: `${DEVICES}/daoyu/probe/doctor`, status: 400, body: { watchSeconds: 1 } },
    ],
    'get /api/v1/devices/{park}/{device}/doctor': [
      { path: `${DEVICES}/daoyu/probe/doctor`, status: 200 },
      { path: `${DEVICES}/daoyu/silent/doctor`, status: 204 },
      { path: `${DEVICES}/daoyu/nobody/doctor`, status: 404 },
    ],
    'delete /api/v1/devices/{park}/{device}/doctor': [{ path: `${DEVICES}/daoyu/probe/doctor`, status: 200 }],
    'post /api/v1/devices/{park}/{device}/commands/{name}': [
      { path: `${DEVICES}/daoyu/probe/commands/aerator`, status: 202, body: { on: true }, headers: { ...KEY } },
      { path: `${DEVICES}/daoyu/probe/commands/aerator`, status: 409, body: { on: false }, headers: { ...KEY } },
      { path: `${DEVICES}/daoyu/probe/commands/aerator?raw=true`, status: 202, body: { on: true } },
      { path: `${DEVICES}/daoyu/probe/commands/aerator?expiresInSeconds=0`, status: 400, body: {} },
      { path: `${DEVICES}/daoyu/nobody/commands/aerator`, status: 404, body: {} },
    ],
    'get /api/v1/devices/{park}/{device}/commands': [
      { path: `${DEVICES}/daoyu/probe/commands?limit=1`, status: 200 },
      { path: `${DEVICES}/daoyu/probe/commands?limit=0`, status: 400 },
      { path: `${DEVICES}/daoyu/nobody/commands`, status: 404 },
    ],
    'get /api/v1/devices/{park}/{device}/commands/{id}': [
      { path: `${DEVICES}/daoyu/probe/commands/${command}`, status: 200 },
      { path: `${DEVICES}/daoyu/probe/commands/0000000000000-000000000000`, status: 404 },
    ],
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
    'get /api/v1/session': [
      { path: '/api/v1/session', status: 200 },
      { path: '/api/v1/session', status: 401, headers: strange },
    ],
    'get /api/v1/me': [
      { path: '/api/v1/me', status: 200 },
      { path: '/api/v1/me', status: 401, headers: strange },
    ],
    // A program has no password.
    'post /api/v1/me/password': [{ path: '/api/v1/me/password', status: 403, body: { current: 'x', next: 'y' } }],
    'get /api/v1/users': [{ path: '/api/v1/users', status: 200 }],
    'post /api/v1/users': [
      { path: '/api/v1/users', status: 201, body: { user: 'li', name: '李', grants: GRANTS } },
      { path: '/api/v1/users', status: 409, body: { user: 'li', name: '李', grants: GRANTS } },
      { path: '/api/v1/users', status: 400, body: { user: 'L I', name: '李', grants: GRANTS } },
    ],
    'patch /api/v1/users/{user}': [
      { path: '/api/v1/users/li', status: 200, body: { name: '李四' } },
      { path: '/api/v1/users/nobody', status: 404, body: { name: 'x' } },
    ],
    'post /api/v1/users/{user}/link': [
      { path: '/api/v1/users/li/link', status: 201 },
      { path: '/api/v1/users/nobody/link', status: 404 },
    ],
    'delete /api/v1/users/{user}/sessions': [
      { path: '/api/v1/users/li/sessions', status: 204 },
      { path: '/api/v1/users/nobody/sessions', status: 404 },
    ],
    'get /api/v1/invitations': [{ path: '/api/v1/invitations', status: 200 }],
    'post /api/v1/invitations': [
      { path: '/api/v1/invitations', status: 201, body: { grants: GRANTS } },
      { path: '/api/v1/invitations', status: 400, body: { grants: [] } },
    ],
    'delete /api/v1/invitations/{id}': [{ path: '/api/v1/invitations/nothing', status: 404 }],
    'delete /api/v1/users/{user}': [
      { path: '/api/v1/users/li', status: 204 },
      { path: '/api/v1/users/li', status: 404 },
    ],
    'get /api/v1/tokens': [{ path: '/api/v1/tokens', status: 200 }],
    'post /api/v1/tokens': [
      { path: '/api/v1/tokens', status: 201, body: { name: 'grafana', grants: GRANTS, days: 30 } },
      { path: '/api/v1/tokens', status: 400, body: { name: 'grafana', grants: GRANTS, days: 0 } },
    ],
    'delete /api/v1/tokens/{id}': [
      { path: '/api/v1/tokens/nothing', status: 404 },
      { path: '/api/v1/tokens/installation', status: 409 },
    ],
    'get /api/v1/screens': [{ path: '/api/v1/screens', status: 200 }],
    'post /api/v1/screens': [{ path: '/api/v1/screens', status: 201, body: { name: '值班室' } }],
    'post /api/v1/screens/{id}/link': [{ path: '/api/v1/screens/nothing/link', status: 404 }],
    'delete /api/v1/screens/{id}': [{ path: '/api/v1/screens/nothing', status: 404 }],
    'get /api/v1/shares': [{ path: '/api/v1/shares', status: 200 }],
    'post /api/v1/shares': [
      { path: '/api/v1/shares', status: 201, body: { ...SHARED, title: 'the pond', lastHours: 6 } },
      { path: '/api/v1/shares', status: 404, body: { ...SHARED, site: 'nowhere', title: 'x' } },
      { path: '/api/v1/shares', status: 400, body: { ...SHARED, title: 'x', from: 2, to: 1 } },
    ],
    'delete /api/v1/shares/{id}': [{ path: '/api/v1/shares/nothing', status: 404 }],
    'get /api/v1/sessions': [{ path: '/api/v1/sessions', status: 200 }],
    'delete /api/v1/sessions/{id}': [{ path: '/api/v1/sessions/nothing', status: 404 }],
    'get /api/v1/audit': [
      { path: '/api/v1/audit?what=device&limit=5', status: 200 },
      { path: '/api/v1/audit?format=csv', status: 200 },
      { path: '/api/v1/audit?limit=0', status: 400 },
    ],
    'post /api/v1/parks/{park}/devices': [
      {
        path: '/api/v1/parks/daoyu/devices?dryRun=true',
        status: 200,
        body: 'site,device,kind\npond-x,,aquaculture_pond',
        headers: { 'content-type': 'text/csv' },
      },
      {
        path: '/api/v1/parks/daoyu/devices',
        status: 201,
        body: 'site,device,kind\nopenapi-site,of-a-table,aquaculture_pond',
        headers: { 'content-type': 'text/csv' },
      },
      {
        path: '/api/v1/parks/daoyu/devices',
        status: 400,
        body: 'colour\nred',
        headers: { 'content-type': 'text/csv' },
      },
    ],
    'get /api/v1/devices/{park}/{device}/removal': [
      { path: `${DEVICES}/daoyu/silent/removal`, status: 200 },
      { path: `${DEVICES}/daoyu/nowhere/removal`, status: 404 },
    ],
    'delete /api/v1/devices/{park}/{device}': [
      { path: `${DEVICES}/daoyu/silent`, status: 204 },
      { path: `${DEVICES}/daoyu/silent`, status: 404 },
    ],
    'delete /api/v1/demo': [
      { path: '/api/v1/demo', status: 200 },
      { path: '/api/v1/demo', status: 401, headers: strange },
    ],
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
    'get /api/v1/live': [
      { path: '/api/v1/live?after=0', status: 200 },
      { path: '/api/v1/live?after=x', status: 400 },
    ],
  };
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const CORRECTION = {
  ...{ park: 'daoyu', device: 'probe', field: 'dissolved_oxygen', from: '-2h', to: '-1h' },
  ...{ method: { is: 'drift', startError: 0, endError: 0.4 }, reason: 'fouled', by: 'openapi' },
};

describe('the OpenAPI document', () => {
  it('describes what every route really answers, to the last member', async () => {
    const running = await runPlatform();
    const probe = await running.addDevice('probe', 'aquaculture_pond', { site: 'openapi-site' });
    await running.addDevice('silent', 'paddy_water', { site: 'openapi-field' });
    const client = await connectMqtt(running.platform.urls.mqtt.mqtt ?? '', probe);
    const now = Date.now();
    const readings = Array.from({ length: 40 }, (_, index) => ({
      time: now - (40 - index) * 60_000,
      seq: index,
      dissolved_oxygen: index === 20 ? 19 : 6.4,
      water_temperature: 24,
    }));
    await client.publishAsync(probe.topics.telemetry, JSON.stringify(readings), { qos: 1 });
    await client.publishAsync(probe.topics.telemetry, '{"rong_yang": 6.1}', { qos: 1 });
    await client.publishAsync(probe.topics.telemetry, '{', { qos: 1 });
    const gasping = await running.addDevice('gasping', 'aquaculture_pond', { site: 'openapi-pond' });
    const suffocating = [20, 15, 10, 5, 0].map((minutes) => ({
      time: now - minutes * 60_000,
      dissolved_oxygen: 2 - minutes / 100,
    }));
    const other = await connectMqtt(running.platform.urls.mqtt.mqtt ?? '', gasping);
    await other.publishAsync(gasping.topics.telemetry, JSON.stringify(suffocating), { qos: 1 });
    const { alarms } = await eventually(
      () => running.get<{ alarms: { id: string }[] }>('/api/v1/alarms?device=gasping'),
      (answer) => answer.alarms.length === 1,
    );
    interface Kept {
      readonly quarantine: readonly { readonly id: string; readonly reason: { readonly field?: string } }[];
    }
    let kept: Kept['quarantine'] = [];
    await eventually(async () => {
      kept = (await running.get<Kept>('/api/v1/quarantine')).quarantine;
      const { ledger } = await running.get<{ ledger: { pending: number }[] }>('/api/v1/ledger');
      return kept.length >= 2 && ledger.every(({ pending }) => pending === 0);
    });
    const { id } = await running.post<{ id: string }>(`${DEVICES}/daoyu/probe/commands/valve`, { percent: 40 });
    const samples = samplesOf(
      kept.find(({ reason }) => reason.field === 'rong_yang')?.id ?? '',
      alarms[0]?.id ?? '',
      id,
      { authorization: `Bearer ${probe.username}.${probe.password}` },
    );
    const document = await running.get<Document>('/docs/json');
    expect(document.openapi).toMatch(/^3\.1/);
    // A route without a sample, and a sample of a route that is gone.
    expect(operationsOf(document)).toEqual(Object.keys(samples).sort());
    const breaches: string[] = [];
    for (const [operation, each] of Object.entries(samples)) {
      const [method = '', path = ''] = operation.split(' ');
      const { responses } = document.paths[path]?.[method] ?? { responses: {} };
      for (const sample of each) {
        const { status, type, text } = await ask(running, method, sample);
        const name = `${method} ${sample.path} → ${status} ${type}`;
        if (status !== sample.status) breaches.push(`${name}, not ${sample.status}: ${text.slice(0, 300)}`);
        const answer = responses[status];
        // Nothing to hold against a schema.
        if (status === 204 && text === '' && answer !== undefined) continue;
        const schema = answer?.content?.[type]?.schema;
        if (schema === undefined) {
          breaches.push(`${name} is not documented`);
          continue;
        }
        const isJson = /json$/.test(type);
        const value: unknown = isJson ? JSON.parse(text) : text;
        const [isRight, errors] = Schema.Errors(schema as never, value);
        if (!isRight) breaches.push(`${name}: ${JSON.stringify(errors.slice(0, 3))}`);
        const { code } = (isJson ? value : {}) as { code?: string };
        if (type === 'application/problem+json' && !answer?.description.includes(`\`${code}\``))
          breaches.push(`${name}: ${code} is not among ${answer?.description}`);
      }
    }
    expect(breaches).toEqual([]);
  });

  it('says of every answer what it holds: no schema takes anything', async () => {
    const { get } = await runApi();
    const document = (await get('/docs/json')).json<Document>();
    const loose: string[] = [];
    const walk = (schema: unknown, at: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const { type, properties, additionalProperties, patternProperties, items, anyOf, prefixItems, ...rest } =
        schema as Record<string, unknown>;
      const says = type ?? anyOf ?? rest.enum ?? rest.const;
      if (says === undefined) loose.push(at);
      if (type === 'object' && properties !== undefined && additionalProperties !== false) loose.push(`${at} (open)`);
      for (const [name, each] of Object.entries({ ...(properties as object), ...(patternProperties as object) }))
        walk(each, `${at}.${name}`);
      if (Array.isArray(anyOf)) anyOf.forEach((each, index) => void walk(each, `${at}|${index}`));
      if (type === 'array' && items === undefined && prefixItems === undefined) loose.push(`${at} (items)`);
      walk(items, `${at}[]`);
    };
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, { responses }] of Object.entries(methods))
        for (const [status, { content = {} }] of Object.entries(responses))
          for (const [type, { schema }] of Object.entries(content)) walk(schema, `${method} ${path} ${status} ${type}`);
    expect(loose).toEqual([]);
  });
});

function operationsOf({ paths }: Document): readonly string[] {
  return Object.entries(paths)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
    .filter((name) => METHODS.includes(name.split(' ')[0] ?? ''))
    .sort();
}

async function ask(running: RunningPlatform, method: string, { path, body, headers, file }: Sample) {
  const stopping = new AbortController();
  const response = await fetch(new URL(path, running.platform.urls.http), {
    method: method.toUpperCase(),
    signal: stopping.signal,
    headers: {
      authorization: `Bearer ${running.platform.token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: headers?.['content-type'] === 'text/csv' ? String(body) : JSON.stringify(body) }),
    ...(file !== undefined && { body: file }),
  });
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
  if (type !== 'text/event-stream') return { status: response.status, type, text: await response.text() };
  // It does not end by itself.
  const reader = response.body?.getReader();
  const first = await reader?.read();
  stopping.abort();
  return { status: response.status, type, text: new TextDecoder().decode(first?.value) };
}
