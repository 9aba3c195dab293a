import { expect, it } from 'vitest';
import { grantsOf } from '../../cli/grants.ts';
import { runPlatform } from '../running-platform.ts';
import { runCommand } from './run-command.ts';

it('daoyu users and daoyu tokens make, list and remove; what is secret stands alone on a line, once', async () => {
  const { platform, dataDir, get } = await runPlatform();
  const environment = { DAOYU_HTTP_PORT: new URL(platform.urls.http).port, DAOYU_DATA_DIR: dataDir };
  const run = async (...args: readonly string[]) => {
    const command = runCommand(args, environment);
    return { code: await command.ended, printed: command.printed };
  };
  const [added, made] = await Promise.all([
    run('users', 'add', 'wang', '--name', '王建国', '--role', 'operator@daoyu', 'viewer'),
    run('tokens', 'add', 'grafana', '--role', 'viewer', '--days', '30'),
  ]);
  expect(added.printed).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/join\?code=[\w-]{32}$/m);
  expect(() => grantsOf({ role: ['king'] })).toThrow(/--role king must be viewer/);
  expect(() => grantsOf({ role: ['viewer@'] })).toThrow(/role @ a park/);
  const [token = ''] = /^daoyu_\S+$/m.exec(made.printed) ?? [];
  const asGrafana = (path: string) =>
    fetch(new URL(path, platform.urls.http), { headers: { authorization: `Bearer ${token}` } });
  expect((await asGrafana('/api/v1/latest')).status).toBe(200);
  expect((await asGrafana('/api/v1/users')).status).toBe(403);
  const { people } = await get<{ people: readonly object[] }>('/api/v1/users');
  expect(people).toMatchObject([
    {
      user: 'wang',
      name: '王建国',
      grants: [
        { role: 'viewer', park: '*' },
        { role: 'operator', park: 'daoyu' },
      ],
    },
  ]);
  const { tokens } = await get<{ tokens: readonly { id: string }[] }>('/api/v1/tokens');
  const revoked = await run('tokens', 'revoke', tokens[0]?.id ?? '');
  expect(revoked.code).toBe(0);
  expect((await asGrafana('/api/v1/latest')).status).toBe(401);
}, 90_000);
