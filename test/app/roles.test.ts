import { describe, expect, it } from 'vitest';
import { DaoyuError } from '../../base/errors.ts';
import { runPlatform } from '../running-platform.ts';

describe('roles on embedded parts', () => {
  it('are refused in a sentence that says what is missing', async () => {
    const refusal = await runPlatform({ DAOYU_ROLES: 'broker,api' }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DaoyuError);
    expect(refusal).toMatchObject({ code: 'ROLES_NEED_SERVERS' });
    expect(String(refusal)).toMatch(/DAOYU_BUS_URL=nats.*DAOYU_STORE_URL=influxdb/);
  });
});
