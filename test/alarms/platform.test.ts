import { expect, it } from 'vitest';
import type { Alarm, Transition } from '../../alarms/alarm.ts';
import { eventually } from '../eventually.ts';
import { runPlatform } from '../running-platform.ts';

interface Listed {
  readonly alarms: readonly Alarm[];
}

it('raises an alarm for a pond that lacks oxygen, shows it, and takes that somebody acknowledges it', async () => {
  const { addDevice, connect, get, post } = await runPlatform();
  const credentials = await addDevice('probe', 'aquaculture_pond', { intervalMs: 60_000 });
  const device = await connect(credentials);
  const now = Date.now();
  for (const minutes of [12, 10, 8, 6, 4, 2, 0]) {
    const reading = { time: now - minutes * 60_000, dissolved_oxygen: 2.1 - minutes / 100 };
    await device.publishAsync(credentials.topics.telemetry, JSON.stringify(reading), { qos: 1 });
  }
  const open = await eventually(
    () => get<Listed>('/api/v1/alarms?state=open&device=probe'),
    ({ alarms }) => alarms.length > 0,
  );
  expect(open.alarms).toHaveLength(1);
  const [alarm] = open.alarms;
  expect(alarm).toMatchObject({
    park: 'daoyu',
    site: 'test-site',
    device: 'probe',
    field: 'dissolved_oxygen',
    rule: 'dissolved_oxygen_low',
    class: 'process',
    severity: 'critical',
    isBlind: false,
    openedAt: now - 12 * 60_000,
    profile: { name: 'crab_pond', version: 1 },
  });
  expect(alarm?.text.zh).toContain('低于 3.0');
  const acknowledged = await post<Alarm>(`/api/v1/alarms/${alarm?.id}/acknowledge`, { note: '已开增氧机' });
  expect(acknowledged).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'operator', note: '已开增氧机' });
  const { transitions } = await get<{ readonly transitions: readonly Transition[] }>(
    `/api/v1/alarms/${alarm?.id}/transitions`,
  );
  expect(transitions.map(({ seq }) => seq)).toEqual(transitions.map((_, index) => index + 1));
  expect(transitions.at(-1)).toMatchObject({ change: 'acknowledged', by: 'operator' });
});
