import { describe, expect, it } from 'vitest';
import { lastOf, MINUTE, newLog, runAll, START } from './log.ts';

const oxygenOf = (transitions: ReturnType<typeof runAll>) =>
  transitions.filter(({ alarm }) => alarm.rule === 'dissolved_oxygen_low');
const changesOf = (transitions: ReturnType<typeof runAll>) => transitions.map(({ change }) => change);

/** One value every five minutes, received at once, with ticks between. */
function series(values: readonly (number | undefined)[], start = START, extra: object = {}) {
  const log = newLog();
  for (const [index, value] of values.entries()) {
    const at = start + index * 5 * MINUTE;
    if (value !== undefined) log.readings([{ time: at, values: { dissolved_oxygen: value }, ...extra }], at);
    for (let tick = 5000; tick < 5 * MINUTE; tick += 5000) log.tick(at + tick);
  }
  return log;
}

describe('a pond that loses its oxygen', () => {
  it('opens when the hold is over in measured time, as critical, and is open since its first bad reading', () => {
    const [first] = oxygenOf(runAll(series([6, 5, 2.4, 2.2, 2.1]).entries));
    expect(first).toMatchObject({ change: 'opened', seq: 1, at: START + 15 * MINUTE });
    expect(first?.alarm).toMatchObject({ severity: 'critical', openedAt: START + 10 * MINUTE, state: 'open' });
  });

  it('is one alarm while it goes to and fro around the limit for an hour', () => {
    const values = Array.from({ length: 13 }, (_, index) => (index % 2 === 0 ? 2.98 : 3.02));
    const transitions = oxygenOf(runAll(series([6, ...values]).entries));
    expect(changesOf(transitions).filter((change) => change === 'opened')).toHaveLength(1);
    expect(lastOf(transitions).size).toBe(1);
    expect([...lastOf(transitions).values()][0]).toMatchObject({ severity: 'critical', state: 'open' });
  });

  it('ends only when it has been clear of the limit for the time that takes; what was critical stays until somebody has seen it', () => {
    const transitions = oxygenOf(runAll(series([6, 2, 2, 3.1, 4.2, 3.9, 5, 5, 5, 5, 5]).entries));
    expect(changesOf(transitions)).toEqual(['opened', 'eased', 'returned']);
    expect(transitions.at(-1)).toMatchObject({ at: START + 45 * MINUTE });
    expect(transitions.at(-1)?.alarm).toMatchObject({ state: 'returned', endReason: 'recovered' });
  });

  it('is told anew each time it is as much worse as critical is than warning, also when somebody has it', () => {
    const log = series([6, 2.8, 2.8, 2.4, 1.7, 1.5]);
    const { id } = oxygenOf(runAll(log.entries))[0]?.alarm ?? {};
    const at = START + 30 * MINUTE;
    log.add('daoyu.actions.park', { action: 'acknowledge', alarm: id, by: '王工' }, at);
    for (const [index, value] of [1.2, 0.6, 0.5].entries())
      log.readings(
        [{ time: at + (index + 1) * MINUTE, values: { dissolved_oxygen: value } }],
        at + (index + 1) * MINUTE,
      );
    const transitions = oxygenOf(runAll(log.entries));
    expect(changesOf(transitions)).toEqual(['opened', 'worsened', 'acknowledged', 'worsened']);
    expect(transitions[1]?.alarm.text.en).toContain('1.70 mg/L');
    expect(transitions.at(-1)?.alarm).toMatchObject({ state: 'open', severity: 'critical', acknowledgedBy: '王工' });
  });

  it('that falls again before anybody saw it is the same alarm', () => {
    const transitions = oxygenOf(runAll(series([6, 2, 2, 6, 6, 6, 6, 2, 2]).entries));
    expect(changesOf(transitions)).toEqual(['opened', 'returned', 'reopened']);
    expect(lastOf(transitions).size).toBe(1);
  });

  it('neither clears nor vanishes when the sensor falls silent: it is blind, with what was last known', () => {
    const silence = Array.from({ length: 12 }, () => undefined);
    const transitions = oxygenOf(runAll(series([6, 2, 2, ...silence]).entries));
    expect(changesOf(transitions)).toEqual(['opened', 'blind']);
    expect(transitions.at(-1)?.alarm).toMatchObject({ state: 'open', isBlind: true });
    expect(transitions.at(-1)?.alarm.text.zh).toMatch(/^最后已知（13:10）/);
  });

  it('that came in a backlog, reading by reading, is told with its worst value, and never as below a limit it is not below', () => {
    const log = newLog();
    const late = 55 * MINUTE;
    for (const [index, value] of [6, 4.1, 3.9, 3.45, 2.6, 2, 2].entries()) {
      const at = START + index * 5 * MINUTE;
      log.readings([{ time: at, values: { dissolved_oxygen: value } }], START + late + index * 1000);
    }
    for (let tick = 0; tick < 10 * MINUTE; tick += 5000) log.tick(START + late + 60_000 + tick);
    const { alarm } = oxygenOf(runAll(log.entries)).find(({ change }) => change === 'opened') ?? {};
    expect(alarm).toMatchObject({ severity: 'critical', worst: { value: 2, at: START + 25 * MINUTE } });
    expect(alarm?.text.en).toContain('2.00 mg/L, below 3.0');
  });

  it('inside the dead band of its limit says the limit, not that it is below', () => {
    const transitions = oxygenOf(runAll(series([6, 2, 2, ...Array.from({ length: 8 }, () => undefined), 3.2]).entries));
    const sighted = transitions.find(({ change }) => change === 'sighted');
    expect(sighted?.alarm.text.en).toContain('3.20 mg/L, limit 3.0');
  });

  it('is not cleared by values that are in doubt', () => {
    const log = series([6, 2, 2]);
    for (let minutes = 15; minutes < 90; minutes += 5) {
      const at = START + minutes * MINUTE;
      log.readings([{ time: at, values: { dissolved_oxygen: 7 }, flags: { dissolved_oxygen: ['stuck'] } }], at);
      for (let tick = 5000; tick < 5 * MINUTE; tick += 5000) log.tick(at + tick);
    }
    const transitions = oxygenOf(runAll(log.entries));
    expect(changesOf(transitions)).toEqual(['opened', 'blind']);
  });

  it('in a backlog that is over is told as history, and wakes nobody; one that still goes on is raised, late', () => {
    const past = newLog();
    past.tick(START);
    const backlog = [6, 2, 2, 2, 6, 6, 6, 6, 6].map((value, index) => ({
      time: START + index * 5 * MINUTE,
      values: { dissolved_oxygen: value },
    }));
    past.readings(backlog, START + 120 * MINUTE);
    past.tick(START + 125 * MINUTE);
    const told = oxygenOf(runAll(past.entries));
    expect(changesOf(told)).toEqual(['opened', 'closed']);
    expect(told.every(({ alarm }) => alarm.isHistoric)).toBe(true);

    const lasting = newLog();
    lasting.readings(backlog.slice(0, 4), START + 120 * MINUTE);
    lasting.tick(START + 120 * MINUTE + 5000);
    expect(oxygenOf(runAll(lasting.entries))).toEqual([]);
    lasting.tick(START + 122 * MINUTE);
    const [raised] = oxygenOf(runAll(lasting.entries));
    expect(raised?.alarm).toMatchObject({ isLate: true, openedAt: START + 5 * MINUTE });
    expect(raised?.alarm.isHistoric).toBeUndefined();
  });

  it('in late readings, older than what is there, is found in whatever order they come', () => {
    const bad = [2, 2, 2, 6, 6, 6, 6, 6].map((value, index) => ({
      time: START + (index + 1) * 5 * MINUTE,
      values: { dissolved_oxygen: value },
    }));
    const orders = [bad, [...bad].reverse(), [...bad.slice(3), ...bad.slice(0, 3)]];
    const found = orders.map((order) => {
      const log = newLog();
      log.readings([{ time: START, values: { dissolved_oxygen: 6 } }], START);
      log.readings([{ time: START + 50 * MINUTE, values: { dissolved_oxygen: 6 } }], START + 50 * MINUTE);
      for (const reading of order) log.readings([reading], START + 51 * MINUTE);
      log.tick(START + 55 * MINUTE);
      return oxygenOf(runAll(log.entries)).map(({ change, at, alarm }) => [change, at, alarm.id, alarm.isHistoric]);
    });
    expect(found[0]).toHaveLength(2);
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
  });
});

describe('what people do', () => {
  const act = (log: ReturnType<typeof newLog>, action: object, at: number) => log.add('daoyu.actions.park', action, at);

  it('is on the log: acknowledged, shelved until a time, and announced again when that is over', () => {
    const log = series([6, 2, 2]);
    const id = oxygenOf(runAll(log.entries))[0]?.alarm.id;
    const now = START + 15 * MINUTE;
    act(log, { action: 'acknowledge', alarm: id, by: 'Li', note: '已到塘边' }, now);
    act(log, { action: 'shelve', alarm: id, by: 'Li', until: now + 5 * MINUTE, reason: '换探头' }, now + 1);
    for (let tick = 0; tick < 6 * MINUTE; tick += 5000) log.tick(now + tick);
    const transitions = oxygenOf(runAll(log.entries));
    expect(changesOf(transitions)).toEqual(['opened', 'acknowledged', 'shelved', 'unshelved']);
    expect(transitions[2]?.alarm).toMatchObject({ state: 'shelved', shelved: { by: 'Li', reason: '换探头' } });
    expect(transitions[3]?.alarm).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'Li' });
  });

  it('closes what has returned', () => {
    const log = series([6, 2, 2, 6, 6, 6, 6]);
    const id = oxygenOf(runAll(log.entries))[0]?.alarm.id;
    act(log, { action: 'acknowledge', alarm: id, by: 'Li' }, START + 40 * MINUTE);
    expect(changesOf(oxygenOf(runAll(log.entries)))).toEqual(['opened', 'returned', 'closed']);
  });

  it('keeps a site under maintenance quiet, and says so when that ends and it still goes on', () => {
    const log = newLog();
    log.tick(START);
    const until = START + 20 * MINUTE;
    act(
      log,
      { action: 'maintenance', park: 'park', site: 'pond', from: START, until, by: 'Li', reason: '清塘' },
      START,
    );
    for (let minutes = 1; minutes <= 25; minutes += 1) {
      const at = START + minutes * MINUTE;
      if (minutes % 5 === 0) log.readings([{ time: at, values: { dissolved_oxygen: 2 } }], at);
      log.tick(at);
    }
    const transitions = oxygenOf(runAll(log.entries));
    expect(changesOf(transitions)).toEqual(['opened', 'maintenance_ended']);
    expect(transitions[0]?.alarm.maintenanceUntil).toBe(until);
  });
});

describe('silence', () => {
  const steady = (count: number, deviceCount: number) => {
    const devices = Array.from({ length: deviceCount }, (_, index) => ({ id: `d${index}`, site: `s${index}` }));
    const log = newLog(devices);
    let at = START;
    for (let round = 0; round < count; round++) {
      for (const { id: device, site } of devices) {
        log.readings([{ device, site, time: at, values: { dissolved_oxygen: 7 } }], at);
        at += 5000;
        log.tick(at);
      }
      const next = START + (round + 1) * 5 * MINUTE;
      for (; at < next; at += 5000) log.tick(at);
      at = next;
    }
    const quiet = (minutes: number) => {
      for (const end = at + minutes * MINUTE; at < end; at += 5000) log.tick(at);
    };
    return { log, devices, quiet, now: () => at };
  };

  it('of one device is an alarm of its own; the first reading of now ends it', () => {
    const { log, quiet, now } = steady(3, 1);
    quiet(25);
    log.readings([{ device: 'd0', site: 's0', time: now(), values: { dissolved_oxygen: 7 } }], now());
    const transitions = runAll(log.entries);
    expect(transitions.map(({ change, alarm }) => [change, alarm.rule])).toEqual([
      ['opened', 'device_silent'],
      ['closed', 'device_silent'],
    ]);
    expect(transitions[0]?.alarm).toMatchObject({ class: 'communication', severity: 'warning' });
  });

  it('of half a park is one alarm of the park, with its devices listed, and none of theirs', () => {
    const { log, quiet } = steady(3, 8);
    quiet(40);
    const transitions = runAll(log.entries);
    expect(transitions.map(({ change, alarm }) => [change, alarm.rule])).toEqual([['opened', 'park_silent']]);
    expect(transitions[0]?.alarm.children).toHaveLength(8);
    expect(transitions[0]?.alarm).toMatchObject({ site: '', severity: 'critical' });
  });

  it('of all behind a gateway is one alarm of the gateway, whatever their sites', () => {
    const behind = Array.from({ length: 4 }, (_, index) => ({
      id: `c${index}`,
      site: `s${index % 2}`,
      gateway: 'box',
    }));
    const others = Array.from({ length: 6 }, (_, index) => ({ id: `d${index}`, site: `t${index}` }));
    const log = newLog([...behind, ...others, { id: 'box', site: 'yard' }]);
    const report = (devices: readonly { readonly id: string; readonly site: string }[], at: number) => {
      for (const { id: device, site } of devices)
        log.readings([{ device, site, time: at, values: { dissolved_oxygen: 7 } }], at);
    };
    for (let minute = 0; minute < 90; minute += 5) {
      const at = START + minute * MINUTE;
      report(others, at);
      if (minute < 20 || minute >= 70) report(behind, at);
      for (let second = 5; second < 300; second += 5) log.tick(at + second * 1000);
    }
    const transitions = runAll(log.entries).filter(({ alarm }) => alarm.rule !== 'never_reported');
    expect(transitions.map(({ change, alarm }) => [change, alarm.rule, alarm.device])).toEqual([
      ['opened', 'gateway_silent', 'box'],
      ['returned', 'gateway_silent', 'box'],
    ]);
    expect(transitions[0]?.alarm).toMatchObject({ site: 'yard', children: ['s0/c0', 's1/c1', 's0/c2', 's1/c3'] });
  });

  it('of a part is covered by the park, and uncovered if it outlasts it', () => {
    const shed = Array.from({ length: 3 }, (_, index) => ({ id: `c${index}`, site: 'shed' }));
    const others = Array.from({ length: 9 }, (_, index) => ({ id: `d${index}`, site: `t${index}` }));
    const log = newLog([...shed, ...others]);
    for (let minute = 0; minute < 150; minute += 5) {
      const at = START + minute * MINUTE;
      const speaking = [...(minute < 20 ? shed : []), ...(minute < 50 || minute >= 100 ? others : [])];
      for (const { id: device, site } of speaking)
        log.readings([{ device, site, time: at, values: { dissolved_oxygen: 7 } }], at);
      for (let second = 5; second < 300; second += 5) log.tick(at + second * 1000);
    }
    const transitions = runAll(log.entries).filter(({ alarm }) => alarm.rule.endsWith('_silent'));
    expect(transitions.map(({ change, alarm }) => [change, alarm.rule])).toEqual([
      ['opened', 'site_silent'],
      ['opened', 'park_silent'],
      ['suppressed', 'site_silent'],
      ['returned', 'park_silent'],
      ['unsuppressed', 'site_silent'],
    ]);
  });

  it('while the platform was away is nobody else’s', () => {
    const { log, now } = steady(3, 1);
    log.tick(now() + 60 * MINUTE);
    log.tick(now() + 60 * MINUTE + 5000);
    expect(runAll(log.entries).filter(({ alarm }) => alarm.rule === 'device_silent')).toEqual([]);
  });
});

describe('the first readings after power is back', () => {
  it('are doubted where they are what empty registers show', () => {
    const log = series([6, 6, 6]);
    const back = START + 120 * MINUTE;
    for (const minutes of [0, 5, 10])
      log.readings([{ time: back + minutes * MINUTE, values: { dissolved_oxygen: 0 } }], back + minutes * MINUTE);
    log.readings([{ time: back + 12 * MINUTE, values: { dissolved_oxygen: 6 } }], back + 12 * MINUTE);
    expect(oxygenOf(runAll(log.entries))).toEqual([]);
    // Water that is really dead is not explained away.
    for (const minutes of [15, 20, 25])
      log.readings([{ time: back + minutes * MINUTE, values: { dissolved_oxygen: 0 } }], back + minutes * MINUTE);
    expect(changesOf(oxygenOf(runAll(log.entries)))).toEqual(['opened']);
  });
});

describe('equipment', () => {
  it('that is on without power is told, and is critical while oxygen is low', () => {
    const log = newLog();
    for (let minutes = -20; minutes < 30; minutes += 5) {
      const at = START + minutes * MINUTE;
      log.readings(
        [
          {
            time: at,
            values: { dissolved_oxygen: minutes < 15 ? 6 : 3.5, aerator_on: minutes < 0 ? 0 : 1, aerator_power: 0 },
          },
        ],
        at,
      );
    }
    const transitions = runAll(log.entries).filter(({ alarm }) => alarm.rule === 'aerator_without_power');
    expect(transitions.map(({ change, alarm }) => [change, alarm.severity])).toEqual([
      ['opened', 'warning'],
      ['escalated', 'critical'],
    ]);
  });

  /** A reading every `everyMinutes`, as the function of the minutes says; the changes of a rule with the minute they were noticed. */
  function changesBy(
    kind: string,
    rule: string,
    everyMinutes: number,
    minutes: number,
    valuesAt: (minute: number) => Record<string, number>,
  ) {
    const log = newLog([{ id: 'probe', kind, intervalMs: everyMinutes * MINUTE }]);
    // From before: the first quarter of an hour after a silence is doubted.
    for (let minute = -30; minute <= minutes; minute += everyMinutes) {
      const at = START + minute * MINUTE;
      log.readings([{ kind, time: at, values: valuesAt(minute) }], at);
    }
    return runAll(log.entries)
      .filter(({ alarm }) => alarm.rule === rule)
      .map(({ change, noticedAt, alarm }) => [change, alarm.severity, (noticedAt - START) / MINUTE]);
  }

  it('a compressor that is off while the store is warm is told after a quarter of an hour; not while it defrosts', () => {
    const store = (defrost: number) =>
      changesBy('cold_chain', 'compressor_off_while_warm', 5, 60, (minute) => ({
        ...{ air_temperature: minute < 10 ? -18 : -12, setpoint_temperature: -18 },
        ...{ compressor_on: 0, defrost_on: defrost },
      }));
    expect(store(0)).toEqual([
      ['opened', 'warning', 25],
      ['escalated', 'critical', 55],
    ]);
    expect(store(1)).toEqual([]);
  });

  it('a door that stays open is told after ten minutes, and critical after thirty; one that is opened now and then is not', () => {
    const door = (isOpen: (minute: number) => boolean) =>
      changesBy('cold_chain', 'door_open_long', 1, 60, (minute) => ({
        ...{ air_temperature: -18, setpoint_temperature: -18, compressor_on: 1 },
        door_open: isOpen(minute) ? 1 : 0,
      }));
    expect(door((minute) => minute >= 5 && minute < 40)).toEqual([
      ['opened', 'warning', 15],
      ['escalated', 'critical', 35],
      ['returned', 'critical', 50],
    ]);
    expect(door((minute) => (minute + 30) % 10 < 8)).toEqual([]);
  });

  it('a pump that runs for two hours while no level moves is told; one that raises the water or fills the ditch is not', () => {
    const pump = (levelAt: (minute: number) => number, ditchAt: (minute: number) => number = () => 900) =>
      changesBy('paddy_water', 'pump_without_level', 10, 360, (minute) => ({
        ...{ water_level: levelAt(minute), ditch_water_level: ditchAt(minute), pump_on: minute < 120 ? 0 : 1 },
      }));
    // A millimetre to and fro is the wind.
    expect(pump((minute) => 20 + (minute % 3))).toEqual([['opened', 'warning', 240]]);
    const since = (minute: number) => Math.max(0, minute - 120);
    expect(pump((minute) => 20 + since(minute) / 6)).toEqual([]);
    expect(
      pump(
        () => -80,
        (minute) => 500 + since(minute) / 4,
      ),
    ).toEqual([]);
  });
});
