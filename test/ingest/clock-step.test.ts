import { describe, expect, it } from 'vitest';
import { measurements } from '../measurements.ts';
import { openParts } from './parts.ts';

/** A tank at 30 and 60 cm whose logger steps back 475 s and 3 s: omarsagoo/iot-smart-aquarium (MIT), Mendeley Data 34rczh25kc. */
const samples = measurements('pond_tank_1min.csv').filter((row) => row.depth_cm === '30');

describe('a real clock that steps back', () => {
  it('costs and doubles no reading, and is flagged where it happened', async () => {
    const { addDevice, publish, stored, row } = await openParts();
    await addDevice('tank');
    let now = 0;
    const admitted: Promise<void>[] = [];
    for (const { time_local: local = '', water_temperature: temperature, ph, turbidity } of samples) {
      const time = Date.parse(`${local.replace(' ', 'T')}Z`);
      // The server's clock does not step.
      now = Math.max(now, time);
      const values = { water_temperature: Number(temperature), ph: Number(ph), turbidity: Number(turbidity) };
      admitted.push(publish('tank', { time, ...values }, { receivedAt: now }));
    }
    await Promise.all(admitted);
    const readings = await stored();
    expect(readings).toHaveLength(samples.length);
    expect(await row('tank')).toEqual({
      received: samples.length,
      stored: samples.length,
      duplicate: 0,
      quarantined: 0,
    });
    const stepped = readings.filter(({ flags }) => flags?.ph?.includes('clock'));
    expect(stepped.map(({ time }) => new Date(time).toISOString())).toEqual([
      '2020-01-15T20:22:56.000Z',
      '2020-01-19T17:19:35.000Z',
    ]);
  });
});
