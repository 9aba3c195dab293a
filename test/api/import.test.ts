/** Files over HTTP on a running platform: by a person's right, through the log into store, ledger and audit trail. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSpool } from '../../imports/spool.ts';
import { eventually } from '../eventually.ts';
import { type RunningPlatform, runPlatform } from '../running-platform.ts';
import { bearer, runApi } from './running-api.ts';

const FILE = 'time,溶解氧(mg/L)\n2026-11-20 08:00,6.1\n2026-11-20 08:05,-127\n2026-11-20 08:10,6.3\n';

async function send({ platform }: RunningPlatform, query: string, body: string, headers: object = {}) {
  const response = await fetch(new URL(`/api/v1/import?park=daoyu&device=probe&${query}`, platform.urls.http), {
    method: 'POST',
    headers: { authorization: `Bearer ${platform.token}`, 'content-type': 'text/csv', ...headers },
    body,
  });
  return { status: response.status, text: await response.text() };
}

describe('POST /api/v1/import', () => {
  it('writes nothing in a dry run, then takes the file once, tells ledger and audit trail, and refuses what is open or not allowed', async () => {
    const running = await runPlatform();
    await running.addDevice('probe', 'aquaculture_pond');
    const dry = await send(running, 'dryRun=true', FILE);
    expect(JSON.parse(dry.text)).toMatchObject({ dryRun: true, counts: { rows: 3, new: 2, refused: 1 } });
    const before = await running.get<{ ledger: unknown[] }>('/api/v1/ledger?device=probe');
    expect(before.ledger).toEqual([]);
    const first = await send(running, 'name=pond.csv', FILE, { accept: 'application/x-ndjson' });
    const lines = first.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { is: string });
    expect(lines.at(-1)).toMatchObject({ is: 'result', counts: { rows: 3, new: 2, duplicate: 0, refused: 1 } });
    expect(lines.slice(0, -1).every(({ is }) => is === 'progress')).toBe(true);
    const again = await send(running, '', FILE);
    expect(JSON.parse(again.text)).toMatchObject({ counts: { rows: 3, new: 0, duplicate: 2, refused: 1 } });
    const { ledger } = await eventually(
      () => running.get<{ ledger: { pending: number; duplicate: number }[] }>('/api/v1/ledger?device=probe'),
      ({ ledger: [row] }) => row?.pending === 0 && row.duplicate === 2,
    );
    expect(ledger).toMatchObject([{ received: 6, stored: 2, duplicate: 2, quarantined: 2, pending: 0 }]);
    const { series } = await running.get<{ series: { points: unknown[] }[] }>(
      '/api/v1/series?kind=aquaculture_pond&device=probe&fields=dissolved_oxygen&from=2026-11-19T00:00:00Z',
    );
    expect(series[0]?.points).toMatchObject([
      [Date.parse('2026-11-20T08:00+08:00'), 6.1, ['late']],
      [Date.parse('2026-11-20T08:10+08:00'), 6.3, ['late']],
    ]);
    const { audit } = await eventually(
      () => running.get<{ audit: object[] }>('/api/v1/audit?what=readings.import'),
      (answer) => answer.audit.length === 2,
    );
    expect(audit[1]).toMatchObject({
      ...{ what: 'readings.import', park: 'daoyu', where: 'probe' },
      after: { name: 'pond.csv', rows: 3, new: 2, refused: 1 },
    });
    const { alarms } = await running.get<{ alarms: unknown[] }>('/api/v1/alarms?device=probe');
    expect(alarms).toEqual([]);

    // What the file leaves open is asked; an operator may not.
    const open = await send(running, '', 'time,do\n03/04/2026 08:00,6.1\n');
    expect(open.status).toBe(422);
    expect(JSON.parse(open.text)).toMatchObject({ code: 'IMPORT_UNDECIDED' });
    const told = await send(running, '', 'time,do\n03/04/2026 08:00,6.1\n', { accept: 'application/x-ndjson' });
    expect(JSON.parse(told.text)).toMatchObject({ is: 'problem', code: 'IMPORT_UNDECIDED', status: 422 });
    const broken = await send(running, 'columns=%7B', FILE);
    expect(JSON.parse(broken.text)).toMatchObject({ code: 'REQUEST_INVALID' });
    const { token } = await running.post<{ token: string }>('/api/v1/tokens', {
      ...{ name: 'viewer', days: 1, grants: [{ role: 'operator', park: 'daoyu' }] },
    });
    const refused = await send(running, '', FILE, { authorization: `Bearer ${token}` });
    expect(refused.status).toBe(403);
  });

  it('says that a file is too large', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'daoyu-spool-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const { send: inject } = await runApi({ spool: createSpool(folder, 20) });
    const answer = await inject({
      ...{ method: 'POST', url: '/api/v1/import?park=tianyu&device=probe', payload: FILE },
      headers: { ...bearer, 'content-type': 'text/csv' },
    });
    expect(answer.json()).toMatchObject({ status: 413, code: 'IMPORT_TOO_LARGE' });
  });
});
