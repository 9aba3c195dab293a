/** Sparkplug B payloads as another implementation encodes them (`sparkplug-payload` of npm, 1.0.3). */
import { describe, expect, it } from 'vitest';
import { openParts } from '../parts.ts';
import { SPARKPLUG } from './vectors.ts';

const AT = 1_795_840_000_000;
const RECEIVED = AT + 3_600_000;
const { birth: BIRTH, data: DATA } = SPARKPLUG;
const WITH_NULL = '0890bfa483a2341206100120093801120d1002200a690000000000001a401803';
const DEATH = '0880809f83a234120b0a05626453657120085803';

const bytes = (hex: string) => Buffer.from(hex, 'hex');

async function open() {
  const parts = await openParts();
  await parts.addDevice('edge', { mapping: { keys: { 'Water.ph': 'ph' } } });
  const publish = (hex: string) => parts.publish('edge', bytes(hex), { receivedAt: RECEIVED });
  const taken = async () => {
    const readings = [...(await parts.stored())].sort((a, b) => a.time - b.time);
    return readings.map(({ time, seq, values: { oxygen_saturation: _, ...values } }) => [time - AT, seq, values]);
  };
  return { parts, publish, taken };
}

describe('Sparkplug B', () => {
  it('names its metrics in a birth, and by their aliases after it', async () => {
    const { parts, publish, taken } = await open();
    for (const hex of [BIRTH, DATA, WITH_NULL]) await publish(hex);
    expect(await taken()).toEqual([
      [0, 1, { ph: 7.81, dissolved_oxygen: 6.4, water_temperature: -1, aerator_on: 1 }],
      [30_000, 2, { water_temperature: -2 }],
      [60_000, 2, { ph: 7.82 }],
      [90_000, 3, { dissolved_oxygen: 6.5 }],
    ]);
    // What the node itself calls bad is kept and told, not taken.
    expect(parts.told.map(({ code, field }) => [code, field])).toEqual([['FIELD_UNKNOWN', 'turbidity (quality 0)']]);
  });

  it('without the birth is kept, told what to do, and recovered by a mapping of the aliases', async () => {
    const { parts, publish, taken } = await open();
    await publish(DATA);
    expect(await taken()).toEqual([]);
    expect(await parts.row('edge')).toMatchObject({ received: 2, quarantined: 2 });
    expect(parts.told[0]?.message).toMatch(/rebirth/);
    const keys = { 'Water.ph': 'ph', 'alias 1': 'ph', 'alias 3': 'water_temperature' };
    await parts.registry.setMapping('tianyu', 'edge', { keys });
    for (const { id } of await parts.records(2)) await parts.quarantine.replay(id);
    expect(await taken()).toEqual([
      [30_000, 2, { water_temperature: -2 }],
      [60_000, 2, { ph: 7.82 }],
    ]);
  });

  it('takes a death certificate for no measurement, and bytes cut short for no message', async () => {
    const { parts, publish, taken } = await open();
    await publish(DEATH);
    expect(parts.told.map(({ code }) => code)).toEqual(['READING_EMPTY']);
    for (let length = 1; length < bytes(BIRTH).length; length += 7)
      await parts.publish('edge', bytes(BIRTH).subarray(0, length), { receivedAt: RECEIVED });
    const { received, stored, quarantined } = await parts.row('edge');
    expect(received).toBe(stored + quarantined);
    for (const [, , values] of await taken()) expect(values).not.toHaveProperty('turbidity');
  });
});
