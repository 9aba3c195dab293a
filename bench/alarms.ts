/** What the alarm engine costs a reading: judging alone, and with its state put away as often as it is. */

import { createEngine } from '../alarms/engine.ts';
import { openSnapshot } from '../alarms/snapshot.ts';
import { subjects } from '../base/topics.ts';
import { openMemoryKv } from '../kv/memory.ts';
import { seeds } from '../seeds/seeds.ts';
import { loadKinds } from '../sensors/kinds.ts';
import type { Reading } from '../sensors/reading.ts';

const ROUNDS = 400;
const INTERVAL_MS = 30_000;
/** The engine's state is put away every five seconds of the log. */
const KEEP_EVERY_MS = 5000;

export async function benchAlarms({ devices }: { readonly devices: number }): Promise<void> {
  const kinds = await loadKinds();
  const snapshot = await openSnapshot(openMemoryKv());
  const engine = createEngine({ kinds, state: snapshot.state });
  const park = 'tianyu';
  const site = (index: number) => `pond-${index % 200}`;
  const registry = {
    version: 1,
    part: 1,
    parts: 1,
    parks: [{ id: park, label: { zh: park, en: park } }],
    sites: Array.from({ length: 200 }, (_, index) => ({
      park,
      id: site(index),
      label: { zh: '', en: '' },
      profile: 'crab_pond',
    })),
    devices: Array.from({ length: devices }, (_, index) => ({
      ...{
        park,
        site: site(index),
        id: `d${index}`,
        label: { zh: '', en: '' },
        kind: 'aquaculture_pond',
        intervalMs: INTERVAL_MS,
      },
    })),
    profiles: seeds.profiles,
  };
  const start = Date.parse('2026-11-28T20:00:00+08:00');
  let position = 1;
  engine.take({ subject: subjects.registry, data: JSON.stringify(registry), position, appendedAt: start });
  let [judging, keeping, transitions] = [0, 0, 0];
  let keptAt = start;
  for (let round = 0; round < ROUNDS; round++) {
    let from = process.cpuUsage();
    for (let index = 0; index < devices; index++) {
      const time = start + round * INTERVAL_MS + Math.floor((index / devices) * INTERVAL_MS);
      const reading = readingOf(park, site(index), `d${index}`, time, round);
      position += 1;
      const entry = { readings: [reading], records: [], tallies: [] };
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
  process.stdout.write(`heap ${(process.memoryUsage().heapUsed / 1e6).toFixed(0)} MB\n`);
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
