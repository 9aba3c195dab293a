import { describe, expect, it } from 'vitest';
import type { Transition } from '../../alarms/alarm.ts';
import { runOffline } from './offline-scenario.ts';

/** Criticals as they were raised or became: hour, site, rule. Times and sites are those of docs/alarms.md. */
const criticals = (transitions: readonly Transition[]) =>
  new Set(
    transitions
      .filter(({ change, alarm }) => alarm.severity === 'critical' && ['opened', 'escalated'].includes(change))
      .map(({ alarm }) => `${alarm.site || alarm.park} ${alarm.rule}`),
  );

describe('a night watch is called for what happens, and for nothing else', () => {
  it('on a bad night: the pond that suffocates, its aerator, the open door, the station that fell silent', async () => {
    const { transitions, hourOf } = await runOffline('bad-night');
    expect([...criticals(transitions)].sort()).toEqual([
      'guangfu-pond-1 device_silent',
      'logistics-chilled-1 door_open_long',
      'zhuxi-pond-1 aerator_without_power',
      'zhuxi-pond-1 dissolved_oxygen_low',
    ]);
    const first = (rule: string, site: string) =>
      hourOf(transitions.find(({ alarm }) => alarm.rule === rule && alarm.site === site)?.noticedAt ?? 0);
    expect(first('dissolved_oxygen_stuck', 'gantang-pond-1')).toBeGreaterThan(71);
    expect(first('device_silent', 'guangfu-pond-1')).toBeLessThan(74.5);
    expect(first('air_temperature_high', 'reefer-1')).toBeGreaterThan(73);
  }, 120_000);

  it('in a blackout: each park once, and no false critical when power is back', async () => {
    const { transitions } = await runOffline('blackout');
    // Reefer 2 really was at -14 °C: its compressor had no power for two hours.
    expect([...criticals(transitions)].sort()).toEqual([
      'daoyu park_silent',
      'guoshu park_silent',
      'reefer-2 air_temperature_high',
    ]);
    const outages = transitions.filter(({ change, alarm }) => change === 'opened' && alarm.rule === 'park_silent');
    expect(outages.map(({ alarm }) => alarm.park).sort()).toEqual(['daoyu', 'guoshu']);
    const single = transitions.filter(({ change, alarm }) => change === 'opened' && alarm.rule === 'device_silent');
    expect(single.filter(({ alarm }) => alarm.park === 'daoyu')).toEqual([]);
  }, 120_000);

  it('when a reefer breaks down: its air, and later the door', async () => {
    const { transitions } = await runOffline('reefer-breakdown');
    expect([...criticals(transitions)].sort()).toEqual([
      'logistics-chilled-1 door_open_long',
      'reefer-1 air_temperature_high',
    ]);
  }, 120_000);
});
