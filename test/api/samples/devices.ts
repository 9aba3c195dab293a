import { type Samples, WRONG_TOKEN } from './sample.ts';

const DEVICES = '/api/v1/devices';
const KEY = { 'idempotency-key': 'of the tests' };

export interface DeviceContext {
  /** The id of a command to `probe`. */
  readonly command: string;
  /** The credentials of `probe`. */
  readonly ofDevice: Readonly<Record<string, string>>;
}

export function deviceSamples({ command, ofDevice }: DeviceContext): Samples {
  return {
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
      { path: DEVICES, status: 401, body: {}, headers: WRONG_TOKEN },
    ],
    'patch /api/v1/devices/{park}/{device}': [
      { path: `${DEVICES}/daoyu/silent`, status: 200, body: { isRetired: true, isDisabled: true } },
      { path: `${DEVICES}/daoyu/nobody`, status: 404, body: { isDisabled: true } },
      { path: `${DEVICES}/daoyu/silent`, status: 400, body: {} },
    ],
    'post /api/v1/devices/{park}/{device}/observer': [
      { path: `${DEVICES}/daoyu/silent/observer`, status: 201, body: {} },
      { path: `${DEVICES}/daoyu/nobody/observer`, status: 404, body: {} },
    ],
    'delete /api/v1/devices/{park}/{device}/observer': [
      { path: `${DEVICES}/daoyu/silent/observer`, status: 204 },
      { path: `${DEVICES}/daoyu/nobody/observer`, status: 404 },
    ],
    'get /api/v1/devices/{park}/{device}/automation': [
      { path: `${DEVICES}/daoyu/probe/automation`, status: 200 },
      { path: `${DEVICES}/daoyu/nobody/automation`, status: 404 },
    ],
    'put /api/v1/devices/{park}/{device}/automation/{command}': [
      {
        path: `${DEVICES}/daoyu/probe/automation/aerator`,
        status: 200,
        body: { onBelow: 4, offAbove: 6, isActive: false, version: 0 },
      },
      {
        path: `${DEVICES}/daoyu/probe/automation/aerator`,
        status: 400,
        body: { onBelow: 6, offAbove: 6.1, isActive: false, version: 1 },
      },
      {
        path: `${DEVICES}/daoyu/probe/automation/aerator`,
        status: 409,
        body: { onBelow: 4, offAbove: 6, isActive: true, version: 0 },
      },
    ],
    'post /api/v1/devices/{park}/{device}/automation/{command}/resume': [
      { path: `${DEVICES}/daoyu/probe/automation/aerator/resume`, status: 200, body: {} },
      { path: `${DEVICES}/daoyu/probe/automation/feeder/resume`, status: 400, body: {} },
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
  };
}
