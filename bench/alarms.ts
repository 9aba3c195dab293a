/** What the alarm engine costs a reading: judging alone, and with its state put away as often as it is; and what it holds in memory. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { createEngine } from '../alarms/engine.ts';
import { openSnapshot } from '../alarms/snapshot.ts';
import { newState } from '../alarms/state.ts';
import { subjects } from '../base/topics.ts';
import { openMemoryKv } from '../kv/memory.ts';
import { seeds } from '../seeds/seeds.ts';
import { loadKinds } from '../sensors/kinds.ts';
import type { Reading } from '../sensors/reading.ts';

const ROUNDS = 400;
const INTERVAL_MS = 30_000;
const START = Date.parse('2026-11-28T20:00:00+08:00');
const PARK = 'tianyu';
const site = (index: number) => `pond-${index % 200}`;
/** The engine's state is put away every five seconds of the log. */
const KEEP_EVERY_MS = 5000;

export async function benchAlarms({ devices }: { readonly devices: number }): Promise<void> {
  const kinds = await loadKinds();
  const snapshot = await openSnapshot(openMemoryKv());
  const engine = createEngine({ kinds, state: snapshot.state });
  const registry = registryOf(devices);
  const start = START;
  let position = 1;
  engine.take({ subject: subjects.registry, data: JSON.stringify(registry), position, appendedAt: start });
  let [judging, keeping, transitions] = [0, 0, 0];
  let keptAt = start;
  for (let round = 0; round < ROUNDS; round++) {
    let from = process.cpuUsage();
    for (let index = 0; index < devices; index++) {
      const time = start + round * INTERVAL_MS + Math.floor((index / devices) * INTERVAL_MS);
      const reading = readingOf(PARK, site(index), `d${index}`, time, round);
      position += 1;
      const entry = { readings: [reading], judged: [reading], records: [], tallies: [] };
      const subject = 'daoyu.readings.tianyu.aquaculture_pond.0';
      transitions += engine.take({ subject, data: '', parsed: () => entry, position, appendedAt: time }).length;
      if (time - keptAt < KEEP_EVERY_MS) continue;
      keptAt = time;
      judging += micros(process.cpuUsage(from));
      from = process.cpuUsage();
      await snapshot.keep(position);
      keeping += micros(process.cpuUsage(from));
      from = process.cpuUsage();
    }
    judging += micros(process.cpuUsage(from));
  }
  const readings = ROUNDS * devices;
  const each = (total: number) => (total / readings).toFixed(2);
  process.stdout.write(
    `${devices} devices every ${INTERVAL_MS / 1000} s, ${readings} readings of 8 fields, ${transitions} transitions\n`,
  );
  process.stdout.write(`judging ${each(judging)} µs a reading, keeping ${each(keeping)} µs a reading\n`);
  const fine = await memoryOf(kinds, {});
  const low = await memoryOf(kinds, { dissolved_oxygen: 2 });
  process.stdout.write(
    `memory: ${(fine / 1000).toFixed(1)} kB a device whose window of 400 readings is full, ${((low - fine) / 1000).toFixed(1)} kB more for each condition that holds in all of them\n`,
  );
}

/** Enough to fill the window. */
const FILLING_ROUNDS = 450;
const HELD_DEVICES = 200;

/** Bytes of heap a device, after all its readings had these values. */
async function memoryOf(kinds: Awaited<ReturnType<typeof loadKinds>>, values: Reading['values']): Promise<number> {
  const before = heapUsed();
  const engine = createEngine({ kinds, state: newState() });
  const registry = JSON.stringify(registryOf(HELD_DEVICES));
  engine.take({ subject: subjects.registry, data: registry, position: 1, appendedAt: START });
  for (let round = 0; round < FILLING_ROUNDS; round++) {
    for (let index = 0; index < HELD_DEVICES; index++) {
      const reading = readingOf(PARK, site(index), `d${index}`, START + round * INTERVAL_MS, round);
      engine.judge({ ...reading, values: { ...reading.values, ...values } }, round * HELD_DEVICES + index + 2);
    }
  }
  const held = heapUsed() - before;
  // Not collected before.
  return held / engine.state.devices.size;
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

function registryOf(devices: number) {
  const label = { zh: '', en: '' };
  return {
    ...{ version: 1, part: 1, parts: 1, parks: [{ id: PARK, label: { zh: PARK, en: PARK } }] },
    sites: Array.from({ length: 200 }, (_, index) => ({ park: PARK, id: site(index), label, profile: 'crab_pond' })),
    devices: Array.from({ length: devices }, (_, index) => ({
      ...{ park: PARK, site: site(index), id: `d${index}`, label, kind: 'aquaculture_pond', intervalMs: INTERVAL_MS },
    })),
    profiles: seeds.profiles,
  };
}

const micros = ({ user, system }: NodeJS.CpuUsage) => user + system;

function readingOf(park: string, site: string, device: string, time: number, round: number): Reading {
  const values = {
    ...{
      dissolved_oxygen: 6 + (round % 7) / 10,
      water_temperature: 24,
      ph: 7.8,
      turbidity: 18,
      ammonia_nitrogen: 0.12,
    },
    ...{ water_level: 1200, aerator_on: 0, battery_voltage: 12.4 },
  };
  return { park, site, device, kind: 'aquaculture_pond', time, receivedAt: time + 200, values };
}
