/** Values that follow from others of the same reading. */
import { describe, expect, it } from 'vitest';
import { openParts } from './parts.ts';

const AT = Date.parse('2026-07-20T05:40:00+08:00');

async function storedOf(...payloads: readonly object[]) {
  const { addDevice, publish, stored } = await openParts();
  await addDevice('station');
  for (const [index, payload] of payloads.entries()) {
    const time = AT + index * 60_000;
    await publish('station', { time, ...payload }, { receivedAt: time + 1000 });
  }
  return await stored();
}

describe('a derived value', () => {
  it('is in the reading when all it takes is there: un-ionised ammonia of Emerson 1975, saturation of Benson and Krause', async () => {
    const [reading] = await storedOf({
      ammonia_nitrogen: 0.2,
      ph: 8.5,
      water_temperature: 28,
      dissolved_oxygen: 6,
    });
    // 0.1812 of total ammonia is NH3 at pH 8.5 and 28 °C; 7.43 mg/L is saturation at 28 °C and the height of Kaijiang.
    expect(reading?.values).toMatchObject({ unionised_ammonia: 0.0362 });
    expect(reading?.values.oxygen_saturation).toBeCloseTo((100 * 6) / (7.827 * 0.949), 0);
  });

  it('is absent where one input is, and never replaces what the device sends', async () => {
    const [without, own] = await storedOf(
      { ammonia_nitrogen: 0.2, ph: 8.5 },
      { oxygen_saturation: 88.8, dissolved_oxygen: 6, water_temperature: 28 },
    );
    expect(Object.keys(without?.values ?? {})).toEqual(['ammonia_nitrogen', 'ph']);
    expect(own?.values.oxygen_saturation).toBe(88.8);
  });

  it('is absent where its input was withheld', async () => {
    const [reading] = await storedOf({ ammonia_nitrogen: 0.2, ph: 15.45, water_temperature: 28 });
    expect(Object.keys(reading?.values ?? {})).toEqual(['ammonia_nitrogen', 'water_temperature']);
  });

  it('is as doubtful as what it is worked out of', async () => {
    const readings = await storedOf(
      { dissolved_oxygen: 6, water_temperature: 20 },
      { dissolved_oxygen: 30 / 2, water_temperature: 20 },
      { dissolved_oxygen: 6, water_temperature: 20 },
    );
    const doubtful = readings.filter(({ flags }) => flags?.dissolved_oxygen?.includes('spike'));
    expect(doubtful).toHaveLength(1);
    expect(doubtful[0]?.flags).toMatchObject({ oxygen_saturation: ['spike'] });
    expect(doubtful[0]?.flags?.water_temperature).toBeUndefined();
  });

  it('is the same for the same reading, so that what is sent again stays a duplicate', async () => {
    const { addDevice, publish, stored, row } = await openParts();
    await addDevice('station');
    const payload = { time: AT, dissolved_oxygen: 6, water_temperature: 20 };
    await publish('station', payload, { receivedAt: AT + 1000 });
    await publish('station', payload, { receivedAt: AT + 9000 });
    expect(await stored()).toHaveLength(1);
    expect(await row('station')).toEqual({ received: 2, stored: 1, duplicate: 1, quarantined: 0 });
  });
});
