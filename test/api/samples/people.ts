import { type Samples, WRONG_TOKEN } from './sample.ts';

const GRANTS = [{ role: 'viewer', park: 'daoyu' }];
const SHARED = { park: 'daoyu', site: 'openapi-site', kind: 'aquaculture_pond' };

export const peopleSamples: Samples = {
  'get /api/v1/session': [
    { path: '/api/v1/session', status: 200 },
    { path: '/api/v1/session', status: 401, headers: WRONG_TOKEN },
  ],
  'get /api/v1/me': [
    { path: '/api/v1/me', status: 200 },
    { path: '/api/v1/me', status: 401, headers: WRONG_TOKEN },
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
  'post /api/v1/me/second-factor': [{ path: '/api/v1/me/second-factor', status: 403, body: { password: 'of nobody' } }],
  'put /api/v1/me/second-factor': [{ path: '/api/v1/me/second-factor', status: 403, body: { code: '123456' } }],
  'post /api/v1/me/second-factor/off': [
    { path: '/api/v1/me/second-factor/off', status: 403, body: { password: 'of nobody', code: '123456' } },
  ],
  'delete /api/v1/users/{user}/second-factor': [
    { path: '/api/v1/users/li/second-factor', status: 409 },
    { path: '/api/v1/users/nobody/second-factor', status: 404 },
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
};
