/** Examinations on a whole platform, over HTTP: begun once, followed, ended; kept after a restart. */
import { describe, expect, it } from 'vitest';
import type { Report } from '../../doctor/report.ts';
import { eventually } from '../eventually.ts';
import { newDataDir, runPlatform } from '../running-platform.ts';
import { findingsOf } from './patient.ts';

const PATH = '/api/v1/devices/daoyu/patient/doctor';

describe('an examination', () => {
  it('is followed while it runs, ended on request, and kept', async () => {
    const DAOYU_DATA_DIR = newDataDir();
    const running = await runPlatform({ DAOYU_DATA_DIR });
    const credentials = await running.addDevice('patient', 'aquaculture_pond');
    const begun = await running.post<Report>(PATH, { watchSeconds: 600, by: 'li' });
    expect(begun).toMatchObject({ state: 'running', by: 'li', isActive: false, result: 'unseen' });
    await expect(running.post(PATH, {})).rejects.toThrow(/DOCTOR_RUNNING/);
    const client = await running.connect(credentials);
    await client.publishAsync(credentials.topics.telemetry, JSON.stringify({ dissolved_oxygen: 6.4 }), { qos: 1 });
    const seen = await eventually(
      () => running.get<Report>(PATH),
      ({ sum }) => sum.acknowledged === 1,
    );
    expect(seen.state).toBe('running');
    expect(findingsOf(seen)).toEqual({ WILL_MISSING: 'warning', TIME_MISSING: 'warning' });
    const response = await fetch(new URL(PATH, running.platform.urls.http), {
      method: 'DELETE',
      headers: { authorization: `Bearer ${running.platform.token}` },
    });
    const ended = (await response.json()) as Report;
    expect(ended).toMatchObject({ state: 'stopped', result: 'warning' });
    await client.endAsync(true);
    await running.platform.close();
    const again = await runPlatform({ DAOYU_DATA_DIR });
    expect(await again.get<Report>(PATH)).toEqual(ended);
  });

  it('ends by itself', async () => {
    const running = await runPlatform();
    await running.addDevice('patient', 'aquaculture_pond');
    await running.post<Report>(PATH, { watchSeconds: 5 });
    const ended = await eventually(
      () => running.get<Report>(PATH),
      ({ state }) => state !== 'running',
      15_000,
    );
    expect(ended).toMatchObject({ state: 'finished', result: 'unseen' });
  });
});
