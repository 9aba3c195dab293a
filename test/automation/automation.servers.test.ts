import { describe, expect, it, onTestFinished } from 'vitest';
import type { AutomationAnswer } from '../../api/routes/automation.ts';
import { AUTOMATIC } from '../../automation/decide.ts';
import type { Command } from '../../commands/command.ts';
import { loadFaults } from '../../simulators/faults.ts';
import { loadModels } from '../../simulators/models.ts';
import { startRun } from '../../simulators/run.ts';
import { eventually } from '../eventually.ts';
import { runPlatform } from '../running-platform.ts';

describe('the automatic mode of the platform', { timeout: 60_000 }, () => {
  it('switches the aerator of a simulated pond over MQTT, gives way to a person, and is resumed', async () => {
    const { platform, get, post, put } = await runPlatform({ DAOYU_DEMO: 'no' });
    await post('/api/v1/parks', { park: 'tianyu' });
    const path = '/api/v1/devices/tianyu/station';
    const { password } = await post<{ password: string }>('/api/v1/devices', {
      ...{ park: 'tianyu', site: 'pond-1', device: 'station', kind: 'aquaculture_pond', intervalMs: 1000 },
    });
    const [models, faults] = await Promise.all([loadModels(), loadFaults()]);
    const run = startRun({
      ...{ kinds: platform.kinds, models, faults, url: platform.urls.mqtt.mqtt ?? '' },
      members: [
        { park: 'tianyu', site: 'pond-1', device: 'station', kind: 'aquaculture_pond', intervalMs: 500, password },
      ],
      ...{ seed: 'automation', from: Date.now(), speed: 1, clock: Date.now },
    });
    onTestFinished(() => run.close());
    type Row = { readonly values: { readonly aerator_on?: number; readonly dissolved_oxygen?: number } };
    const latest = async () => (await get<{ latest: Row[] }>('/api/v1/latest?device=station')).latest[0]?.values;
    const oxygen =
      (await eventually(latest, (values) => values?.dissolved_oxygen !== undefined))?.dissolved_oxygen ?? 0;
    const rule = async () => (await get<AutomationAnswer>(`${path}/automation`)).automation[0];
    expect(await rule()).toMatchObject({
      version: 0,
      isActive: false,
      onBelow: 4.5,
      offAbove: 6,
      standing: 'inactive',
    });
    const set = async (onBelow: number, offAbove: number) =>
      put<AutomationAnswer>(`${path}/automation/aerator`, {
        ...{ onBelow, offAbove, isActive: true, version: (await rule())?.version ?? 0 },
      });
    const runs = (isOn: boolean) => eventually(latest, (values) => values?.aerator_on === Number(isOn), 20_000);

    await set(oxygen + 3, oxygen + 6);
    await runs(true);
    await set(0.1, oxygen / 2);
    await runs(false);
    // A person is not overruled, though the rule would have it otherwise.
    await post(`${path}/commands/aerator`, { on: true });
    await runs(true);
    await eventually(rule, (now) => now?.standing === 'manual' && (now.until ?? 0) > Date.now() + 3_600_000);
    await post(`${path}/automation/aerator/resume`, {});
    await runs(false);
    const { commands } = await get<{ commands: Command[] }>(`${path}/commands`);
    expect(commands.map(({ by, value, state }) => [by === AUTOMATIC, value, state])).toEqual([
      [true, { on: false }, 'done'],
      [false, { on: true }, 'done'],
      [true, { on: false }, 'done'],
      [true, { on: true }, 'done'],
    ]);
    const { audit } = await get<{ audit: { what: string; after?: object }[] }>('/api/v1/audit?what=automation');
    expect(audit.map(({ what }) => what)).toEqual(['automation.resume', 'automation.change', 'automation.change']);
    expect(audit.at(-1)?.after).toMatchObject({ version: 1, isActive: true });
  });
});
