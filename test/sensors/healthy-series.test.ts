/** The limits of spikes and stuck sensors stay quiet over a week of real series without a known fault. */
import { describe, expect, it } from 'vitest';
import { createQualityChecks } from '../../ingest/quality-checks.ts';
import { fieldNamed, loadKinds } from '../../sensors/kinds.ts';
import { loneDoubts } from '../lone-doubts.ts';
import { measurements, type Row } from '../measurements.ts';

/** How many values of a file's column were believed, as a device would have sent them that reports each so many minutes, and which flags the others got. */
async function flagsOf(file: string, column: string, every: number, isWanted: IsWanted = () => true) {
  const pond = (await loadKinds()).get('aquaculture_pond');
  const field = pond && fieldNamed(pond, column);
  if (field === undefined) throw new Error(`no field ${column}`);
  const checks = createQualityChecks();
  const counts = { values: 0, spike: 0, stuck: 0, outside: 0 };
  let index = 0;
  for (const row of measurements(file)) {
    const text = row[column];
    if (!isWanted(row) || text === undefined || text === '') continue;
    index++;
    if (index % every !== 0) continue;
    const value = Number(text);
    counts.values++;
    if (value < field.physical[0] || value > field.physical[1]) counts.outside++;
    const time = Date.parse(`${row.time_local?.replace(' ', 'T')}Z`);
    for (const flag of loneDoubts(checks, field, value, time)) {
      if (flag === 'spike' || flag === 'stuck') counts[flag]++;
    }
  }
  return counts;
}

type IsWanted = (row: Row) => boolean;

/** A lake buoy and an aquaculture tank, both at about a minute. */
const LAKE = 'pond_lake_mendota_1min.csv';
const TANK = 'pond_tank_1min.csv';
const atDepth = (depth: string) => (row: Row) => row.depth_cm === depth;

describe('a healthy series', () => {
  it.each([
    [LAKE, 'dissolved_oxygen', undefined],
    [LAKE, 'water_temperature', undefined],
    [TANK, 'water_temperature', atDepth('30')],
    [TANK, 'ph', atDepth('30')],
    [TANK, 'turbidity', atDepth('30')],
    [TANK, 'water_temperature', atDepth('60')],
    [TANK, 'turbidity', atDepth('60')],
  ])('of %s: %s is neither stuck nor jumps, at any interval', async (file, column, isWanted) => {
    for (const every of [1, 2, 5, 10, 15, 30, 60]) {
      const { values, ...flags } = await flagsOf(file, column, every, isWanted);
      expect(values).toBeGreaterThan(5000 / every);
      expect(flags, `each ${every} min`).toEqual({ spike: 0, stuck: 0, outside: 0 });
    }
  });
});
