import { type Samples, WRONG_TOKEN } from './sample.ts';

export const serviceSamples: Samples = {
  'get /healthz': [{ path: '/healthz', status: 200 }],
  'get /readyz': [
    { path: '/readyz', status: 200 },
    { path: '/readyz', status: 200, headers: WRONG_TOKEN },
  ],
  'get /metrics': [
    { path: '/metrics', status: 200 },
    { path: '/metrics', status: 401, headers: WRONG_TOKEN },
  ],
};
