/** Examinations on a whole platform, over HTTP: begun once, followed, ended; kept after a restart. */
import { describe, expect, it } from 'vitest';
import type { Report } from '../../doctor/report.ts';
import { eventually } from '../eventually.ts';
import { newDataDir, runPlatform } from '../running-platform.ts';
import { findingsOf } from './patient.ts';

type Running = Awaited<ReturnType<typeof runPlatform>>;

const request = ({ platform }: Running, method: string, path: string) =>
  fetch(new URL(path, platform.urls.http), { method, headers: { authorization: `Bearer ${platform.token}` } });

const statusOf = async (...asked: Parameters<typeof request>) => (await request(...asked)).status;

const DEVICE = '/api/v1/devices/daoyu/patient';
const PATH = `${DEVICE}/doctor`;

describe('an examination', () => {
  it('is followed while it runs, ended on request, and kept', async () => {
    const DAOYU_DATA_DIR = newDataDir();
    const running = await runPlatform({ DAOYU_DATA_DIR });
    const credentials = await running.addDevice('patient', 'aquaculture_pond');
    expect(await statusOf(running, 'GET', PATH)).toBe(204);
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
    const response = await request(running, 'DELETE', PATH);
    const ended = (await response.json()) as Report;
    expect(ended).toMatchObject({ state: 'stopped', result: 'warning' });
    await client.endAsync(true);
    await running.platform.close();
    const again = await runPlatform({ DAOYU_DATA_DIR });
    expect(await again.get<Report>(PATH)).toEqual(ended);
  });

  it('is begun once, however many ask at the same moment', async () => {
    const running = await runPlatform();
    await running.addDevice('patient', 'aquaculture_pond');
    const asked = Array.from({ length: 5 }, () => running.post<Report>(PATH, { watchSeconds: 600 }));
    const outcomes = await Promise.allSettled(asked);
    const begun = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.id] : []));
    expect(begun).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(String(outcome.reason)).toMatch(/DOCTOR_RUNNING/);
    expect((await running.get<Report>(PATH)).id).toBe(begun[0]);
  });

  it('goes with its device, ended or under way', async () => {
    const running = await runPlatform();
    for (const isUnderWay of [false, true]) {
      await running.addDevice('patient', 'aquaculture_pond');
      expect(await statusOf(running, 'DELETE', PATH)).toBe(404);
      await running.post<Report>(PATH, { watchSeconds: 600 });
      if (!isUnderWay) await request(running, 'DELETE', PATH);
      expect(await statusOf(running, 'DELETE', DEVICE)).toBe(204);
      await eventually(
        () => statusOf(running, 'GET', PATH),
        (status) => status === 404,
      );
      // One of the same name is another device.
      await running.addDevice('patient', 'aquaculture_pond');
      expect(await statusOf(running, 'GET', PATH)).toBe(204);
      expect(await statusOf(running, 'DELETE', DEVICE)).toBe(204);
    }
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
