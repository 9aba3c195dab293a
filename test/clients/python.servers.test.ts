/** The client for Python against a real platform: by itself, and with pandas, pyarrow and openpyxl on what it exports. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';
import { hasProgram, requireOrSkip } from '../require.ts';
import { runPlatform } from '../running-platform.ts';

const CLIENT = fileURLToPath(new URL('../../clients/python', import.meta.url));
const SCRIPT = fileURLToPath(new URL('python_client.py', import.meta.url));
const pandas = process.env.DAOYU_TEST_PANDAS;
const hasPandas = requireOrSkip('pandas (.ci/pandas, DAOYU_TEST_PANDAS)', pandas !== undefined);

it.runIf(requireOrSkip('python3', hasProgram('python3')))(
  'python reads what was measured: instants, units, flags, coverage, events, corrections, every format',
  async () => {
    const running = await runPlatform();
    await running.addDevice('probe', 'aquaculture_pond');
    const start = Date.now() - 3 * 86_400_000;
    const rows = Array.from({ length: 864 }, (_, index) => {
      const oxygen = index === 400 ? 19 : 6 + Math.sin(index / 40) + index / 10_000;
      return `${new Date(start + index * 300_000).toISOString()},${oxygen},${24 + Math.sin(index / 99)}`;
    });
    const imported = await fetch(new URL('/api/v1/import?park=daoyu&device=probe', running.platform.urls.http), {
      method: 'POST',
      headers: { authorization: `Bearer ${running.platform.token}` },
      body: `time,溶解氧(mg/L),水温(℃)\n${rows.join('\n')}\n`,
    });
    expect(await imported.json()).toMatchObject({ counts: { rows: 864, new: 864 } });
    await running.post('/api/v1/events', {
      ...{ park: 'daoyu', site: 'test-site', kind: 'feeding', at: '-1d', values: { kg: 12 }, by: 'li' },
    });
    await running.post('/api/v1/corrections', {
      ...{ park: 'daoyu', device: 'probe', field: 'water_temperature', from: '-2d', to: '-1d', by: 'li' },
      ...{ method: { is: 'offset', add: 0.5 }, reason: 'checked by hand' },
    });
    await eventually(
      () => running.get<{ ledger: { pending: number }[] }>('/api/v1/ledger?device=probe'),
      ({ ledger }) => ledger[0]?.pending === 0,
    );
    const folder = mkdtempSync(join(tmpdir(), 'daoyu-python-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const { platform } = running;
    const child = spawn(
      'python3',
      [SCRIPT, platform.urls.http, platform.token, folder, ...(hasPandas ? ['pandas'] : [])],
      {
        env: {
          ...process.env,
          PYTHONPATH: [CLIENT, ...(pandas ? [pandas] : [])].join(delimiter),
          PYTHONDONTWRITEBYTECODE: '1',
        },
      },
    );
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += String(chunk)));
    const [code] = (await once(child, 'close')) as [number];
    expect(`${printed}${code}`).toBe('all right\n0');
  },
  60_000,
);
