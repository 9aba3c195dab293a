import { describe, expect, it } from 'vitest';
import type { Rejection } from '../../bus/rejection.ts';
import { createDeviceErrors } from '../../ingest/device-errors.ts';

const probe = { park: 'tianyu', device: 'probe' };
const other = { park: 'tianyu', device: 'other' };
const reason = (field?: string, position = 0): Rejection => ({
  ...{ code: 'VALUE_OUT_OF_RANGE', position, message: 'too high' },
  ...(field !== undefined && { field }),
});

interface Told {
  readonly device: string;
  readonly field?: string;
  readonly position?: number;
  readonly count: number;
  readonly heldBack?: number;
  readonly receivedAt: number;
}

function open(hasFailed = false) {
  const told: Told[] = [];
  const deviceErrors = createDeviceErrors(async ({ device }, _channel, payload) => {
    if (hasFailed) throw new Error('not connected');
    told.push({ device, ...(JSON.parse(payload) as Omit<Told, 'device'>) });
  });
  return { deviceErrors, told };
}

describe('what a device is told', () => {
  it('is one word a code and field of a message: the first, with how many there were', () => {
    const { deviceErrors, told } = open();
    deviceErrors.report(probe, 5, [reason('ph', 1), reason('do', 2), reason('ph', 3), reason(undefined, 4)]);
    expect(told.map(({ field, position, count }) => [field, position, count])).toEqual([
      ['ph', 1, 2],
      ['do', 2, 1],
      [undefined, 4, 1],
    ]);
    expect(told[0]).toMatchObject({ receivedAt: 5, code: 'VALUE_OUT_OF_RANGE', message: 'too high' });
    expect(told[0]).not.toHaveProperty('heldBack');
  });

  it('is twenty words at once, then one each three seconds, which says what was held back', () => {
    const { deviceErrors, told } = open();
    const at = (ms: number) => deviceErrors.report(probe, ms, [reason('ph')]);
    for (let count = 0; count < 23; count++) at(0);
    expect(told).toHaveLength(20);
    at(2999);
    expect(told).toHaveLength(20);
    at(3000);
    expect(told).toHaveLength(21);
    expect(told.at(-1)).toMatchObject({ heldBack: 4 });
    // What is left of a second counts towards the next word, and no second counts twice.
    at(5999);
    expect(told).toHaveLength(21);
    at(6001);
    at(8999);
    expect(told).toHaveLength(22);
    expect(told.at(-1)).toMatchObject({ heldBack: 1 });
    at(9000);
    expect(told).toHaveLength(23);
    expect(deviceErrors.counts).toEqual({ told: 23, heldBack: 6, failed: 0 });
  });

  it('is no more than twenty words after any silence, and none the more after a clock that stepped back', () => {
    const { deviceErrors, told } = open();
    const burst = (ms: number) => {
      for (let count = 0; count < 25; count++) deviceErrors.report(probe, ms, [reason('ph')]);
      return told.splice(0).length;
    };
    expect(burst(0)).toBe(20);
    expect(burst(3_600_000)).toBe(20);
    expect(burst(1000)).toBe(0);
    expect(burst(3_603_000)).toBe(1);
  });

  it('takes nothing from another device', () => {
    const { deviceErrors, told } = open();
    for (let count = 0; count < 30; count++) deviceErrors.report(probe, 0, [reason('ph')]);
    deviceErrors.report(other, 0, [reason('ph')]);
    expect(told.at(-1)?.device).toBe('other');
  });

  it('that cannot be handed over is counted and nothing else', async () => {
    const { deviceErrors } = open(true);
    deviceErrors.report(probe, 0, [reason('ph')]);
    await Promise.resolve();
    await Promise.resolve();
    expect(deviceErrors.counts).toEqual({ told: 1, heldBack: 0, failed: 1 });
  });
});
