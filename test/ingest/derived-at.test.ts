/** Oxygen saturation by the air pressure at the pond: of a barometer, of the height of the site, or of Kaijiang. */
import { expect, it } from 'vitest';
import { openParts } from './parts.ts';

const AT = Date.parse('2026-07-20T05:40:00+08:00');

/** 8.263 mg/L is saturation at 25 °C and 1013.25 hPa, 7.828 at 440 m (Benson & Krause 1984). */
const water = { dissolved_oxygen: 8.263, water_temperature: 25 };

async function saturationOf(payload: object, elevation?: number): Promise<number | undefined> {
  const { addDevice, publish, stored, registry } = await openParts();
  await addDevice('station');
  const [device] = registry.devices();
  if (device !== undefined && elevation !== undefined) await registry.setSite(device.park, device.site, { elevation });
  await publish('station', { time: AT, ...payload }, { receivedAt: AT + 1000 });
  const [reading] = await stored();
  return reading?.values.oxygen_saturation;
}

it('is 100 % at the sea, 105.6 % at 440 m where nobody has entered a height, and more on a mountain', async () => {
  expect(await saturationOf(water, 0)).toBeCloseTo(100, 1);
  expect(await saturationOf(water)).toBeCloseTo((100 * 8.263) / 7.828, 1);
  expect(await saturationOf(water, 440)).toBeCloseTo((100 * 8.263) / 7.828, 1);
  expect(await saturationOf(water, 1500)).toBeGreaterThan(119);
});

it('follows a barometer in the same reading, whatever the height', async () => {
  expect(await saturationOf({ ...water, air_pressure: 1013.25 }, 1500)).toBeCloseTo(100, 1);
  expect(await saturationOf({ ...water, air_pressure: 961.5 }, 0)).toBeCloseTo((100 * 8.263) / 7.828, 0);
});
