import { describe, expect, it, onTestFinished } from 'vitest';
import { DaoyuError } from '../../base/errors.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { openRegistry } from '../../registry/open-registry.ts';
import type { Mapping, NewDevice } from '../../registry/registry.ts';
import { kinds, NOW, seeds } from '../ingest/parts.ts';

async function open(kv = openMemoryKv()) {
  const registry = await openRegistry({
    kv,
    kinds,
    seeds,
    formats: ['auto', 'none', 'thingsboard', 'alink'],
    clock: () => NOW,
  });
  onTestFinished(() => registry.close());
  return registry;
}

const probe: NewDevice = { park: 'tianyu', site: 'pond-1', device: 'probe', kind: 'aquaculture_pond' };

describe('the registry', () => {
  it('makes a device and its site, and has both after a restart', async () => {
    const kv = openMemoryKv();
    const first = await open(kv);
    await first.addDevice({ ...probe, siteType: 'pond', siteLabel: { zh: '一号塘', en: 'Pond 1' } }, 'hash');
    await first.close();
    const second = await open(kv);
    expect(second.device('tianyu', 'probe')).toMatchObject({
      site: 'pond-1',
      kind: 'aquaculture_pond',
      createdAt: NOW,
    });
    expect(second.site('tianyu', 'pond-1')).toMatchObject({ type: 'pond', label: { en: 'Pond 1' } });
    expect(second.devices({ kind: 'cold_chain' })).toEqual([]);
    expect(second.devices({ site: 'pond-1' })).toHaveLength(1);
    expect(second.parks()).toHaveLength(1);
  });

  it('keeps the mapping and interval that a device is made with, and nothing where it has none', async () => {
    const kv = openMemoryKv();
    const first = await open(kv);
    const mapping: Mapping = { keys: { DO: 'dissolved_oxygen' } };
    await first.addDevice({ ...probe, mapping, intervalMs: 60_000 }, 'hash');
    await first.addDevice({ ...probe, device: 'second' }, 'hash');
    const again = await open(kv);
    expect(again.device('tianyu', 'probe')).toMatchObject({ mapping, intervalMs: 60_000 });
    expect(Object.keys(again.device('tianyu', 'second') ?? {})).not.toContain('mapping');
  });

  it('makes a park once, which goes when nothing is in it', async () => {
    const registry = await open();
    const park = await registry.addPark({ park: 'county' });
    expect(registry.parks()).toContainEqual(park);
    await expect(registry.addPark({ park: 'county' })).rejects.toMatchObject({ code: 'PARK_EXISTS' });
    await registry.addDevice({ ...probe, park: 'county' }, 'hash');
    await expect(registry.removePark('county')).rejects.toMatchObject({ code: 'PARK_NOT_EMPTY' });
    await registry.removeDevice('county', 'probe');
    await registry.removeSite('county', 'pond-1');
    await registry.removePark('county');
    expect(registry.parks()).not.toContainEqual(park);
  });

  it('says what the shared state says when that takes nothing, rather than that there is one already', async () => {
    const kv = openMemoryKv();
    let isAway = false;
    const put: typeof kv.put = async (...args) => {
      if (isAway) throw new DaoyuError('STATE_UNREACHABLE', 'away');
      return await kv.put(...args);
    };
    const registry = await open({ ...kv, put });
    isAway = true;
    await expect(registry.addDevice(probe, 'hash')).rejects.toMatchObject({ code: 'STATE_UNREACHABLE' });
  });

  it('sees what another process changes', async () => {
    const kv = openMemoryKv();
    const [a, b] = [await open(kv), await open(kv)];
    await a.addDevice(probe, 'hash');
    expect(b.device('tianyu', 'probe')).toBeDefined();
    await a.setMapping('tianyu', 'probe', { envelope: 'alink' });
    expect(b.device('tianyu', 'probe')?.mapping).toEqual({ envelope: 'alink' });
    await b.setMapping('tianyu', 'probe', undefined);
    expect(a.device('tianyu', 'probe')?.mapping).toBeUndefined();
  });

  it('is not taken back by what is listed late: a change that came while the list was read stays', async () => {
    const kv = openMemoryKv();
    const first = await open(kv);
    await first.addDevice(probe, 'hash');
    let isChanged = false;
    const slow: typeof kv = {
      ...kv,
      async *list<T>(prefix: string) {
        const items = [];
        for await (const item of kv.list<T>(prefix)) items.push(item);
        if (!isChanged) await first.setMapping('tianyu', 'probe', { envelope: 'alink' });
        isChanged = true;
        yield* items;
      },
    };
    const late = await open(slow);
    expect(isChanged).toBe(true);
    expect(late.device('tianyu', 'probe')?.mapping).toEqual({ envelope: 'alink' });
  });

  it('takes keys of 1 to 128 characters, and as many as 200', async () => {
    const registry = await open();
    await registry.addDevice(probe, 'hash');
    const set = (keys: readonly string[]) =>
      registry.setMapping('tianyu', 'probe', { keys: Object.fromEntries(keys.map((key) => [key, null])) });
    await set(Array.from({ length: 200 }, (_, index) => `k${index}`));
    await set(['x'.repeat(128), 'x']);
    for (const key of ['', 'x'.repeat(129)])
      await expect(set([key])).rejects.toMatchObject({ message: expect.stringMatching(/1 to 128 characters/) });
  });

  it('takes as many as 16 polls, and registers from the start of a poll to 124 behind it', async () => {
    const registry = await open();
    await registry.addDevice(probe, 'hash');
    const set = (count: number, at: number) =>
      registry.setMapping('tianyu', 'probe', {
        polls: Array.from({ length: count }, () => ({
          ...{ slave: 1, function: 3, start: 100 },
          registers: [{ at, field: 'ph' }],
        })),
      });
    for (const [count, at] of [
      [16, 100],
      [1, 224],
    ] as const)
      await set(count, at);
    await expect(set(17, 100)).rejects.toMatchObject({ message: expect.stringContaining('a list of at most 16') });
    for (const at of [99, 225])
      await expect(set(1, at)).rejects.toMatchObject({ message: expect.stringContaining('from start on') });
  });

  it('lets two makers of one device have one success', async () => {
    const kv = openMemoryKv();
    const both = [await open(kv), await open(kv)];
    const outcomes = await Promise.allSettled(both.map((registry) => registry.addDevice(probe, 'hash')));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'DEVICE_EXISTS' } });
  });

  it('refuses what is wrong, saying what would be right', async () => {
    const registry = await open();
    const wrong = (change: Partial<NewDevice>) => registry.addDevice({ ...probe, ...change }, 'hash');
    await expect(wrong({ device: 'Probe 1' })).rejects.toMatchObject({ code: 'ID_INVALID' });
    await expect(wrong({ site: '../x' })).rejects.toMatchObject({ code: 'ID_INVALID' });
    await expect(wrong({ park: 'nowhere' })).rejects.toMatchObject({
      code: 'PARK_UNKNOWN',
      message: expect.stringMatching(/tianyu/),
    });
    await expect(wrong({ kind: 'toaster' })).rejects.toMatchObject({
      code: 'KIND_UNKNOWN',
      message: expect.stringMatching(/cold_chain/),
    });
    await expect(wrong({ profile: 'lobster' })).rejects.toMatchObject({ code: 'PROFILE_UNKNOWN' });
    await expect(registry.setMapping('tianyu', 'ghost', {})).rejects.toMatchObject({ code: 'DEVICE_UNKNOWN' });
    await registry.addDevice(probe, 'hash');
    await expect(wrong({})).rejects.toMatchObject({ code: 'DEVICE_EXISTS' });
  });

  it('refuses a mapping that cannot work', async () => {
    const registry = await open();
    await registry.addDevice(probe, 'hash');
    const set = (mapping: unknown) => registry.setMapping('tianyu', 'probe', mapping as Mapping);
    const wrong: readonly (readonly [mapping: unknown, message: RegExp])[] = [
      ['DO', /must be an object/],
      [{ key: {} }, /key is unknown/],
      [{ keys: { DO: 'oxigen' } }, /"oxigen", which aquaculture_pond does not have/],
      [{ keys: { DO: { field: 'ph', scale: 0 } } }, /scale/],
      [{ keys: { DO: { field: 'ph', offset: '1' } } }, /offset/],
      [{ keys: { DO: 7 } }, /must map to a field/],
      [{ keys: Object.fromEntries([...Array(201).keys()].map((key) => [`k${key}`, 'ph'])) }, /200 at most/],
      [{ envelope: 'box' }, /envelope/],
      [{ utcOffsetMinutes: 8000 }, /utcOffsetMinutes/],
      [{ sentinels: ['-127'] }, /sentinels/],
      [{ acceptStrings: 'yes' }, /acceptStrings/],
      [{ keys: { r1: { field: 'ph', as: 'u32', order: 'AB' } } }, /as u32 it has 4 bytes/],
      [{ keys: { r1: { field: 'ph', order: 'ABCD' } } }, /as u16 it has 2 bytes/],
      [{ keys: { r1: { field: 'ph', order: 'AC' } } }, /an order of AB, BA/],
      [{ keys: { r1: { field: 'ph', as: 'u64' } } }, /one of u16/],
      [{ keys: { r1: { field: 'ph', counter: 'yes' } } }, /counter: true, or no counter/],
      [{ keys: { r1: { field: 'ph', counter: true } } }, /ph is not a sum over an interval/],
      [{ keys: { r1: { field: 'ph', unit: 'furlong' } } }, /unit that is not known: "furlong"/],
      [{ keys: { r1: { field: 'ph', unit: 'kPa' } } }, /unit kPa, which cannot become/],
    ];
    for (const [mapping, message] of wrong) {
      await expect(set(mapping)).rejects.toMatchObject({
        code: 'MAPPING_INVALID',
        message: expect.stringMatching(message),
      });
    }
    await set({ keys: { DO: { field: 'dissolved_oxygen', scale: 0.01 }, junk: null }, envelope: 'auto' });
    await set({ keys: { r1: { field: 'ph', as: 'f32', order: 'CDAB' }, r2: { field: 'ph', order: 'BA' } } });
  });

  it('removes a site or park only when nothing is left in it, and says what is', async () => {
    const registry = await open();
    await registry.addDevice(probe, 'hash');
    await registry.addSite({ park: 'tianyu', site: 'pond-2' });
    await expect(registry.removeSite('tianyu', 'pond-1')).rejects.toMatchObject({
      code: 'SITE_NOT_EMPTY',
      message: expect.stringContaining('has probe'),
    });
    await expect(registry.removePark('tianyu')).rejects.toMatchObject({
      code: 'PARK_NOT_EMPTY',
      message: expect.stringContaining('2 sites and 1 devices'),
    });
    await registry.removeSite('tianyu', 'pond-2');
    expect(registry.sites('tianyu').map(({ id }) => id)).toEqual(['pond-1']);
    await expect(registry.removeSite('tianyu', 'pond-2')).rejects.toMatchObject({ code: 'SITE_UNKNOWN' });
    await registry.removeDevice('tianyu', 'probe');
    await registry.removeSite('tianyu', 'pond-1');
    await registry.removePark('tianyu');
    expect([registry.parks(), registry.sites(), registry.devices()]).toEqual([[], [], []]);
    await expect(registry.removePark('tianyu')).rejects.toMatchObject({ code: 'PARK_UNKNOWN' });
  });

  it('filters devices by park, site and kind', async () => {
    const registry = await open();
    await registry.addDevice(probe, 'hash');
    await registry.addDevice({ ...probe, device: 'box', site: 'store-1', kind: 'cold_chain' }, 'hash');
    const ids = (filter: Parameters<typeof registry.devices>[0]) => registry.devices(filter).map(({ id }) => id);
    expect(ids({ park: 'tianyu' }).sort()).toEqual(['box', 'probe']);
    expect(ids({ park: 'other' })).toEqual([]);
    expect([ids({ site: 'pond-1' }), ids({ site: 'store-1' })]).toEqual([['probe'], ['box']]);
    expect([ids({ kind: 'aquaculture_pond' }), ids({ kind: 'cold_chain' })]).toEqual([['probe'], ['box']]);
    expect(registry.sites('other')).toEqual([]);
  });

  it('adds only the seeds that are missing', async () => {
    const kv = openMemoryKv();
    await (await open(kv)).close();
    const renamed = { ...seeds, parks: [{ id: 'tianyu', label: { zh: '新', en: 'New' }, towns: [] }] };
    const registry = await openRegistry({ kv, kinds, seeds: renamed });
    expect(registry.parks()).toEqual(seeds.parks);
    await registry.close();
  });
});
