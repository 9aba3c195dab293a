import { describe, expect, it } from 'vitest';
import type { Transition } from '../../alarms/alarm.ts';
import { runOffline } from './offline-scenario.ts';

/** CI has time for some sites of the longest ones. */
const OF_ALL = process.env.DAOYU_TEST_SCENARIOS === 'all';

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

  it('on two overcast days: hours before the pond without its aerator is critical, and none of those that theirs hold', async () => {
    const { transitions, hourOf } = await runOffline('two-overcast-days', {
      sites: OF_ALL ? undefined : ['zhuxi-pond-1', 'zhuxi-pond-3'],
      tickMs: 15_000,
    });
    expect([...criticals(transitions)].sort()).toEqual([
      'zhuxi-pond-1 aerator_without_power',
      'zhuxi-pond-1 dissolved_oxygen_low',
    ]);
    const critical = transitions
      .filter(({ change, alarm }) => change === 'escalated' && alarm.rule === 'dissolved_oxygen_low')
      .map(({ noticedAt }) => hourOf(noticedAt));
    // Each of the two nights, before the dawn at six.
    expect(critical).toHaveLength(2);
    expect(critical[0]).toBeGreaterThan(48);
    expect(critical[0]).toBeLessThan(54);
    expect(critical[1]).toBeGreaterThan(72);
    expect(critical[1]).toBeLessThan(78);
    const foretold = transitions
      .filter(({ change, alarm }) => change === 'opened' && alarm.rule === 'dissolved_oxygen_low_by_dawn')
      .filter(({ alarm }) => alarm.site === 'zhuxi-pond-1')
      .map(({ noticedAt }, night) => (critical[night] ?? 0) - hourOf(noticedAt));
    expect(foretold).toHaveLength(2);
    expect(Math.min(...foretold)).toBeGreaterThan(4);
  }, 120_000);

  it('with bad sensors: whatever is true, and beyond that only what no check can see', async () => {
    const sites = OF_ALL ? undefined : ['zhuxi-pond-1', 'zhuxi-pond-2', 'zhuxi-pond-3', 'gantang-paddy-1', 'reefer-2'];
    const [seen, real] = [
      await runOffline('bad-sensors', { sites, tickMs: 15_000 }),
      await runOffline('bad-sensors', { sites, tickMs: 15_000, isWithoutFaults: true }),
    ];
    const processOf = ({ transitions }: typeof seen) =>
      criticals(transitions.filter(({ alarm }) => alarm.class === 'process'));
    const [told, wanted] = [processOf(seen), processOf(real)];
    expect(wanted.size).toBeGreaterThan(0);
    expect([...wanted].filter((each) => !told.has(each))).toEqual([]);
    // Fouled or silted, their probes really read so low; sentinels, rails, spikes, wrong units and stuck values raise nothing.
    expect([...told].filter((each) => !wanted.has(each)).sort()).toEqual([
      'zhuxi-pond-1 dissolved_oxygen_low',
      'zhuxi-pond-3 dissolved_oxygen_low',
    ]);
  }, 240_000);
});
