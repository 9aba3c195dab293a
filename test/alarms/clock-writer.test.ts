import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { CLOCK_EVERY_MS, startClockWriter } from '../../alarms/clock-writer.ts';
import { DaoyuError } from '../../base/errors.ts';
import { subjects } from '../../base/topics.ts';
import type { Entry } from '../../bus/bus.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { openRegistry } from '../../registry/open-registry.ts';
import { kinds, seeds, silent } from '../ingest/parts.ts';

const SECOND = 1000;

/** A clock writer on a clock that the test moves, and what it appended. */
async function start() {
  const registry = await openRegistry({ kv: openMemoryKv(), kinds, seeds });
  onTestFinished(() => registry.close());
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const devices = vi.spyOn(registry, 'devices');
  const entries: Entry[] = [];
  const state = { isFull: false };
  const append = async (added: readonly Entry[]) => {
    if (state.isFull) throw new DaoyuError('BUS_FULL', 'full');
    entries.push(...added);
    return entries.length;
  };
  const writer = await startClockWriter({ bus: { append }, registry, log: silent, clock: Date.now });
  onTestFinished(() => writer.close());
  devices.mockClear();
  entries.length = 0;
  const of = (subject: string) => entries.filter((entry) => entry.subject === subject);
  return { registry, devices, state, of };
}

const probe = { park: 'tianyu', site: 'pond', device: 'probe', kind: 'aquaculture_pond' };

describe('the clock writer', () => {
  it('reads the registry at each tick, and between ticks only after a change', async () => {
    const { devices } = await start();
    await vi.advanceTimersByTimeAsync(10 * CLOCK_EVERY_MS);
    expect(devices.mock.calls.length).toBeGreaterThan(0);
    expect(devices.mock.calls.length).toBeLessThanOrEqual(10);
  });

  it('appends a new device within a second, before the next tick', async () => {
    const { registry, of } = await start();
    await registry.addDevice(probe, 'hash');
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(of(subjects.clock)).toEqual([]);
    expect(of(subjects.registry).map(({ data }) => JSON.parse(data).devices[0].id)).toEqual(['probe']);
  });

  it('appends a change that the log rejected as soon as the log accepts entries again', async () => {
    const { registry, of, state } = await start();
    state.isFull = true;
    await registry.addDevice(probe, 'hash');
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(of(subjects.registry)).toEqual([]);
    state.isFull = false;
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(of(subjects.registry)).toHaveLength(1);
  });

  it('appends no hash of any password: every program may read the log', async () => {
    const { registry, of } = await start();
    await registry.addDevice({ ...probe, device: 'box', isGateway: true }, 'scrypt-of-device');
    await registry.setPassword('tianyu', 'box', 'scrypt-of-next', 60_000);
    await registry.addDevice({ ...probe, gateway: 'box' }, 'scrypt-of-device');
    await registry.setDevice('tianyu', 'probe', { framePasswordHash: 'scrypt-of-frames' });
    await vi.advanceTimersByTimeAsync(SECOND);
    const text = of(subjects.registry)
      .map(({ data }) => data)
      .join();
    expect(text).toContain('"gateway":"box"');
    expect(text).not.toContain('scrypt-of');
  });
});
